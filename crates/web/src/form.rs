//! Forms for a person, wherever they are shown: whose they are, what she answered, storing it, and how they look.

pub mod brand;
pub mod sheet;

mod answer;
mod browser;
mod decide;
mod read;
mod visit;

pub use answer::{Answer, Submission};
pub use browser::{Browser, offered};
pub use decide::{Evidence, Kept, keep};
pub use read::{EXPIRED, INCOMPLETE, OVERTAKEN, Objection, UNCHOSEN, read};
pub use visit::{Closed, Visit};
