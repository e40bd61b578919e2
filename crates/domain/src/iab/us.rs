//! Sections of GPP for the United States: the national one, those of states, and the older US Privacy string. All of
//! them are about objecting, so a section can say no, and never yes.

use super::bits::{Bits, BitsError};
use super::gpp::GppError;
use crate::{Choice, Flag, Flags};

/// A part of a core segment, in fields of two bits. 1 is the refusal in each: opted out, or no consent.
#[derive(Clone, Copy)]
enum Part {
    /// So many fields that say nothing about the person's choice: notices, and how the parties work together.
    Other(u8),
    /// Sale of personal data.
    Sale,
    /// Sharing for advertising in other contexts (California).
    Sharing,
    /// Targeted advertising.
    Targeted,
    /// So many kinds of sensitive data.
    Sensitive(u8),
    /// So many questions about children whose age is known.
    Child(u8),
    /// Use beyond what was announced.
    Secondary,
}
use Part::{Child, Other, Sale, Secondary, Sensitive, Sharing, Targeted};

/// What follows the core segment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    Nothing,
    /// Whether the browser sends Global Privacy Control.
    Gpc,
    /// Eight kinds of sensitive data.
    SensitiveData,
}

/// How a section is laid out.
struct Layout {
    id: u16,
    name: &'static str,
    version: u8,
    core: &'static [Part],
    follows: Follows,
}

const fn layout(
    id: u16,
    name: &'static str,
    version: u8,
    core: &'static [Part],
    follows: Follows,
) -> Layout {
    Layout {
        id,
        name,
        version,
        core,
        follows,
    }
}

use Follows::{Gpc, Nothing, SensitiveData};

/// As in the specifications of the sections. 24 to 27 begin with the version of the agreement between the parties.
#[rustfmt::skip]
const LAYOUTS: [Layout; 22] = [
    layout(7, "usnat", 1, &[Other(6), Sale, Sharing, Targeted, Sensitive(12), Child(2), Secondary, Other(3)], Gpc),
    layout(7, "usnat", 2, &[Other(6), Sale, Sharing, Targeted, Sensitive(16), Child(3), Secondary, Other(3)], Gpc),
    layout(8, "usca", 1, &[Other(3), Sale, Sharing, Sensitive(9), Child(2), Secondary, Other(3)], Gpc),
    layout(9, "usva", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(1), Other(3)], Nothing),
    layout(10, "usco", 1, &[Other(3), Sale, Targeted, Sensitive(7), Child(1), Other(3)], Gpc),
    layout(11, "usut", 1, &[Other(4), Sale, Targeted, Sensitive(8), Child(1), Other(3)], Nothing),
    layout(12, "usct", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(3), Other(3)], Gpc),
    layout(13, "usfl", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(3), Secondary, Other(3)], Nothing),
    layout(14, "usmt", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(3), Secondary, Other(3)], Gpc),
    layout(15, "usor", 1, &[Other(3), Sale, Targeted, Sensitive(11), Child(3), Secondary, Other(3)], Gpc),
    layout(16, "ustx", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(1), Secondary, Other(3)], Gpc),
    layout(17, "usde", 1, &[Other(3), Sale, Targeted, Sensitive(9), Child(5), Secondary, Other(3)], Gpc),
    layout(18, "usia", 1, &[Other(4), Sale, Targeted, Sensitive(8), Child(1), Other(3)], Gpc),
    layout(19, "usne", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(1), Secondary, Other(3)], Gpc),
    layout(20, "usnh", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(3), Secondary, Other(3)], Gpc),
    layout(21, "usnj", 1, &[Other(3), Sale, Targeted, Sensitive(10), Child(5), Secondary, Other(3)], Gpc),
    layout(22, "ustn", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(1), Secondary, Other(3)], Gpc),
    layout(23, "usmn", 1, &[Other(3), Sale, Targeted, Sensitive(8), Child(1), Secondary, Other(3)], Gpc),
    layout(24, "usmd", 1, &[Other(5), Sale, Targeted, Secondary], Gpc),
    layout(25, "usin", 1, &[Other(5), Sale, Targeted, Child(1), Secondary], SensitiveData),
    layout(26, "usky", 1, &[Other(5), Sale, Targeted, Child(1), Secondary], SensitiveData),
    layout(27, "usri", 1, &[Other(5), Sale, Targeted, Child(1), Secondary], SensitiveData),
];

/// What a section objects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own in the specifications"
)]
pub struct UsSection {
    /// Opted out of sale.
    pub sale: bool,
    /// Opted out of sharing.
    pub sharing: bool,
    /// Opted out of targeted advertising.
    pub targeted: bool,
    /// Opted out of, or did not consent to, some use of sensitive data.
    pub sensitive: bool,
    /// Known to be a child, without consent.
    pub child: bool,
    /// Did not consent to use beyond what was announced.
    pub secondary: bool,
    /// The browser sends Global Privacy Control.
    pub gpc: bool,
}

impl UsSection {
    /// The name of a section that is read here.
    pub(super) fn name(id: u16) -> Option<&'static str> {
        match id {
            6 => Some("uspv1"),
            _ => LAYOUTS
                .iter()
                .find(|known| known.id == id)
                .map(|known| known.name),
        }
    }

    /// Reads the section with this id.
    pub(super) fn parse(id: u16, text: &str) -> Result<Self, GppError> {
        if id == 6 {
            return us_privacy(text);
        }
        let mut segments = text.split('.').peekable();
        // The specifications of 24 to 27 put a header before the core; the IAB's own library writes none.
        if id >= 24
            && let Some(first) = segments.peek()
            && Bits::new(first)?.number(6)? == u64::from(id)
        {
            segments.next();
        }
        let core = segments.next().unwrap_or_default();
        let version = Bits::new(core)?.number(6)?;
        let (layout, mut read) = Self::core(id, version, core)?;
        match (layout.follows, segments.next()) {
            (_, None) => {}
            (Follows::Gpc, Some(segment)) => {
                let mut bits = Bits::new(segment)?;
                if bits.number(2)? != 1 {
                    return Err(GppError::Subsection(id));
                }
                read.gpc = bits.bit()?;
                bits.end()?;
            }
            (Follows::SensitiveData, Some(segment)) => {
                let mut bits = Bits::new(segment)?;
                read.part(Sensitive(8), &mut bits)?;
                bits.end()?;
            }
            (Follows::Nothing, Some(_)) => return Err(GppError::Subsection(id)),
        }
        match segments.next() {
            None => Ok(read),
            Some(_) => Err(GppError::Subsection(id)),
        }
    }

    /// The core segment. The national section has grown, and both lengths are found under both versions: where one
    /// does not fit, the other may.
    fn core(id: u16, version: u64, text: &str) -> Result<(&'static Layout, Self), GppError> {
        let named = |layout: &&Layout| layout.id == id && u64::from(layout.version) == version;
        let layout = LAYOUTS
            .iter()
            .find(named)
            .ok_or(GppError::SectionVersion(id))?;
        let others = LAYOUTS.iter().filter(|known| known.id == id);
        match Self::laid_out(layout, text) {
            Ok(read) => Ok((layout, read)),
            Err(error) => others
                .filter(|known| known.version != layout.version)
                .find_map(|other| Some((other, Self::laid_out(other, text).ok()?)))
                .ok_or(error.into()),
        }
    }

    fn laid_out(layout: &Layout, text: &str) -> Result<Self, BitsError> {
        let mut bits = Bits::new(text)?;
        bits.skip(6)?;
        let mut read = Self::default();
        for part in layout.core {
            read.part(*part, &mut bits)?;
        }
        bits.end()?;
        Ok(read)
    }

    fn part(&mut self, part: Part, bits: &mut Bits<'_>) -> Result<(), BitsError> {
        let mut refused =
            |fields: u8| (0..fields).try_fold(false, |found, _| Ok(bits.number(2)? == 1 || found));
        match part {
            Other(fields) => {
                refused(fields)?;
            }
            Sale => self.sale = refused(1)?,
            Sharing => self.sharing = refused(1)?,
            Targeted => self.targeted = refused(1)?,
            Sensitive(fields) => self.sensitive = refused(fields)?,
            Child(fields) => self.child = refused(fields)?,
            Secondary => self.secondary = refused(1)?,
        }
        Ok(())
    }

    /// What that refuses, by the table of `docs/signals.md`.
    #[must_use]
    pub fn flags(&self) -> Flags {
        const ADVERTISING: &[Flag] = &[Flag::Tg, Flag::Cd, Flag::Sh];
        const COMBINING: &[Flag] = &[Flag::Tg, Flag::Cd, Flag::Sh, Flag::Re];
        let rules: [(bool, &[Flag]); 7] = [
            (self.sale, ADVERTISING),
            (self.sharing, ADVERTISING),
            (self.gpc, ADVERTISING),
            (self.targeted, &[Flag::Tg, Flag::Cd]),
            (self.sensitive, COMBINING),
            (self.secondary, COMBINING),
            (self.child, &Flag::ALL),
        ];
        rules
            .into_iter()
            .filter(|(applies, _)| *applies)
            .flat_map(|(_, flags)| flags)
            .fold(Flags::none(), |flags, flag| {
                flags.with(*flag, Choice::Refused)
            })
    }
}

/// "US Privacy String" 1: a digit, then notice, opt-out of sale, and the agreement, each `Y`, `N` or `-`.
fn us_privacy(text: &str) -> Result<UsSection, GppError> {
    let &[version, notice, sale, agreement] = text.as_bytes() else {
        return Err(GppError::UsPrivacy);
    };
    if version != b'1' {
        return Err(GppError::SectionVersion(6));
    }
    if [notice, sale, agreement]
        .iter()
        .any(|letter| !b"YyNn-".contains(letter))
    {
        return Err(GppError::UsPrivacy);
    }
    Ok(UsSection {
        sale: sale.eq_ignore_ascii_case(&b'Y'),
        ..UsSection::default()
    })
}
