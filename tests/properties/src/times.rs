//! Times: written as they were read, and never in the future by a trick.

use domain::{MAX_AHEAD_MICROS, Timestamp, check_time};

/// Input: a text.
pub fn timestamp(input: &[u8]) {
    if let Some(bytes) = input.first_chunk::<8>() {
        any_number(i64::from_le_bytes(*bytes));
    }
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(time) = Timestamp::parse_rfc3339(text) else {
        return;
    };
    let written = time.to_rfc3339();
    if written.len() == "2026-11-21T08:30:00.000000Z".len()
        && (0..=253_402_300_799_999_999).contains(&time.micros())
    {
        assert_eq!(Timestamp::parse_rfc3339(&written), Ok(time), "{text}");
    }
    any_number(time.micros());
}

fn any_number(micros: i64) {
    let time = Timestamp::from_micros(micros);
    let written = time.to_rfc3339();
    assert_eq!(
        written.len(),
        "2026-11-21T08:30:00.000000Z".len(),
        "{written}"
    );
    let again = Timestamp::parse_rfc3339(&written).unwrap();
    assert_eq!(again.to_rfc3339(), written, "final form");
    let json = serde_json::to_string(&time).unwrap();
    assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), again);
    for months in [0, 1, 6, 13, u32::MAX] {
        assert!(
            time.plus_months(months) >= time,
            "{micros} + {months} months"
        );
    }
    let now = Timestamp::from_micros(1_795_290_000_000_000);
    assert_eq!(
        check_time(time, now).is_ok(),
        micros <= now.micros() + MAX_AHEAD_MICROS
    );
    assert_eq!(time.hour(), micros.div_euclid(3_600_000_000));
}
