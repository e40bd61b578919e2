//! What an alteration is, and whether it changes anything that is claimed to be proved.

use assent_tests::Dice;
use base64ct::Encoding;
use domain::log::export::{self, Who};
use serde_json::{Value, json};

use crate::verifiers::Case;

/// What of a file is proved: two files with the same are the same.
pub fn meaning((what, files): &Case) -> Value {
    match *what {
        "receipt" => json!(files[0].trim()),
        "checkpoints" => json!([
            files[0],
            files[1],
            serde_json::from_str::<Value>(&files[2]).ok()
        ]),
        "entries" => json!([files[0].lines().collect::<Vec<_>>(), files[1]]),
        _ => {
            let mut rows = export::read(&files[0]).unwrap_or_default();
            // Whose key no receipt brings: an erased person, a request for everything stored.
            let opened: Vec<String> = files[3..]
                .iter()
                .map(|receipt| event_time(receipt))
                .collect();
            for row in &mut rows {
                row.number = 0;
                if !opened.contains(&row.at.to_rfc3339()) {
                    (row.who, row.request, row.item) = (Who::Erased, String::new(), None);
                    (row.rest.network, row.rest.shown, row.rest.evidence) = (None, None, None);
                }
            }
            json!(format!("{rows:?}"))
        }
    }
}

/// Where the altered one begins to differ.
pub fn difference(original: &Case, altered: &Case) -> String {
    let files = original.1.iter().zip(&altered.1);
    let found = files.enumerate().find_map(|(file, (before, after))| {
        let (before, after): (Vec<char>, Vec<char>) =
            (before.chars().collect(), after.chars().collect());
        let place = before
            .iter()
            .zip(&after)
            .position(|(before, after)| before != after);
        let place = place.unwrap_or(before.len().min(after.len()));
        let around = |text: &[char]| -> String {
            text.iter()
                .skip(place.saturating_sub(40))
                .take(80)
                .collect()
        };
        (before != after).then(|| {
            format!(
                "file {file} at {place}: {:?} → {:?}",
                around(&before),
                around(&after)
            )
        })
    });
    format!("{}: {}", original.0, found.unwrap_or_default())
}

/// When a receipt says that was decided.
fn event_time(receipt: &str) -> String {
    let payload = receipt.split('.').nth(1).unwrap();
    let payload = base64ct::Base64UrlUnpadded::decode_vec(payload).unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    payload["record"]["event_time"].as_str().unwrap().to_owned()
}

/// One character is another, is missing, or is there besides.
pub fn altered(content: &str, dice: &mut Dice) -> String {
    let mut characters: Vec<char> = content.chars().collect();
    let place = dice.below(characters.len());
    let other = char::from(u8::try_from(32 + dice.below(95)).unwrap());
    match dice.below(4) {
        0 => drop(characters.remove(place)),
        1 => characters.insert(place, other),
        // A digit or a letter for another: what is most like the original.
        2 if characters[place].is_ascii_digit() => {
            characters[place] = char::from(b'0' + u8::try_from(dice.below(10)).unwrap());
        }
        _ => characters[place] = other,
    }
    characters.into_iter().collect()
}
