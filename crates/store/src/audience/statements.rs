//! The statements of audiences. Each reads an index in its order, for contacts after one place of the list up to
//! another, or for some contacts. What comes back is one text: a row costs more than what is in it.

/// The last of the next contacts, how many they are, and their stances.
pub const END: &str = "SELECT max(subject_id), count(*), group_concat(DISTINCT stance) FROM (SELECT subject_id, stance \
  FROM contact WHERE org_id = ?1 AND subject_id > ?2 ORDER BY subject_id LIMIT ?3)";

/// Contacts, `+` behind those for whom the gates are open. `?4` has for each stance when they are, `?5` the flags that
/// they need, `?6` the moment of the backfill.
pub const CONTACTS: &str = "WITH verdict (stance, open, lapsed_at) AS MATERIALIZED ( \
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?4)) \
  SELECT group_concat(c.subject_id || CASE WHEN (verdict.open >> (2 * (min( \
      iif(?5 & 1, coalesce(dc_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 2, coalesce(al_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 4, coalesce(tg_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 8, coalesce(cd_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 16, coalesce(sh_at, 9223372036854775807), 9223372036854775807), \
      iif(?5 & 32, coalesce(re_at, 9223372036854775807), 9223372036854775807)) > verdict.lapsed_at) \
    + (c.first_seen < ?6))) & 1 THEN '+' ELSE '-' END, '') \
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

/// All messages of the organisation `?1` with their pixels: what was done with these (`?2` is 1) or with other links.
macro_rules! all {
    () => {
        "WITH asked (message_id, link_id, is_it) AS MATERIALIZED ( \
           SELECT m.id, coalesce(l.id, ''), ?2 FROM message m LEFT JOIN link l ON l.message_id = m.id AND l.kind = 'open' \
           WHERE m.org_id = ?1) "
    };
}

macro_rules! in_slice {
    () => {
        "SELECT group_concat(subject_id, ' '), count(*) FROM (SELECT i.subject_id FROM asked CROSS JOIN interaction i \
           ON i.message_id = asked.message_id AND i.subject_id > ?3 AND i.subject_id <= ?4 \
           WHERE i.at >= ?5 AND i.at < ?6 AND (i.link_id = asked.link_id) = asked.is_it LIMIT ?7)"
    };
}

macro_rules! of_these {
    () => {
        "SELECT group_concat(i.subject_id, ' ') FROM json_each(?3) these \
           CROSS JOIN subject_message n ON n.subject_id = these.value \
           CROSS JOIN asked ON asked.message_id = n.message_id \
           CROSS JOIN interaction i ON i.message_id = n.message_id AND i.subject_id = n.subject_id \
           WHERE i.at >= ?4 AND i.at < ?5 AND (i.link_id = asked.link_id) = asked.is_it"
    };
}

/// Who did something in named messages (`?1`), once for each time; at most `?7` of them. `?2` is not used.
pub const NAMED: &str = concat!(named!(), in_slice!());

/// Who did something in any message, once for each time.
pub const ALL: &str = concat!(all!(), in_slice!());

/// Who did something in any message at least once, by the hour of the last time in each; where that is the first or the
/// last hour of the period, or later, by the interactions themselves. At most `?7` of them.
pub const ONCE: &str = "SELECT group_concat(subject_id, ' ') FROM (SELECT c.subject_id FROM contact c \
  WHERE c.org_id = ?1 AND c.subject_id > ?3 AND c.subject_id <= ?4 AND EXISTS ( \
    SELECT 1 FROM subject_message n WHERE n.subject_id = c.subject_id \
    AND iif(?2, n.opened, n.clicked) >= max(?5 / 3600000000, 0) \
    AND (iif(?2, n.opened, n.clicked) BETWEEN ?5 / 3600000000 + 1 AND ?6 / 3600000000 - 1 OR EXISTS ( \
      SELECT 1 FROM interaction i CROSS JOIN link l ON l.id = i.link_id \
      WHERE i.message_id = n.message_id AND i.subject_id = n.subject_id AND i.at >= ?5 AND i.at < ?6 \
        AND l.kind = iif(?2, 'open', 'click')))) LIMIT ?7)";

/// As [`NAMED`], of these (`?3`).
pub const NAMED_OF_THESE: &str = concat!(named!(), of_these!());

/// As [`ALL`], of these.
pub const ALL_OF_THESE: &str = concat!(all!(), of_these!());

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
