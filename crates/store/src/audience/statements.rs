//! The statements of audiences. Each reads an index in its order, for contacts after one place of the list up to
//! another, or for some contacts. What comes back is one text: a row costs more than what is in it.

/// The last of the next contacts, how many they are, and their stances.
pub const END: &str = "SELECT max(subject_id), count(*), group_concat(DISTINCT stance) FROM (SELECT subject_id, stance \
  FROM contact WHERE org_id = ?1 AND subject_id > ?2 ORDER BY subject_id LIMIT ?3)";

/// Contacts, `+` behind those for whom the gates are open. `?4` has for each stance when they are, `?5` the flags that
/// they need, `?6` the moment of the backfill; whoever has no grant as old as `?7` has none that lapsed.
pub const CONTACTS: &str = "WITH verdict (stance, open, lapsed_at) AS MATERIALIZED ( \
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?4)) \
  SELECT group_concat(c.subject_id || CASE WHEN (verdict.open >> (2 * (CASE \
    WHEN dc_at <= ?7 OR al_at <= ?7 OR tg_at <= ?7 OR cd_at <= ?7 OR sh_at <= ?7 OR re_at <= ?7 THEN min( \
      iif(?5 & 1, coalesce(dc_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 2, coalesce(al_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 4, coalesce(tg_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 8, coalesce(cd_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 16, coalesce(sh_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 32, coalesce(re_at, 9223372036854775807), 9223372036854775807)) > verdict.lapsed_at \
    ELSE 1 END) + (c.first_seen < ?6))) & 1 THEN '+' ELSE '-' END, '') \
  FROM contact c LEFT JOIN verdict ON verdict.stance = c.stance \
  WHERE c.org_id = ?1 AND c.subject_id > ?2 AND c.subject_id <= ?3";

/// Who of them has a value of this type in an attribute, one of `?5`, from `?6`, up to `?7`.
pub const ATTRIBUTE: &str = "SELECT group_concat(v.subject_id, ' ') FROM contact_attribute v \
  WHERE v.attribute_id = ?1 AND v.subject_id > ?2 AND v.subject_id <= ?3 AND typeof(v.value) = ?4 \
  AND (?5 IS NULL OR v.value IN (SELECT value FROM json_each(?5))) AND (?6 IS NULL OR v.value >= ?6) \
  AND (?7 IS NULL OR v.value <= ?7)";

/// The same among these.
pub const ATTRIBUTE_OF_THESE: &str = "SELECT group_concat(v.subject_id, ' ') FROM json_each(?2) these \
  CROSS JOIN contact_attribute v ON v.attribute_id = ?1 AND v.subject_id = these.value \
  WHERE typeof(v.value) = ?3 \
  AND (?4 IS NULL OR v.value IN (SELECT value FROM json_each(?4))) AND (?5 IS NULL OR v.value >= ?5) \
  AND (?6 IS NULL OR v.value <= ?6)";

/// Messages with a link each: what was done with it, or (`is_it` 0) with every other link of the message.
macro_rules! named {
    () => {
        "WITH asked (message_id, link_id, is_it) AS MATERIALIZED ( \
           SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1)) "
    };
}

/// Who did something in named messages (`?1`), once for each time; at most `?7` of them. `?2` is not used.
pub const NAMED: &str = concat!(
    named!(),
    "SELECT group_concat(subject_id, ' ') FROM (SELECT i.subject_id FROM asked CROSS JOIN interaction i \
       ON i.message_id = asked.message_id AND i.subject_id > ?3 AND i.subject_id <= ?4 \
       WHERE i.at >= ?5 AND i.at < ?6 AND (i.link_id = asked.link_id) = asked.is_it LIMIT ?7)"
);

/// As [`NAMED`], of these (`?3`).
pub const NAMED_OF_THESE: &str = concat!(
    named!(),
    "SELECT group_concat(i.subject_id, ' ') FROM json_each(?3) these CROSS JOIN asked \
       CROSS JOIN interaction i ON i.message_id = asked.message_id AND i.subject_id = these.value \
       WHERE i.at >= ?4 AND i.at < ?5 AND (i.link_id = asked.link_id) = asked.is_it"
);

/// Who did something of the kind `?2` in any message of the organisation `?1` from `$from` to `$to` is found for each day
/// `d`: on those that lie in the period whole by what was counted.
macro_rules! whole_days {
    ($from:literal, $to:literal) => {
        concat!(
            "d.org_id = ?1 AND d.kind = ?2 AND d.day >= (max(",
            $from,
            ", 0) + 86399999999) / 86400000000 AND d.day < max(",
            $to,
            ", 0) / 86400000000"
        )
    };
}

/// And on those that do not by the interactions.
macro_rules! other_days {
    ($days:literal, $who:literal, $from:literal, $to:literal, $looked:literal) => {
        concat!(
            " UNION ALL SELECT ",
            $looked,
            " FROM ",
            $days,
            " CROSS JOIN activity a ON a.day_id = d.id AND ",
            $who,
            " CROSS JOIN message_number m ON m.number = a.message_number \
               CROSS JOIN interaction i ON i.message_id = m.message_id AND i.subject_id = a.subject_id \
                 AND i.at >= max(d.day * 86400000000, ",
            $from,
            ") AND i.at < min((d.day + 1) * 86400000000, ",
            $to,
            ") CROSS JOIN link l ON l.id = i.link_id AND l.kind = ?2 \
             WHERE d.org_id = ?1 AND d.kind = ?2 AND d.day IN (max(",
            $from,
            ", 0) / 86400000000, max(",
            $to,
            ", 0) / 86400000000) AND (d.day * 86400000000 < ",
            $from,
            " OR (d.day + 1) * 86400000000 > ",
            $to,
            ")"
        )
    };
}

macro_rules! any_in_slice {
    ($counted:literal, $looked:literal) => {
        concat!(
            "SELECT group_concat(found, ' ') FROM (SELECT ",
            $counted,
            " AS found FROM activity_day d CROSS JOIN activity a ON a.day_id = d.id AND a.subject_id > ?3 \
               AND a.subject_id <= ?4 WHERE ",
            whole_days!("?5", "?6"),
            other_days!(
                "activity_day d",
                "a.subject_id > ?3 AND a.subject_id <= ?4",
                "?5",
                "?6",
                $looked
            ),
            " LIMIT ?7)"
        )
    };
}

/// Who did something in any message: how far behind `?3`. At most `?7` rows.
pub const ONCE: &str = any_in_slice!("a.subject_id - ?3", "a.subject_id - ?3");

/// How often somebody did something in any message, as many as `?8` bits hold at most: how far she is behind `?3` in the
/// bits above these. At most `?7` rows.
pub const OFTEN: &str = any_in_slice!(
    "((a.subject_id - ?3) << ?8) + CASE WHEN a.n >> ?8 THEN (1 << ?8) - 1 ELSE a.n END",
    "((a.subject_id - ?3) << ?8) + 1"
);

/// As [`OFTEN`], of these, whole places, which lie from `?7` to `?8`. Where few others of that range did something on a
/// day, four for each of these to judge by an eighth of it, everybody there is read: seven rows cost as much as looking
/// up one.
pub const OFTEN_OF_THESE: &str = concat!(
    "WITH day (id, is_read) AS MATERIALIZED (SELECT d.id, NOT EXISTS (SELECT 1 FROM activity a WHERE a.day_id = d.id \
         AND a.subject_id BETWEEN ?7 AND ?7 + (?8 - ?7) / 8 LIMIT 1 OFFSET json_array_length(?3) / 2) \
       FROM activity_day d WHERE ",
    whole_days!("?4", "?5"),
    ") SELECT group_concat(found, ' ') FROM (SELECT (a.subject_id << ?6) + CASE WHEN a.n >> ?6 THEN (1 << ?6) - 1 ELSE a.n END AS found \
         FROM day CROSS JOIN activity a ON a.day_id = day.id AND a.subject_id BETWEEN ?7 AND ?8 \
         WHERE day.is_read AND +a.subject_id IN (SELECT value FROM json_each(?3)) \
       UNION ALL SELECT (a.subject_id << ?6) + CASE WHEN a.n >> ?6 THEN (1 << ?6) - 1 ELSE a.n END \
         FROM day CROSS JOIN activity a ON a.day_id = day.id AND a.subject_id IN (SELECT value FROM json_each(?3)) \
         WHERE NOT day.is_read",
    other_days!(
        "activity_day d CROSS JOIN json_each(?3) these",
        "a.subject_id = these.value",
        "?4",
        "?5",
        "(a.subject_id << ?6) + 1"
    ),
    ")"
);

/// Messages and their pixels.
pub const MESSAGES: &str = "SELECT asked.key, m.id, l.id FROM json_each(?2) asked \
  LEFT JOIN message m ON m.id = asked.value AND m.org_id = ?1 \
  LEFT JOIN link l ON l.message_id = m.id AND l.kind = 'open' ORDER BY asked.key";

/// Links and their messages.
pub const LINKS: &str = "SELECT asked.key, l.message_id, l.id FROM json_each(?2) asked \
  LEFT JOIN link l ON l.id = asked.value AND l.org_id = ?1 AND l.kind = 'click' ORDER BY asked.key";

/// The number of an attribute.
pub const ATTRIBUTE_ID: &str = "SELECT id FROM attribute WHERE org_id = ?1 AND name = ?2";

/// Where contacts stand in the list.
pub const PLACES: &str = "SELECT keyed_hash, id FROM subject \
  WHERE org_id = ?1 AND keyed_hash IN (SELECT value FROM json_each(?2))";

/// The keys of contacts, in the order of the list.
pub const KEYS: &str = "SELECT json_group_array(key) FROM (SELECT substr(s.identifier, 9) AS key FROM json_each(?2) these \
  CROSS JOIN subject s ON s.id = these.value WHERE s.org_id = ?1 AND substr(s.identifier, 1, 8) = 'contact:' \
  ORDER BY these.key)";
