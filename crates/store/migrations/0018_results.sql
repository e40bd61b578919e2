-- Results: a ceiling that can be changed after sending, the day of the last open, and retention.

-- The ceiling of a link is the one that holds at this moment: what an instance or the key-value store still remembers of
-- it names nobody who may not be named now. What is left out here counts as anonymous (`interaction_intake`).
CREATE TRIGGER interaction_obeys_ceiling BEFORE INSERT ON interaction
WHEN (SELECT ceiling FROM link WHERE id = NEW.link_id) <> 'identified' BEGIN
  SELECT RAISE(IGNORE);
END;

-- Every change of a mail's ceilings. The first version is what it was registered with.
CREATE TABLE message_ceiling (
  message_id TEXT NOT NULL REFERENCES message (id),
  version INTEGER NOT NULL,
  clicks TEXT NOT NULL,
  opens TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (message_id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER message_ceiling_is_never_updated BEFORE UPDATE ON message_ceiling BEGIN
  SELECT RAISE(ABORT, 'message_ceiling is append-only');
END;

CREATE TRIGGER message_ceiling_is_never_deleted BEFORE DELETE ON message_ceiling BEGIN
  SELECT RAISE(ABORT, 'message_ceiling is append-only');
END;

-- Where a change goes in: nothing if it is already so.
CREATE VIEW message_ceiling_intake AS
SELECT NULL AS message_id, NULL AS clicks, NULL AS opens, NULL AS actor, NULL AS at;

CREATE TRIGGER message_ceiling_intake_stores INSTEAD OF INSERT ON message_ceiling_intake
WHEN EXISTS (SELECT 1 FROM message WHERE id = NEW.message_id AND (clicks <> NEW.clicks OR opens <> NEW.opens))
BEGIN
  INSERT INTO message_ceiling (message_id, version, clicks, opens, actor, at)
  SELECT id, 1, clicks, opens, 'registered', created_at FROM message WHERE id = NEW.message_id
  ON CONFLICT (message_id, version) DO NOTHING;
  INSERT INTO message_ceiling (message_id, version, clicks, opens, actor, at)
  SELECT NEW.message_id, max(version) + 1, NEW.clicks, NEW.opens, NEW.actor, NEW.at
  FROM message_ceiling WHERE message_id = NEW.message_id;
  UPDATE message SET clicks = NEW.clicks, opens = NEW.opens WHERE id = NEW.message_id;
  UPDATE link SET ceiling = CASE kind WHEN 'open' THEN NEW.opens ELSE NEW.clicks END WHERE message_id = NEW.message_id;
END;

-- Deliverability only: of who has neither agreed nor refused, the day (since the epoch) of the last open and no other.
CREATE TABLE last_open (
  org_id TEXT NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  day INTEGER NOT NULL,
  PRIMARY KEY (org_id, subject_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX last_open_by_day ON last_open (org_id, day);

-- `people` as in `interaction_intake`, the last 19 digits being the day. Nothing is kept of somebody who has said
-- anything since the recorder looked.
CREATE VIEW last_open_intake AS
SELECT NULL AS org_id, NULL AS people;

CREATE TRIGGER last_open_intake_stores INSTEAD OF INSERT ON last_open_intake BEGIN
  INSERT INTO last_open (org_id, subject_id, day)
  SELECT subject.org_id, subject.id, CAST(substr(person.value, 39) AS INTEGER)
  FROM json_each(NEW.people) person
    CROSS JOIN subject ON subject.id = CAST(substr(person.value, 1, 19) AS INTEGER)
  WHERE subject.org_id = NEW.org_id AND subject.version = CAST(substr(person.value, 20, 19) AS INTEGER)
  ON CONFLICT (org_id, subject_id) DO UPDATE SET day = max(day, excluded.day);
END;

-- It goes with any refusal, and with the person.
CREATE TRIGGER last_open_ends AFTER INSERT ON signal WHEN NEW.refused <> 0 OR NEW.action = 'remove' BEGIN
  DELETE FROM last_open WHERE org_id = NEW.org_id AND subject_id = NEW.subject_id;
END;

-- How far retention has come: on `day` (since the epoch) up to which message; `done` is the last day on which nothing was
-- left.
CREATE TABLE retention (
  org_id TEXT NOT NULL,
  day INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX signal_with_address ON signal (org_id, received_at) WHERE ip IS NOT NULL;

CREATE INDEX attempt_by_time ON attempt (org_id, received_at);

-- Where identified interactions go out that are too old, `ids` as a JSON array: they become anonymous in the counters,
-- so that totals stay whole, and the organisation's `retention` moves on to the place that is named. Those that are gone
-- already, or whose id is another's by now, are left alone.
CREATE VIEW interaction_expiry AS
SELECT NULL AS org_id, NULL AS ids, NULL AS before, NULL AS day, NULL AS created_at, NULL AS message_id;

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
  DELETE FROM subject_message WHERE (subject_id, message_id) IN (
      SELECT interaction.subject_id, interaction.message_id FROM json_each(NEW.ids) expired
        CROSS JOIN interaction ON interaction.id = expired.value)
    AND NOT EXISTS (SELECT 1 FROM interaction
      WHERE interaction.message_id = subject_message.message_id AND interaction.subject_id = subject_message.subject_id
        AND (interaction.at >= NEW.before OR interaction.id NOT IN (SELECT value FROM json_each(NEW.ids))));
  DELETE FROM interaction WHERE at < NEW.before AND id IN (SELECT value FROM json_each(NEW.ids))
    AND link_id IN (SELECT id FROM link WHERE org_id = NEW.org_id);
  INSERT INTO retention (org_id, day, created_at, message_id)
  VALUES (NEW.org_id, NEW.day, NEW.created_at, NEW.message_id)
  ON CONFLICT (org_id) DO UPDATE SET day = excluded.day, created_at = excluded.created_at, message_id = excluded.message_id
  WHERE (excluded.day, excluded.created_at, excluded.message_id) > (retention.day, retention.created_at, retention.message_id);
END;
