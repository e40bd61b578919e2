//! The parameters of a request, from its address or its form.

use super::Callback;
use crate::{Choice, Flag, Flags, Regime, Subject, SubjectError, is_request_id};
use thiserror::Error;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `/consent/get/{organisation}`
    Get,
    /// `/consent/set/{organisation}`
    Set,
    /// `/consumer/remove/{organisation}`
    Remove,
    /// `/consumer/portability/{organisation}`
    Portability,
    /// The routes that are about the browser alone, such as `/optout_check`.
    Browser,
}

/// Whom a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// The browser that asks (`idt=device&dt=kxcookie` without `idv`).
    OwnDevice,
    /// The one with this identifier.
    Named(Subject),
}

/// What a request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// `idt`, `dt`, `bk` and `idv`; `None` only on [`Route::Browser`].
    pub identifier: Option<Identifier>,
    /// `pr`.
    pub regime: Option<Regime>,
    /// `dc`, `al`, `tg`, `cd`, `sh`, `re`; not empty on [`Route::Set`], empty elsewhere.
    pub flags: Flags,
    /// `request_id`.
    pub request_id: Option<String>,
}

/// A parameter is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{error}")]
pub struct WireError {
    /// Its name; `?` for one that is not known, which may be an identifier.
    pub parameter: &'static str,
    /// What is wrong with it.
    pub error: ParameterError,
}

/// What can be wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParameterError {
    /// Not a parameter of this route: a misspelt refusal must not pass.
    #[error("this route has no such parameter; docs/wire.md lists them")]
    Unknown,
    /// Given twice.
    #[error("give this parameter once")]
    Twice,
    /// Not given.
    #[error("this parameter is missing")]
    Missing,
    /// Given where it has no meaning.
    #[error("this parameter does not go together with the idt that is given")]
    NotTogether,
    /// `idt` is neither of the two.
    #[error("write idt=device with dt, or idt=bk with bk")]
    Idt,
    /// A flag is neither yes nor no.
    #[error("write 1 or true for a yes, 0 or false for a no, or leave the flag out")]
    Flag,
    /// No flag.
    #[error("give at least one of the flags dc, al, tg, cd, sh and re")]
    NoFlags,
    /// A value that stands for nobody: many send it.
    #[error("this value is no identifier: many devices send the same; leave the request out")]
    Nobody,
    /// `pr` is no regime.
    #[error("the regimes are law25, gdpr, casl, ccpa and global")]
    Regime,
    /// `request_id` cannot be an id.
    #[error("write 8 to 128 letters, digits, '-', '_', '.' or ':', for example a UUID")]
    RequestId,
    /// `callback` or `cb` is no name.
    #[error(
        "name a function with letters, digits, _ and $, such as Krux.ns._default.kxjsonp_consent_get_0, at most 128 bytes"
    )]
    Callback,
    /// The identifier is no subject.
    #[error("{0}")]
    Subject(SubjectError),
}

const IDENTIFIERS: [&str; 5] = ["idt", "dt", "bk", "idv", "pr"];
const EVERYWHERE: [&str; 3] = ["callback", "cb", "request_id"];

impl Route {
    fn known(self, name: &str) -> Option<&'static str> {
        let flags = Flag::ALL.map(Flag::code);
        let identifiers = (self != Self::Browser).then_some(IDENTIFIERS);
        let flags = (self == Self::Set).then_some(flags);
        EVERYWHERE
            .into_iter()
            .chain(identifiers.into_iter().flatten())
            .chain(flags.into_iter().flatten())
            .find(|known| *known == name)
    }
}

impl Callback {
    /// The function that `callback` or `cb` names.
    ///
    /// # Errors
    /// [`WireError`] if it is no name, or if two are given. Then nothing can be called.
    pub fn of(parameters: &[(String, String)]) -> Result<Option<Self>, WireError> {
        let mut named = parameters
            .iter()
            .filter(|(name, _)| name == "callback" || name == "cb");
        let Some((_, first)) = named.next() else {
            return Ok(None);
        };
        if named.next().is_some() {
            return Err(wrong("callback", ParameterError::Twice));
        }
        Self::parse(first)
            .map(Some)
            .map_err(|_| wrong("callback", ParameterError::Callback))
    }
}

impl Parameters {
    /// Reads what a request to this route says.
    ///
    /// # Errors
    /// [`WireError`] names the first parameter that is wrong, and never repeats its value.
    pub fn read(route: Route, given: &[(String, String)]) -> Result<Self, WireError> {
        for (place, (name, _)) in given.iter().enumerate() {
            let known = route
                .known(name)
                .ok_or(wrong("?", ParameterError::Unknown))?;
            if given.iter().take(place).any(|(other, _)| other == name) {
                return Err(wrong(known, ParameterError::Twice));
            }
        }
        let value = |wanted: &str| {
            let found = given.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.as_str())
        };
        let flags = flags(value)?;
        if route == Route::Set && flags.is_empty() {
            return Err(wrong("dc", ParameterError::NoFlags));
        }
        let regime = value("pr")
            .map(|code| Regime::parse(code).map_err(|_| wrong("pr", ParameterError::Regime)))
            .transpose()?;
        let request_id = value("request_id")
            .map(|id| match is_request_id(id) {
                true => Ok(id.to_owned()),
                false => Err(wrong("request_id", ParameterError::RequestId)),
            })
            .transpose()?;
        Ok(Self {
            identifier: match route {
                Route::Browser => None,
                _ => Some(identifier(value)?),
            },
            regime,
            flags,
            request_id,
        })
    }
}

const fn wrong(parameter: &'static str, error: ParameterError) -> WireError {
    WireError { parameter, error }
}

fn flags<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Flags, WireError> {
    Flag::ALL
        .into_iter()
        .try_fold(Flags::none(), |flags, flag| {
            let choice = match value(flag.code()) {
                None => return Ok(flags),
                Some("1" | "true") => Choice::Granted,
                Some("0" | "false") => Choice::Refused,
                Some(_) => return Err(wrong(flag.code(), ParameterError::Flag)),
            };
            Ok(flags.with(flag, choice))
        })
}

fn identifier<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Identifier, WireError> {
    let missing = |name| wrong(name, ParameterError::Missing);
    let (kind, name, other) = match value("idt").ok_or(missing("idt"))? {
        "device" => ("device", "dt", "bk"),
        "bk" => ("bk", "bk", "dt"),
        _ => return Err(wrong("idt", ParameterError::Idt)),
    };
    if value(other).is_some() {
        return Err(wrong(
            if other == "bk" { "bk" } else { "dt" },
            ParameterError::NotTogether,
        ));
    }
    let given = value(name).ok_or(missing(name))?;
    let Some(id) = value("idv") else {
        return match (kind, given) {
            ("device", "kxcookie") => Ok(Identifier::OwnDevice),
            _ => Err(missing("idv")),
        };
    };
    // The text form of a subject has a colon behind the name.
    if given.contains(':') {
        return Err(wrong(name, ParameterError::Subject(SubjectError::Name)));
    }
    // What was no UTF-8 has become U+FFFD; others have that, too.
    if id.contains(char::REPLACEMENT_CHARACTER) {
        return Err(wrong("idv", ParameterError::Subject(SubjectError::Value)));
    }
    if stands_for_nobody(id) {
        return Err(wrong("idv", ParameterError::Nobody));
    }
    Subject::parse(&format!("{kind}:{given}:{id}"))
        .map(Identifier::Named)
        .map_err(|error| {
            let place = if error == SubjectError::Name {
                name
            } else {
                "idv"
            };
            wrong(place, ParameterError::Subject(error))
        })
}

/// What scripts write where they have nothing, and what phones say whose owner has switched advertising ids off
/// (iOS, `advertisingIdentifier`: all zeros).
fn stands_for_nobody(id: &str) -> bool {
    let is_empty_word = ["undefined", "null", "nan", "[object object]"]
        .iter()
        .any(|word| id.eq_ignore_ascii_case(word));
    is_empty_word || id.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}
