-- Asking on a click, people who are counted without being known, and bursts of scanners.

-- When somebody last said *Ask me later*: only the time.
CREATE TABLE asked (
  subject_id INTEGER PRIMARY KEY REFERENCES subject (id),
  at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER signal_erases_asked AFTER INSERT ON signal WHEN NEW.action = 'remove' BEGIN
  DELETE FROM asked WHERE subject_id = NEW.subject_id;
END;

-- A click that was counted as anonymous when the form was shown, and whose person has agreed on it: one row more, one
-- anonymous click less, once. As with `interaction_intake` only where the subject still has the version that was decided on.
CREATE VIEW accepted_click AS
SELECT NULL AS link_id, NULL AS subject_id, NULL AS version, NULL AS at;

CREATE TRIGGER accepted_click_stores INSTEAD OF INSERT ON accepted_click BEGIN
  INSERT INTO interaction (message_id, link_id, subject_id, at)
  SELECT link.message_id, link.id, subject.id, NEW.at
  FROM link CROSS JOIN subject ON subject.id = NEW.subject_id
  WHERE link.id = NEW.link_id AND subject.org_id = link.org_id AND subject.version = NEW.version
    AND NOT EXISTS (SELECT 1 FROM interaction before WHERE before.message_id = link.message_id
      AND before.subject_id = subject.id AND before.at = NEW.at AND before.link_id = link.id);
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT link.message_id, link.id, link.kind, NEW.at / 3600000000, moved.verdict, moved.n
  FROM (SELECT 'identified' AS verdict, changes() AS n UNION ALL SELECT 'anonymous', -changes()) moved CROSS JOIN link
  WHERE moved.n <> 0 AND link.id = NEW.link_id
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
END;

-- People of whom a message knows nothing but the random number in their links: for each kind of action a hash of it,
-- each time another one, and how often it was no scanner.
CREATE TABLE anonymous_person (
  message_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  person TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (message_id, kind, person)
) STRICT, WITHOUT ROWID;

-- Clicks of the last seconds by one person's token, to find bursts. `person` is a subject's id, or a hash as above.
-- `moving` means nothing between statements.
CREATE TABLE recent_click (
  message_id TEXT NOT NULL,
  person ANY NOT NULL,
  at INTEGER NOT NULL,
  link_id TEXT NOT NULL,
  verdict TEXT NOT NULL,
  moving INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (message_id, person, at, link_id)
) STRICT, WITHOUT ROWID;

-- A burst may be long: what has been judged is not looked at again.
CREATE INDEX recent_click_not_judged ON recent_click (message_id, person, at) WHERE verdict <> 'scanner';

CREATE TRIGGER signal_erases_recent_clicks AFTER INSERT ON signal WHEN NEW.action = 'remove' BEGIN
  DELETE FROM recent_click WHERE person = NEW.subject_id;
END;

-- Three different links within two seconds are a scanner's, also those of them that were recorded before. What it was
-- recorded as moves to the scanners, so that totals stay. No more than 64 clicks are compared with each other.
CREATE TRIGGER recent_click_is_in_burst AFTER INSERT ON recent_click
WHEN (SELECT count(DISTINCT link_id) FROM (
    SELECT link_id FROM recent_click WHERE message_id = NEW.message_id AND person = NEW.person
      AND at BETWEEN NEW.at - 2000000 AND NEW.at + 2000000 LIMIT 64)) >= 3
BEGIN
  UPDATE recent_click SET moving = 1
  WHERE (message_id, person, at, link_id) IN (
    SELECT open.message_id, open.person, open.at, open.link_id
    FROM recent_click open INDEXED BY recent_click_not_judged
    WHERE open.message_id = NEW.message_id AND open.person = NEW.person AND open.verdict <> 'scanner'
      AND open.at BETWEEN (
        SELECT first.at FROM recent_click first
        WHERE first.message_id = NEW.message_id AND first.person = NEW.person
          AND first.at BETWEEN NEW.at - 2000000 AND NEW.at
          AND (SELECT count(DISTINCT link_id) FROM (
            SELECT other.link_id FROM recent_click other WHERE other.message_id = NEW.message_id
              AND other.person = NEW.person AND other.at BETWEEN first.at AND first.at + 2000000 LIMIT 64)) >= 3
        ORDER BY first.at LIMIT 1)
      AND 2000000 + (
        SELECT first.at FROM recent_click first
        WHERE first.message_id = NEW.message_id AND first.person = NEW.person
          AND first.at BETWEEN NEW.at - 2000000 AND NEW.at
          AND (SELECT count(DISTINCT link_id) FROM (
            SELECT other.link_id FROM recent_click other WHERE other.message_id = NEW.message_id
              AND other.person = NEW.person AND other.at BETWEEN first.at AND first.at + 2000000 LIMIT 64)) >= 3
        ORDER BY first.at DESC LIMIT 1));
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT open.message_id, open.link_id, 'click', open.at / 3600000000, iif(way.n > 0, 'scanner', open.verdict),
    sum(way.n)
  FROM recent_click open INDEXED BY recent_click_not_judged CROSS JOIN (SELECT -1 AS n UNION ALL SELECT 1) way
  WHERE open.message_id = NEW.message_id AND open.person = NEW.person AND open.verdict <> 'scanner' AND open.moving = 1
    AND open.at BETWEEN NEW.at - 2000000 AND NEW.at + 2000000
  GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
  DELETE FROM interaction WHERE id IN (
    SELECT named.id FROM recent_click open INDEXED BY recent_click_not_judged
      CROSS JOIN interaction named ON named.message_id = open.message_id AND named.subject_id = open.person
        AND named.at = open.at AND named.link_id = open.link_id
    WHERE open.message_id = NEW.message_id AND open.person = NEW.person AND open.verdict <> 'scanner'
      AND open.verdict = 'identified' AND open.moving = 1 AND open.at BETWEEN NEW.at - 2000000 AND NEW.at + 2000000);
  UPDATE anonymous_person SET n = n - (
    SELECT count(*) FROM recent_click open INDEXED BY recent_click_not_judged
    WHERE open.message_id = NEW.message_id AND open.person = NEW.person AND open.verdict <> 'scanner'
      AND open.moving = 1 AND open.at BETWEEN NEW.at - 2000000 AND NEW.at + 2000000)
  WHERE message_id = NEW.message_id AND kind = 'click' AND person = NEW.person;
  DELETE FROM anonymous_person
  WHERE message_id = NEW.message_id AND kind = 'click' AND person = NEW.person AND n = 0;
  UPDATE recent_click SET moving = 0, verdict = 'scanner'
  WHERE (message_id, person, at, link_id) IN (
    SELECT open.message_id, open.person, open.at, open.link_id
    FROM recent_click open INDEXED BY recent_click_not_judged
    WHERE open.message_id = NEW.message_id AND open.person = NEW.person AND open.verdict <> 'scanner'
      AND open.moving = 1 AND open.at BETWEEN NEW.at - 2000000 AND NEW.at + 2000000);
END;

DROP TRIGGER interaction_intake_stores;

DROP VIEW interaction_intake;

-- As before, and `strangers`: for those of the anonymous ones whose token is one person's, texts of 32 digits for a hash
-- of it, 19 for the time, and `+` where the person is counted.
CREATE VIEW interaction_intake AS
SELECT NULL AS link_id, NULL AS hour, NULL AS verdict, NULL AS n, NULL AS people, NULL AS strangers;

CREATE TRIGGER interaction_intake_stores INSTEAD OF INSERT ON interaction_intake BEGIN
  INSERT INTO interaction (message_id, link_id, subject_id, at)
  SELECT link.message_id, link.id, subject.id, CAST(substr(person.value, 39) AS INTEGER)
  FROM link CROSS JOIN json_each(NEW.people) person
    CROSS JOIN subject ON subject.id = CAST(substr(person.value, 1, 19) AS INTEGER)
  WHERE link.id = NEW.link_id AND subject.org_id = link.org_id
    AND subject.version = CAST(substr(person.value, 20, 19) AS INTEGER);
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT link.message_id, link.id, link.kind, NEW.hour, tally.verdict, tally.n
  FROM (SELECT 'identified' AS verdict, changes() AS n
    UNION ALL SELECT CASE NEW.verdict WHEN 'identified' THEN 'anonymous' ELSE NEW.verdict END, NEW.n - changes()) tally
    CROSS JOIN link
  WHERE tally.n > 0 AND link.id = NEW.link_id
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
  INSERT INTO anonymous_person (message_id, kind, person, n)
  SELECT link.message_id, link.kind, substr(stranger.value, 1, 32), count(*)
  FROM link CROSS JOIN json_each(NEW.strangers) stranger
  WHERE link.id = NEW.link_id AND substr(stranger.value, 52) = '+' GROUP BY 3
  ON CONFLICT (message_id, kind, person) DO UPDATE SET n = n + excluded.n;
  INSERT INTO recent_click (message_id, person, at, link_id, verdict)
  SELECT link.message_id, subject.id, CAST(substr(person.value, 39) AS INTEGER), link.id, 'identified'
  FROM link CROSS JOIN json_each(NEW.people) person
    CROSS JOIN subject ON subject.id = CAST(substr(person.value, 1, 19) AS INTEGER)
  WHERE link.id = NEW.link_id AND link.kind = 'click' AND link.ceiling = 'identified' AND subject.org_id = link.org_id
    AND subject.version = CAST(substr(person.value, 20, 19) AS INTEGER)
  ON CONFLICT DO NOTHING;
  INSERT INTO recent_click (message_id, person, at, link_id, verdict)
  SELECT link.message_id, substr(stranger.value, 1, 32), CAST(substr(stranger.value, 33, 19) AS INTEGER), link.id,
    'anonymous'
  FROM link CROSS JOIN json_each(NEW.strangers) stranger WHERE link.id = NEW.link_id AND link.kind = 'click'
  ON CONFLICT DO NOTHING;
END;
