//! What a person's links carry: her contact key, sealed, or nothing about her at all.
//!
//! A token is `base64url( key id (1 byte) ‖ AES-SIV(payload) )` without padding (RFC 4648 §5, RFC
//! 5297 with a 32-byte key). The associated data are two strings: the purpose, and the message's
//! 16 bytes for click tokens or nothing for the others. So a token works for one purpose, one
//! organisation and, for clicks, one message; and two mails to the same person carry texts that an
//! outsider cannot join.
//!
//! The payload is a mark (1 byte), the contact key in UTF-8, and zeros up to a multiple of 16
//! bytes, at least 48. Equal inputs give equal tokens. `tests/vectors/tokens.json` has published vectors.
//!
//! ```
//! use domain::{ClickToken, MessageId, OrganisationId, Subject, TokenKeys, TokenSecrets};
//!
//! let secrets = TokenSecrets::parse("the output of openssl rand -hex 32").expect("long enough");
//! let keys = TokenKeys::derive(&secrets, OrganisationId::from_random([7; 16]));
//! let message = MessageId::from_random([8; 16]);
//!
//! let own = ClickToken::Own(Subject::contact("4711").expect("a key"));
//! let token = keys.seal_click(message, &own).expect("a contact");
//! assert_eq!(keys.open_click(message, &token), Some(own));
//! assert_eq!(keys.open_preferences(&token), None);
//! ```

mod envelope;
mod form;
mod one_click;
mod opener;
mod secrets;

pub use form::FormToken;
pub use one_click::OneClick;
pub use opener::ClickOpener;
pub use secrets::{TokenKeys, TokenSecrets, TokenSecretsError};

use crate::{MessageId, Subject};
use thiserror::Error;

const CLICK: &[u8] = b"click";
const PREFERENCES: &[u8] = b"preferences";
const ONE_CLICK: &[u8] = b"oneclick";

/// Marks of a payload.
const OWN: u8 = 0;
const MAY_BE_ASKED: u8 = 1;
const ONLY_TO_ASK: u8 = 2;
const ANONYMOUS: u8 = 3;
/// The key is a number in 32 hexadecimal digits.
const ANONYMOUS_PERSON: u8 = 4;

/// What a click or open token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClickToken {
    /// The person's own.
    Own(Subject),
    /// Her own, and she has not said whether she may be tracked: a click may ask first.
    MayBeAsked(Subject),
    /// Hers for asking alone: what she does is not linked to her unless she agrees.
    OnlyToAsk(Subject),
    /// Nobody's: the same for everyone in the message who gets one.
    Anonymous,
    /// Somebody's of whom nothing is known but this random number, so that people can be counted.
    AnonymousPerson([u8; 16]),
}

impl ClickToken {
    /// Whose it is; nobody's if it is anonymous.
    #[must_use]
    pub const fn person(&self) -> Option<&Subject> {
        match self {
            Self::Own(person) | Self::MayBeAsked(person) | Self::OnlyToAsk(person) => Some(person),
            Self::Anonymous | Self::AnonymousPerson(_) => None,
        }
    }

    /// Who may be asked by a click on it.
    #[must_use]
    pub const fn asks(&self) -> Option<&Subject> {
        match self {
            Self::MayBeAsked(person) | Self::OnlyToAsk(person) => Some(person),
            Self::Own(_) | Self::Anonymous | Self::AnonymousPerson(_) => None,
        }
    }
}

/// The token cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// Devices and bridge keys get no mails.
    #[error("tokens are made for contacts only: give contact:<key>")]
    NotAContact,
    /// The cipher refused; it has no reason to at these sizes.
    #[error("the token could not be sealed")]
    Cipher,
    /// A form token's fields stand on lines of their own.
    #[error("a form's id, version and language are not empty and have no control characters")]
    Shown,
}

impl TokenKeys {
    /// The token for the links and the pixel of a message.
    ///
    /// # Errors
    /// [`SealError::NotAContact`] for that of a device or a bridge key.
    pub fn seal_click(&self, message: MessageId, token: &ClickToken) -> Result<String, SealError> {
        let number;
        let (mark, key) = match token {
            ClickToken::Own(subject) => (OWN, contact_key(subject)?),
            ClickToken::MayBeAsked(subject) => (MAY_BE_ASKED, contact_key(subject)?),
            ClickToken::OnlyToAsk(subject) => (ONLY_TO_ASK, contact_key(subject)?),
            ClickToken::Anonymous => (ANONYMOUS, ""),
            ClickToken::AnonymousPerson(random) => {
                number = base16ct::lower::encode_string(random);
                (ANONYMOUS_PERSON, number.as_str())
            }
        };
        self.seal(CLICK, &message.as_bytes(), mark, key)
    }

    /// Opens what [`Self::seal_click`] made for this message. `None` for everything else: altered,
    /// cut, never merged, of another message, organisation or purpose, under a dropped secret.
    #[must_use]
    pub fn open_click(&self, message: MessageId, text: &str) -> Option<ClickToken> {
        self.click_opener(message).open(text)
    }

    /// The token for the person's preference pages. Everybody gets her own, whatever she decided:
    /// otherwise it would fail those who use it.
    ///
    /// # Errors
    /// [`SealError::NotAContact`] for a device or a bridge key.
    pub fn seal_preferences(&self, contact: &Subject) -> Result<String, SealError> {
        self.seal(PREFERENCES, &[], OWN, contact_key(contact)?)
    }

    /// Opens what [`Self::seal_preferences`] made.
    #[must_use]
    pub fn open_preferences(&self, text: &str) -> Option<Subject> {
        self.open_contact(PREFERENCES, text)
    }

    fn open_contact(&self, purpose: &[u8], text: &str) -> Option<Subject> {
        match self.open(purpose, &[], text)? {
            (OWN, key) => Subject::contact(&key).ok(),
            _ => None,
        }
    }
}

fn click_token((mark, key): (u8, String)) -> Option<ClickToken> {
    let person = || Subject::contact(&key).ok();
    match mark {
        OWN => person().map(ClickToken::Own),
        MAY_BE_ASKED => person().map(ClickToken::MayBeAsked),
        ONLY_TO_ASK => person().map(ClickToken::OnlyToAsk),
        ANONYMOUS => Some(ClickToken::Anonymous),
        ANONYMOUS_PERSON => {
            let mut number = [0; 16];
            let read = base16ct::lower::decode(key.as_bytes(), &mut number).ok()?;
            (read.len() == 16).then_some(ClickToken::AnonymousPerson(number))
        }
        _ => None,
    }
}

fn contact_key(subject: &Subject) -> Result<&str, SealError> {
    subject.contact_key().ok_or(SealError::NotAContact)
}
