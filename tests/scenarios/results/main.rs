//! Results of mails: totals that do not depend on who agreed, names where the gate is open, and ceilings that act on
//! mails that were sent already.

mod ceiling;
mod deliverability;
mod exports;
mod pages;
mod reports;
mod retention;
mod unsubscribes;
