//! GPP strings: a header that names the sections, then the sections.

use super::bits::{Bits, BitsError};
use super::{Tcf, TcfError, UsSection};
use thiserror::Error;

/// The sections of a GPP string, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpp {
    /// Id and content of each.
    pub sections: Vec<(u16, Section)>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Section {
    /// Section 2, `tcfeuv2`.
    Tcf(Tcf),
    /// Sections 6 to 27.
    Us(UsSection),
    /// One that is not read here: it says nothing.
    Unread,
}

/// The text is no GPP string that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GppError {
    /// Longer than any real one.
    #[error("no GPP string is that long")]
    Length,
    /// No header of version 1.
    #[error("it must begin with a header of version 1, DB…")]
    Header,
    /// The header names other sections than there are.
    #[error("the header does not name the sections that follow")]
    Sections,
    /// The version of a section is not known.
    #[error("section {0} has a version that is not known")]
    SectionVersion(u16),
    /// What follows the core of a section.
    #[error("section {0} has a subsection that does not belong there")]
    Subsection(u16),
    /// Section 6 is no US Privacy string.
    #[error("section 6 must be a US Privacy string such as 1YNN")]
    UsPrivacy,
    /// Section 2 is no TC string.
    #[error("section 2: {0}")]
    Tcf(#[from] TcfError),
    /// The bits cannot be read.
    #[error("{0}")]
    Bits(#[from] BitsError),
}

/// More sections than there will be for a while; a header may name them with one range.
const MOST_SECTIONS: usize = 64;

impl Gpp {
    /// Reads a GPP string.
    ///
    /// # Errors
    /// [`GppError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, GppError> {
        if text.len() > super::MAX_STRING {
            return Err(GppError::Length);
        }
        let mut parts = text.split('~');
        let ids = header(parts.next().unwrap_or_default())?;
        let texts: Vec<&str> = parts.collect();
        if texts.len() != ids.len() {
            return Err(GppError::Sections);
        }
        let sections = ids
            .into_iter()
            .zip(texts)
            .map(|(id, text)| section(id, text).map(|section| (id, section)))
            .collect::<Result<_, _>>()?;
        Ok(Self { sections })
    }

    /// The name of a section that is read here, such as `usca`.
    #[must_use]
    pub fn section_name(id: u16) -> Option<&'static str> {
        match id {
            2 => Some("tcfeuv2"),
            _ => UsSection::name(id),
        }
    }
}

fn header(text: &str) -> Result<Vec<u16>, GppError> {
    let mut bits = Bits::new(text)?;
    if (bits.number(6)?, bits.number(6)?) != (3, 1) {
        return Err(GppError::Header);
    }
    let mut ids = Vec::new();
    let mut last = 0_u16;
    for _ in 0..bits.number(12)? {
        let is_range = bits.bit()?;
        let first = last
            .checked_add(bits.fibonacci()?)
            .ok_or(BitsError::Number)?;
        let more = if is_range { bits.fibonacci()? } else { 0 };
        last = first.checked_add(more).ok_or(BitsError::Number)?;
        if ids.len().saturating_add(usize::from(more)) >= MOST_SECTIONS {
            return Err(GppError::Sections);
        }
        ids.extend(first..=last);
    }
    bits.end()?;
    Ok(ids)
}

fn section(id: u16, text: &str) -> Result<Section, GppError> {
    match id {
        2 => Ok(Section::Tcf(Tcf::parse(text)?)),
        _ if UsSection::name(id).is_some() => UsSection::parse(id, text).map(Section::Us),
        _ => Ok(Section::Unread),
    }
}
