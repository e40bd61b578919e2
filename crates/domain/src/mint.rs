//! Which token a person gets when a mail is made.

use crate::{Ceiling, Ceilings, ClickToken, Gate, Resolved, Subject};

/// The click token of a contact. One token serves the clicks and the opens of a mail; when
/// something is recorded, the ceiling of its kind is applied once more.
///
/// It is her own only if the gate `track` is open and at least one of clicks and opens may be
/// identified. Everybody else gets the anonymous one: a URL that names a refusing person already
/// tells on her, whatever is recorded.
///
/// `ceilings` is the most restrictive of organisation, message and contact
/// ([`Ceilings::most_restrictive`]).
#[must_use]
pub fn click_token_for(contact: &Subject, resolved: &Resolved, ceilings: Ceilings) -> ClickToken {
    let may_identify =
        ceilings.clicks == Ceiling::Identified || ceilings.opens == Ceiling::Identified;
    if may_identify && contact.contact_key().is_some() && resolved.allows(Gate::Track) {
        ClickToken::Own(contact.clone())
    } else {
        ClickToken::Anonymous
    }
}
