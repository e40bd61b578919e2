//! Flags as JSON: strict, because a misspelt refusal must not pass.

use super::{Choice, Flag, Flags, FlagsError};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};
use std::{borrow::Cow, fmt};

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (flag, choice) in self.iter() {
            map.serialize_entry(flag.code(), &(choice == Choice::Granted))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FlagsVisitor)
    }
}

struct FlagsVisitor;

impl<'de> Visitor<'de> for FlagsVisitor {
    type Value = Flags;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object such as {\"dc\": true, \"al\": false}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flags, A::Error> {
        let mut flags = Flags::none();
        while let Some(flag) = map.next_key::<Flag>()? {
            let granted: bool = map
                .next_value()
                .map_err(|_| de::Error::custom(FlagsError::NotBool(flag.code())))?;
            if flags.get(flag).is_some() {
                return Err(de::Error::custom(FlagsError::Twice(flag.code())));
            }
            flags = flags.with(
                flag,
                if granted {
                    Choice::Granted
                } else {
                    Choice::Refused
                },
            );
        }
        Ok(flags)
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&code).map_err(|_| de::Error::custom(UnknownFlag(&code)))
    }
}

/// Names the key that is wrong, if it can be a misspelt flag and nothing worse.
struct UnknownFlag<'a>(&'a str);

impl fmt::Display for UnknownFlag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let harmless = self.0.len() <= 16
            && self
                .0
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let name = if harmless { self.0 } else { "…" };
        write!(
            f,
            "unknown flag {name:?}: the flags are dc, al, tg, cd, sh and re"
        )
    }
}
