//! Forms for a person, wherever they are shown: whose they are, what she answered, storing it, and how they look.

pub mod brand;
pub mod sheet;

mod answer;
mod browser;
mod communicate;
mod decide;
mod preview;
mod read;
mod texts;
mod visit;
mod words;

pub use answer::{Answer, Submission};
pub use browser::{Browser, offered};
pub use communicate::{SaidOfCommunications, keep_communications};
pub use decide::{Evidence, Kept, keep, keep_flags};
pub use preview::Preview;
pub use read::{EXPIRED, INCOMPLETE, OVERTAKEN, Objection, UNCHOSEN, read};
pub use texts::text_ids;
pub use visit::{Closed, Visit};
pub use words::{Form, NAME, Offered, Words};
