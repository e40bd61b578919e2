//! Which token a person gets when a mail is made.

use crate::interception::may_ask;
use crate::{Ceiling, Ceilings, ClickToken, Gate, Resolved, Subject, Timestamp, TrackingStatus};

/// The click token of a contact. One token serves the clicks and the opens of a mail; when
/// something is recorded, the ceiling of its kind is applied once more.
///
/// | status | token |
/// |---|---|
/// | gate `track` open, nothing to ask | her own |
/// | gate open, not answered, and clicks on this mail ask | her own that may be asked |
/// | gate closed, she may be asked, and clicks on this mail ask | one only to ask |
/// | everything else, or nothing may be identified in this mail | the anonymous one |
///
/// A URL that names a refusing person already tells on her, whatever is recorded.
///
/// `ceilings` is the most restrictive of organisation, message and contact
/// ([`Ceilings::most_restrictive`]); `asks` is whether clicks on this mail ask
/// ([`asks_on_clicks`](crate::InterceptionSettings::asks_on_clicks)).
#[must_use]
pub fn click_token_for(
    contact: &Subject,
    resolved: &Resolved,
    ceilings: Ceilings,
    asks: bool,
    now: Timestamp,
) -> ClickToken {
    let may_identify =
        ceilings.clicks == Ceiling::Identified || ceilings.opens == Ceiling::Identified;
    if !may_identify || contact.contact_key().is_none() {
        return ClickToken::Anonymous;
    }
    let asks = asks && may_ask(resolved, now);
    let unanswered = resolved.tracking_status() == TrackingStatus::Unanswered;
    match (resolved.allows(Gate::Track), asks) {
        (true, true) if unanswered => ClickToken::MayBeAsked(contact.clone()),
        (true, _) => ClickToken::Own(contact.clone()),
        (false, true) => ClickToken::OnlyToAsk(contact.clone()),
        (false, false) => ClickToken::Anonymous,
    }
}
