//! Audit log records:
//! `bkname^bkvalue^kuid^orgUuid^consentSource^TS^FLAGS^ACTION^PR^PRSRC^IP^REQID` (Salesforce DMP, "Consent Audit Logs").

use std::fmt;
use std::net::IpAddr;

use super::Action;
use super::field::{
    Field, Mistake, RecordError, parse_text, parse_time, with_flag, write_flags, write_micros,
};
use crate::{Flag, Flags, OrganisationId, Regime, RegimeSource, Source, Timestamp};

/// Flags in the order of the DMP's audit logs.
const ORDER: [Flag; 6] = [Flag::Dc, Flag::Cd, Flag::Re, Flag::Tg, Flag::Al, Flag::Sh];

/// Stands for what is not there in the first three fields.
const NONE: &str = "-";

/// One stored signal, erasure or portability request. `Display` writes the line.
///
/// The DMP's own lines have 12 fields, and 13 where the value of a device stands before its `kuid`, too: they are
/// read from the right. `cg` of the flags is written as the mask of those that are granted, and not judged when read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Name and value of the bridge key that the request named; nothing where it named a device.
    pub bridge_key: Option<(String, String)>,
    /// The value of the device, where the line has 13 fields.
    pub device: Option<String>,
    /// The device that was reached: its value, in the DMP its own id (`kuid`); nothing where none was.
    pub kuid: Option<String>,
    /// Whose log it is.
    pub organisation: OrganisationId,
    /// Through what it came.
    pub source: Source,
    /// When it was decided.
    pub at: Timestamp,
    /// What was decided; nothing for erasure and portability.
    pub flags: Flags,
    /// What was asked for.
    pub action: Action,
    /// The policy regime.
    pub regime: Option<Regime>,
    /// How that was chosen.
    pub regime_source: Option<RegimeSource>,
    /// Where the request came from, as far as that is kept.
    pub address: Option<IpAddr>,
    /// The id of the request.
    pub request: String,
}

impl AuditRecord {
    /// Reads a line without its line end.
    ///
    /// # Errors
    /// [`RecordError`] says which field is wrong, without repeating it.
    pub fn parse(line: &str) -> Result<Self, RecordError> {
        let mut fields = line.rsplitn(10, '^');
        let mut field = || {
            let found = fields.next();
            found.ok_or(Field::Line.wrong(Mistake::FieldCount(12)))
        };
        let (request, address, regime_source, regime) = (field()?, field()?, field()?, field()?);
        let (action, flags, time, source) = (field()?, field()?, field()?, field()?);
        let (organisation, who) = (field()?, field()?);
        let who: Vec<&str> = who.split('^').collect();
        let (name, value, device, kuid) = match who.as_slice() {
            [name, value, kuid] => (*name, *value, None, *kuid),
            [name, value, device, kuid] => (*name, *value, Some(*device), *kuid),
            _ => return Err(Field::Line.wrong(Mistake::FieldCount(12))),
        };
        let bridge_key = match (name, value) {
            (NONE, NONE) => None,
            _ => Some((
                parse_text(name, Field::Name)?,
                parse_text(value, Field::Value)?,
            )),
        };
        let action = Action::parse(action).map_err(|error| Field::Action.wrong(error))?;
        let flags = parse_audit_flags(flags)?;
        if (action == Action::Set) == flags.is_empty() {
            return Err(Field::Flags.wrong(match action {
                Action::Set => Mistake::NoFlags,
                Action::Remove | Action::Portability => Mistake::NeedlessFlags,
            }));
        }
        Ok(Self {
            bridge_key,
            device: device
                .map(|device| parse_text(device, Field::Value))
                .transpose()?,
            kuid: (kuid != NONE)
                .then(|| parse_text(kuid, Field::Value))
                .transpose()?,
            organisation: OrganisationId::parse(organisation)
                .map_err(|error| Field::Organisation.wrong(error))?,
            source: Source::parse(source).map_err(|error| Field::Source.wrong(error))?,
            at: parse_time(time)?,
            flags,
            action,
            regime: optional(regime, |code| {
                Regime::parse(code).map_err(|error| Field::Regime.wrong(error))
            })?,
            regime_source: optional(regime_source, |code| {
                RegimeSource::parse(code).map_err(|error| Field::RegimeSource.wrong(error))
            })?,
            address: optional(address, |address| {
                let parsed = address.parse();
                parsed.map_err(|_| Field::Address.wrong(Mistake::Address))
            })?,
            request: parse_text(request, Field::Request)?,
        })
    }
}

fn optional<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, RecordError>,
) -> Result<Option<T>, RecordError> {
    Some(text)
        .filter(|text| !text.is_empty())
        .map(parse)
        .transpose()
}

/// `cg=63&dc=1&…`, or nothing.
fn parse_audit_flags(text: &str) -> Result<Flags, RecordError> {
    let mut flags = Flags::none();
    for pair in text.split('&').filter(|_| !text.is_empty()) {
        match pair.strip_prefix("cg=") {
            Some(mask) => {
                let known = mask.parse::<u8>().is_ok_and(|mask| mask < 64);
                if !known {
                    return Err(Field::Flags.wrong(crate::FlagsError::Mask));
                }
            }
            None => flags = with_flag(flags, pair)?,
        }
    }
    Ok(flags)
}

impl fmt::Display for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = match &self.bridge_key {
            Some((name, value)) => (name.as_str(), value.as_str()),
            None => (NONE, NONE),
        };
        write!(f, "{name}^{value}^")?;
        if let Some(device) = &self.device {
            write!(f, "{device}^")?;
        }
        let kuid = self.kuid.as_deref().unwrap_or(NONE);
        write!(f, "{kuid}^{}^{}^", self.organisation, self.source.code())?;
        write_micros(f, self.at)?;
        f.write_str("^")?;
        if !self.flags.is_empty() {
            write!(f, "cg={}", self.flags.granted_mask())?;
            write_flags(f, self.flags, ORDER, false)?;
        }
        let regime = self.regime.map_or("", Regime::code);
        let regime_source = self.regime_source.map_or("", RegimeSource::code);
        write!(f, "^{}^{regime}^{regime_source}^", self.action.code())?;
        if let Some(address) = self.address {
            write!(f, "{address}")?;
        }
        write!(f, "^{}", self.request)
    }
}
