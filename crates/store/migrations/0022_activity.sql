-- What somebody did on which day: clicks go to a small part of a tree, that of the day, however much is stored; and
-- "so many times, in any mail" is added up without reading every interaction (ADR 26).

-- A short name for each message. Messages stay, so numbers are never given twice.
CREATE TABLE message_number (
  number INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE
) STRICT;

INSERT INTO message_number (message_id) SELECT id FROM message ORDER BY created_at;

CREATE TRIGGER message_gets_number AFTER INSERT ON message BEGIN
  INSERT INTO message_number (message_id) VALUES (NEW.id);
END;

-- The days (since the epoch, UTC) on which somebody was named by a click or by an open.
CREATE TABLE activity_day (
  id INTEGER PRIMARY KEY,
  org_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  day INTEGER NOT NULL,
  UNIQUE (org_id, kind, day)
) STRICT;

INSERT INTO activity_day (org_id, kind, day)
SELECT DISTINCT link.org_id, link.kind, done.at / 86400000000 FROM interaction done CROSS JOIN link ON link.id = done.link_id
ORDER BY 3;

-- How often each person did that in each message; more than 0.
CREATE TABLE activity (
  day_id INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  message_number INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (day_id, subject_id, message_number)
) STRICT, WITHOUT ROWID;

INSERT INTO activity
SELECT activity_day.id, done.subject_id, message_number.number, count(*)
FROM interaction done CROSS JOIN link ON link.id = done.link_id
  CROSS JOIN activity_day ON activity_day.org_id = link.org_id AND activity_day.kind = link.kind
    AND activity_day.day = done.at / 86400000000
  CROSS JOIN message_number ON message_number.message_id = done.message_id
GROUP BY 1, 2, 3;

DROP TRIGGER interaction_names;

CREATE TRIGGER interaction_names AFTER INSERT ON interaction BEGIN
  INSERT INTO activity_day (org_id, kind, day) SELECT org_id, kind, NEW.at / 86400000000 FROM link WHERE id = NEW.link_id
  ON CONFLICT (org_id, kind, day) DO NOTHING;
  INSERT INTO activity (day_id, subject_id, message_number, n)
  SELECT activity_day.id, NEW.subject_id, message_number.number, 1
  FROM link CROSS JOIN activity_day ON activity_day.org_id = link.org_id AND activity_day.kind = link.kind
      AND activity_day.day = NEW.at / 86400000000
    CROSS JOIN message_number ON message_number.message_id = NEW.message_id
  WHERE link.id = NEW.link_id
  ON CONFLICT (day_id, subject_id, message_number) DO UPDATE SET n = n + 1;
END;

DROP TRIGGER interaction_goes;

-- By retention, by a burst, or with the person.
CREATE TRIGGER interaction_goes AFTER DELETE ON interaction BEGIN
  UPDATE activity SET n = n - 1
  WHERE subject_id = OLD.subject_id
    AND message_number = (SELECT number FROM message_number WHERE message_id = OLD.message_id)
    AND day_id = (SELECT activity_day.id FROM link CROSS JOIN activity_day ON activity_day.org_id = link.org_id
        AND activity_day.kind = link.kind AND activity_day.day = OLD.at / 86400000000 WHERE link.id = OLD.link_id);
  DELETE FROM activity
  WHERE n = 0 AND subject_id = OLD.subject_id
    AND message_number = (SELECT number FROM message_number WHERE message_id = OLD.message_id)
    AND day_id = (SELECT activity_day.id FROM link CROSS JOIN activity_day ON activity_day.org_id = link.org_id
        AND activity_day.kind = link.kind AND activity_day.day = OLD.at / 86400000000 WHERE link.id = OLD.link_id);
END;

DROP TRIGGER signal_erases;

-- As before, by way of the days; in the end they say nothing of her any more, whatever became of what they counted.
CREATE TRIGGER signal_erases AFTER INSERT ON signal WHEN NEW.action = 'remove' BEGIN
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT interaction.message_id, interaction.link_id, link.kind, interaction.at / 3600000000, moved.verdict, sum(moved.n)
  FROM (SELECT DISTINCT message_number.message_id
      FROM activity_day CROSS JOIN activity ON activity.day_id = activity_day.id AND activity.subject_id = NEW.subject_id
        CROSS JOIN message_number ON message_number.number = activity.message_number
      WHERE activity_day.org_id = NEW.org_id) named
    CROSS JOIN interaction ON interaction.message_id = named.message_id AND interaction.subject_id = NEW.subject_id
    CROSS JOIN link ON link.id = interaction.link_id
    CROSS JOIN (SELECT 'identified' AS verdict, -1 AS n UNION ALL SELECT 'anonymous', 1) moved
  GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
  DELETE FROM interaction_count WHERE verdict = 'identified' AND n = 0 AND message_id IN (
    SELECT message_number.message_id
    FROM activity_day CROSS JOIN activity ON activity.day_id = activity_day.id AND activity.subject_id = NEW.subject_id
      CROSS JOIN message_number ON message_number.number = activity.message_number
    WHERE activity_day.org_id = NEW.org_id);
  DELETE FROM interaction WHERE id IN (
    SELECT interaction.id FROM (SELECT DISTINCT message_number.message_id
        FROM activity_day CROSS JOIN activity ON activity.day_id = activity_day.id AND activity.subject_id = NEW.subject_id
          CROSS JOIN message_number ON message_number.number = activity.message_number
        WHERE activity_day.org_id = NEW.org_id) named
      CROSS JOIN interaction ON interaction.message_id = named.message_id AND interaction.subject_id = NEW.subject_id);
  DELETE FROM activity WHERE subject_id = NEW.subject_id
    AND day_id IN (SELECT id FROM activity_day WHERE org_id = NEW.org_id);
  DELETE FROM subject_link WHERE subject_id = NEW.subject_id OR device_id = NEW.subject_id;
  DELETE FROM consent_state WHERE subject_id = NEW.subject_id AND decided_at <= NEW.decided_at;
  UPDATE signal SET ip = NULL WHERE subject_id = NEW.subject_id AND ip IS NOT NULL;
  INSERT INTO subject (org_id, keyed_hash, identifier, first_seen, latest_at, refused_at, version, erased_at)
  SELECT org_id, 'next-' || keyed_hash,
    CASE WHEN EXISTS (SELECT 1 FROM consent_state WHERE subject_id = NEW.subject_id) THEN identifier END,
    NEW.received_at, max(latest_at, NEW.decided_at), max(refused_at, NEW.received_at), version + 1,
    max(coalesce(erased_at, NEW.decided_at), NEW.decided_at)
  FROM subject WHERE id = NEW.subject_id;
  UPDATE consent_state SET subject_id = last_insert_rowid() WHERE subject_id = NEW.subject_id;
  UPDATE unprojected SET subject_id = last_insert_rowid() WHERE subject_id = NEW.subject_id;
  UPDATE subject SET keyed_hash = 'erased-' || id, identifier = NULL, salt = NULL, version = version + 1
  WHERE id = NEW.subject_id;
  UPDATE subject SET keyed_hash = substr(keyed_hash, 6) WHERE id = last_insert_rowid();
  INSERT INTO unprojected (seq, subject_id, marked_at) VALUES (NEW.seq, last_insert_rowid(), NEW.received_at);
END;

DROP TRIGGER interaction_expiry_stores;

-- As before; `activity` follows by itself, and days of which nothing is left go, so that nobody looks there.
CREATE TRIGGER interaction_expiry_stores INSTEAD OF INSERT ON interaction_expiry BEGIN
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT interaction.message_id, interaction.link_id, link.kind, interaction.at / 3600000000, moved.verdict, sum(moved.n)
  FROM json_each(NEW.ids) expired CROSS JOIN interaction ON interaction.id = expired.value
    CROSS JOIN link ON link.id = interaction.link_id
    CROSS JOIN (SELECT 'identified' AS verdict, -1 AS n UNION ALL SELECT 'anonymous', 1) moved
  WHERE interaction.at < NEW.before AND link.org_id = NEW.org_id GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
  DELETE FROM interaction_count WHERE verdict = 'identified' AND n = 0 AND message_id IN (
    SELECT interaction.message_id FROM json_each(NEW.ids) expired
      CROSS JOIN interaction ON interaction.id = expired.value);
  DELETE FROM interaction WHERE at < NEW.before AND id IN (SELECT value FROM json_each(NEW.ids))
    AND link_id IN (SELECT id FROM link WHERE org_id = NEW.org_id);
  DELETE FROM activity_day WHERE org_id = NEW.org_id AND day * 86400000000 < NEW.before
    AND NOT EXISTS (SELECT 1 FROM activity WHERE activity.day_id = activity_day.id);
  INSERT INTO retention (org_id, day, created_at, message_id)
  VALUES (NEW.org_id, NEW.day, NEW.created_at, NEW.message_id)
  ON CONFLICT (org_id) DO UPDATE SET day = excluded.day, created_at = excluded.created_at, message_id = excluded.message_id
  WHERE (excluded.day, excluded.created_at, excluded.message_id) > (retention.day, retention.created_at, retention.message_id);
END;

DROP TABLE subject_message;
