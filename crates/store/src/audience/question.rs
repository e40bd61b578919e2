//! What a clause asks of SQLite.

use domain::condition::{AttributeTest, Behaviour};
use domain::{AttributeType, AttributeValue, Kind, OrganisationId, Timestamp};
use spin_sdk::sqlite::Value;

use super::bits::Found;
use super::statements;
use crate::StoreError;
use crate::contact::stored;
use crate::sql::{integer, read, read_many, text};

/// Milliseconds more than a short read that a statement may take, as items: it covers a slice.
const PATIENCE: usize = 5_000;

/// A clause with its parameters.
pub enum Asked {
    /// Nobody can be found.
    Nobody,
    Attribute {
        id: i64,
        /// Type, values, from, up to.
        test: [Value; 4],
    },
    Behaviour {
        /// The first two parameters.
        what: [Value; 2],
        is_named: bool,
        from: Timestamp,
        to: Timestamp,
        at_least: u32,
    },
}

impl Asked {
    pub async fn attribute(
        organisation: OrganisationId,
        test: &AttributeTest,
    ) -> Result<Self, StoreError> {
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(test.name.as_str()),
        ];
        let rows = read(statements::ATTRIBUTE_ID, parameters).await?;
        let Some(id) = rows.first().and_then(|row| row.get::<i64>(0)) else {
            return Ok(Self::Nobody);
        };
        let kind = match test.kind {
            AttributeType::Number => "real",
            AttributeType::Boolean => "integer",
            AttributeType::Text | AttributeType::Date | AttributeType::Choice => "text",
        };
        let values = test.one_of.as_ref().map(|values| {
            let values: Vec<serde_json::Value> =
                values.iter().map(AttributeValue::to_stored).collect();
            serde_json::Value::from(values).to_string()
        });
        let limit = |limit: &Option<AttributeValue>| limit.as_ref().map_or(Value::Null, stored);
        let test = [
            Value::from(kind),
            Value::from(values),
            limit(&test.at_least),
            limit(&test.at_most),
        ];
        Ok(Self::Attribute { id, test })
    }

    /// Gives the place of a message or a link that the organisation does not have.
    pub async fn behaviour(
        organisation: OrganisationId,
        behaviour: &Behaviour,
        now: Timestamp,
    ) -> Result<Result<Self, String>, StoreError> {
        let is_open = behaviour.kind == Kind::Open;
        let (from, to) = behaviour.period(now);
        let asked = |what, is_named| Self::Behaviour {
            what,
            is_named,
            from,
            to,
            at_least: behaviour.at_least,
        };
        let is_link = !behaviour.links.is_empty();
        if !is_link && behaviour.messages.is_empty() {
            let what = [
                Value::from(organisation.to_string()),
                Value::from(behaviour.kind.code()),
            ];
            return Ok(Ok(asked(what, false)));
        }
        let names: Vec<String> = if is_link {
            behaviour.links.iter().map(ToString::to_string).collect()
        } else {
            behaviour.messages.iter().map(ToString::to_string).collect()
        };
        let items = names.len();
        let names = serde_json::Value::from(names).to_string();
        let parameters = vec![Value::from(organisation.to_string()), Value::from(names)];
        let statement = if is_link {
            statements::LINKS
        } else {
            statements::MESSAGES
        };
        let rows = read_many(statement, parameters, items).await?;
        let mut pairs = Vec::new();
        for row in &rows {
            if row.get::<&str>(1).is_none() {
                let list = if is_link { "links" } else { "messages" };
                return Ok(Err(format!("/{list}/{}", integer(row, 0, "message")?)));
            }
            let message = text(row, 1, "message")?;
            match row.get::<&str>(2) {
                Some(link) => pairs.push((message, link, u8::from(is_link || is_open))),
                // Without a pixel every link is one that is clicked, and nothing is opened.
                None if is_open => {}
                None => pairs.push((message, "", 0)),
            }
        }
        // Named twice is done once.
        pairs.sort_unstable();
        pairs.dedup();
        let pairs = serde_json::to_string(&pairs).map_err(|_| StoreError::Corrupt("message"))?;
        Ok(Ok(asked([Value::from(pairs), Value::Null], true)))
    }

    /// How often a contact has to be found.
    pub const fn at_least(&self) -> u32 {
        match self {
            Self::Behaviour { at_least, .. } => *at_least,
            Self::Nobody | Self::Attribute { .. } => 1,
        }
    }

    /// Whom it finds after one place up to another, in `most` numbers or fewer.
    pub async fn in_slice(&self, after: i64, end: i64, most: usize) -> Result<Found, StoreError> {
        Ok(match self {
            Self::Nobody => Found::default(),
            Self::Attribute { id, test } => {
                let mut parameters = vec![Value::from(*id), Value::from(after), Value::from(end)];
                parameters.extend(test.iter().cloned());
                Found::places(ask(statements::ATTRIBUTE, parameters).await?)
            }
            Self::Behaviour {
                what,
                is_named,
                from,
                to,
                at_least,
            } => {
                let mut parameters = what.to_vec();
                parameters.extend([after, end, from.micros(), to.micros()].map(Value::from));
                parameters.push(Value::from(i64::try_from(most).unwrap_or(i64::MAX)));
                match (is_named, at_least) {
                    (true, _) => Found::places(ask(statements::NAMED, parameters).await?),
                    (false, 1) => Found {
                        text: ask(statements::ONCE, parameters).await?,
                        after,
                        bits: 0,
                    },
                    (false, _) => {
                        let bits = bits(*at_least);
                        parameters.push(Value::from(bits));
                        Found {
                            text: ask(statements::OFTEN, parameters).await?,
                            after,
                            bits,
                        }
                    }
                }
            }
        })
    }

    /// Whom it finds among these, who are in the order of the list.
    pub async fn of_these(&self, places: &[i64]) -> Result<Found, StoreError> {
        let these = serde_json::to_string(places).map_err(|_| StoreError::Corrupt("contact"))?;
        match self {
            Self::Nobody => Ok(Found::default()),
            Self::Attribute { id, test } => {
                let mut parameters = vec![Value::from(*id), Value::from(these)];
                parameters.extend(test.iter().cloned());
                let places = ask(statements::ATTRIBUTE_OF_THESE, parameters).await?;
                Ok(Found::places(places))
            }
            Self::Behaviour {
                what,
                is_named,
                from,
                to,
                at_least,
            } => {
                let mut parameters = what.to_vec();
                parameters.push(Value::from(these));
                parameters.extend([from.micros(), to.micros()].map(Value::from));
                if *is_named {
                    let places = ask(statements::NAMED_OF_THESE, parameters).await?;
                    return Ok(Found::places(places));
                }
                let bits = bits(*at_least);
                parameters.push(Value::from(bits));
                parameters.extend(
                    [places.first(), places.last()].map(|place| Value::from(place.copied())),
                );
                Ok(Found {
                    text: ask(statements::OFTEN_OF_THESE, parameters).await?,
                    after: 0,
                    bits,
                })
            }
        }
    }
}

/// As many as such a number has: whoever is found so often is found often enough.
const fn bits(at_least: u32) -> u32 {
    u32::BITS.saturating_sub(at_least.leading_zeros())
}

async fn ask(statement: &'static str, parameters: Vec<Value>) -> Result<String, StoreError> {
    let rows = read_many(statement, parameters, PATIENCE).await?;
    let text = rows.first().and_then(|row| row.get::<&str>(0));
    Ok(text.unwrap_or_default().to_owned())
}
