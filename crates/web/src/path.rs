//! Paths and queries.

use percent_encoding::percent_decode_str;

use crate::Problem;

/// The decoded segments of a path; an encoded `/` stays inside its segment.
pub fn segments(path: &str) -> Result<Vec<String>, Problem> {
    path.trim_start_matches('/')
        .split('/')
        .map(|segment| {
            percent_decode_str(segment)
                .decode_utf8()
                .map(|text| text.into_owned())
        })
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::not_found("This address is not UTF-8."))
}

/// The parameters of a query, each at most once and only known ones.
pub fn query<const N: usize>(
    query: Option<&str>,
    known: [&str; N],
) -> Result<[Option<String>; N], Problem> {
    let mut values = [const { None }; N];
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let place = known.iter().position(|known| *known == name);
        match place.and_then(|place| values.get_mut(place)) {
            Some(slot @ None) => *slot = Some(value.into_owned()),
            Some(Some(_)) => return Err(Problem::invalid(name, "Give this parameter once.")),
            None => {
                let detail = if N == 0 {
                    "This resource has no parameters.".to_owned()
                } else {
                    format!("This resource knows the parameters {}.", known.join(", "))
                };
                return Err(Problem::invalid(harmless(&name), detail));
            }
        }
    }
    Ok(values)
}

/// How many of a list are answered where nothing is said.
pub const PAGE: u32 = 100;
/// How many are answered at most.
pub const LARGEST_PAGE: u32 = 1000;

/// The parameter `limit`: how many of a list are wanted.
pub fn page_limit(limit: Option<&str>) -> Result<u32, Problem> {
    limit.map_or(Ok(PAGE), |limit| {
        limit
            .parse()
            .ok()
            .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
            .ok_or_else(|| {
                Problem::invalid("limit", format!("Give a number from 1 to {LARGEST_PAGE}."))
            })
    })
}

/// A parameter that is a place in a list or a log: a number from 0.
pub fn place_in_list(name: &str, value: Option<&str>) -> Result<Option<i64>, Problem> {
    value
        .map(|value| {
            value
                .parse()
                .ok()
                .filter(|place| *place >= 0)
                .ok_or_else(|| {
                    Problem::invalid(name, "Give the number that an earlier answer named.")
                })
        })
        .transpose()
}

/// A name of a parameter or field if it can be a misspelt one; anything else may be an identifier.
pub(crate) fn harmless(name: &str) -> &str {
    let is_word = name
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_word && name.len() <= 24 {
        name
    } else {
        "?"
    }
}
