//! The parts of subjects: which characters, which lengths, what is normalised.

use super::SubjectError;
use sha2::{Digest, Sha256};

/// Longest value of a subject, in bytes.
const MAX_VALUE_BYTES: usize = 256;

pub(super) fn check_name(name: &str) -> Result<(), SubjectError> {
    let fits = (1..=32).contains(&name.len());
    let plain = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if fits && plain {
        Ok(())
    } else {
        Err(SubjectError::Name)
    }
}

/// `^` separates the columns of consent records (Salesforce DMP, consent files, "Format"). What nobody can
/// see is refused: two keys that look the same would be two people, and a refusal would be stored for
/// the wrong one.
pub(super) fn check_value(value: &str) -> Result<(), SubjectError> {
    let fits = (1..=MAX_VALUE_BYTES).contains(&value.len());
    let printable = |c: char| {
        !c.is_control() && !is_invisible(c) && !matches!(c, '^' | '\u{2028}' | '\u{2029}')
    };
    if fits && value.chars().all(printable) {
        Ok(())
    } else {
        Err(SubjectError::Value)
    }
}

/// Joiners, direction marks, variation selectors, soft hyphens, byte order marks and the like: Unicode's
/// `Default_Ignorable_Code_Point` (UCD 16, `DerivedCoreProperties.txt`) and the annotation marks.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// An address is at most 254 bytes long (RFC 5321 §4.5.3.1.3); what is in front of the `@` is the
/// receiving server's business.
pub(super) fn hash_address(address: &str) -> Result<String, SubjectError> {
    let address = address.trim().to_lowercase();
    let looks_right = address.len() <= 254
        && !address
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || is_invisible(c))
        && address.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
    if !looks_right {
        return Err(SubjectError::Address);
    }
    Ok(base16ct::lower::encode_string(&Sha256::digest(
        address.as_bytes(),
    )))
}

pub(super) fn lower_sha256(digits: &str) -> Result<String, SubjectError> {
    if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(digits.to_ascii_lowercase())
    } else {
        Err(SubjectError::Sha256)
    }
}
