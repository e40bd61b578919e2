//! The token of one-click unsubscribing (RFC 8058): who, and of what.
//!
//! The text that is sealed is `communication type^message^contact key`; no part can hold a `^`. The message is there to be
//! counted, so that a token is not the same in two mails. A key alone, without the others, stands for all types.

use super::{ONE_CLICK, OWN, SealError, TokenKeys, contact_key};
use crate::{CommunicationType, MessageId, Subject};

/// Who unsubscribes, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneClick {
    /// Who.
    pub contact: Subject,
    /// Of what, out of which message; nothing means all that there is.
    pub communication: Option<(CommunicationType, MessageId)>,
}

impl TokenKeys {
    /// The token for one-click unsubscribing.
    ///
    /// # Errors
    /// [`SealError::NotAContact`] for a device or a bridge key.
    pub fn seal_one_click(&self, one_click: &OneClick) -> Result<String, SealError> {
        let key = contact_key(&one_click.contact)?;
        let text = match &one_click.communication {
            Some((communication_type, message)) => {
                format!("{communication_type}^{message}^{key}")
            }
            None => key.to_owned(),
        };
        self.seal(ONE_CLICK, &[], OWN, &text)
    }

    /// Opens what [`Self::seal_one_click`] made.
    #[must_use]
    pub fn open_one_click(&self, text: &str) -> Option<OneClick> {
        let (OWN, opened) = self.open(ONE_CLICK, &[], text)? else {
            return None;
        };
        let Some((communication_type, rest)) = opened.split_once('^') else {
            return Some(OneClick {
                contact: Subject::contact(&opened).ok()?,
                communication: None,
            });
        };
        let (id, key) = rest.split_once('^')?;
        let message = MessageId::parse(id).ok()?;
        if message.to_string() != id {
            return None;
        }
        Some(OneClick {
            contact: Subject::contact(key).ok()?,
            communication: Some((CommunicationType::parse(communication_type).ok()?, message)),
        })
    }
}
