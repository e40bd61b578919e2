//! The name of a function in a script that answers (JSONP).

use std::fmt;
use thiserror::Error;

/// Longest name, in bytes. A tag's own have about 50.
const MAX_BYTES: usize = 128;
/// Most parts of a name.
const MAX_PARTS: usize = 8;

/// Words that a script cannot use as a name (ECMA-262, `ReservedWord`, and those of strict code).
const RESERVED: [&str; 47] = [
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
];

/// The name of a function, such as `Krux.ns._default.kxjsonp_consent_get_0`: up to eight identifiers of
/// `A-Z a-z 0-9 _ $` with dots between them, none beginning with a digit, none a reserved word. Nothing
/// else: what is written here is run in the page that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback(String);

/// The text is not such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "name a function with letters, digits, _ and $, such as Krux.ns._default.kxjsonp_consent_get_0, at most 128 bytes"
)]
pub struct CallbackError;

impl Callback {
    /// Reads a name.
    ///
    /// # Errors
    /// [`CallbackError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, CallbackError> {
        let fits = text.len() <= MAX_BYTES && text.split('.').count() <= MAX_PARTS;
        if fits && text.split('.').all(is_identifier) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CallbackError)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A script that calls the function with a JSON document.
    ///
    /// It begins with an empty comment, so that no plug-in takes it for a file of its own whose first bytes
    /// somebody chose as a name (CVE-2014-4671). U+2028 and U+2029 end lines in scripts of before ES2019, and `<` could
    /// end an element; both can only stand in strings of JSON, where an escape means the same.
    #[must_use]
    pub fn script(&self, json: &str) -> String {
        let mut script = format!("/**/{}(", self.0);
        for character in json.chars() {
            match character {
                '\u{2028}' => script.push_str("\\u2028"),
                '\u{2029}' => script.push_str("\\u2029"),
                '<' => script.push_str("\\u003c"),
                other => script.push(other),
            }
        }
        script.push_str(");");
        script
    }
}

impl fmt::Display for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_identifier(part: &str) -> bool {
    let begins = part
        .bytes()
        .next()
        .is_some_and(|first| !first.is_ascii_digit());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    begins && part.bytes().all(plain) && !RESERVED.contains(&part)
}
