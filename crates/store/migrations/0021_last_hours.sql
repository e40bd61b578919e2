-- What somebody did in a message at last, so that audiences over all messages need not read every interaction; clicks
-- that cost less; and what goes when it is needed no more.

-- The hour (since the epoch) of the last click and of the last open that are stored by name; -1 for none.
ALTER TABLE subject_message ADD COLUMN clicked INTEGER NOT NULL DEFAULT -1;

ALTER TABLE subject_message ADD COLUMN opened INTEGER NOT NULL DEFAULT -1;

UPDATE subject_message SET
  clicked = coalesce((SELECT done.at / 3600000000 FROM interaction done CROSS JOIN link ON link.id = done.link_id
    WHERE done.message_id = subject_message.message_id AND done.subject_id = subject_message.subject_id
      AND link.kind = 'click' ORDER BY done.at DESC LIMIT 1), -1),
  opened = coalesce((SELECT done.at / 3600000000 FROM interaction done CROSS JOIN link ON link.id = done.link_id
    WHERE done.message_id = subject_message.message_id AND done.subject_id = subject_message.subject_id
      AND link.kind = 'open' ORDER BY done.at DESC LIMIT 1), -1);

DROP TRIGGER interaction_names;

-- The same again within an hour writes nothing.
CREATE TRIGGER interaction_names AFTER INSERT ON interaction BEGIN
  INSERT INTO subject_message (subject_id, message_id, clicked, opened)
  SELECT NEW.subject_id, NEW.message_id, iif(kind = 'click', NEW.at / 3600000000, -1),
    iif(kind = 'open', NEW.at / 3600000000, -1)
  FROM link WHERE id = NEW.link_id
  ON CONFLICT (subject_id, message_id) DO UPDATE
  SET clicked = max(clicked, excluded.clicked), opened = max(opened, excluded.opened)
  WHERE excluded.clicked > clicked OR excluded.opened > opened;
END;

-- By retention, by a burst, or with the person.
CREATE TRIGGER interaction_goes AFTER DELETE ON interaction BEGIN
  UPDATE subject_message SET
    clicked = coalesce((SELECT done.at / 3600000000 FROM interaction done CROSS JOIN link ON link.id = done.link_id
      WHERE done.message_id = OLD.message_id AND done.subject_id = OLD.subject_id AND link.kind = 'click'
      ORDER BY done.at DESC LIMIT 1), -1),
    opened = coalesce((SELECT done.at / 3600000000 FROM interaction done CROSS JOIN link ON link.id = done.link_id
      WHERE done.message_id = OLD.message_id AND done.subject_id = OLD.subject_id AND link.kind = 'open'
      ORDER BY done.at DESC LIMIT 1), -1)
  WHERE subject_id = OLD.subject_id AND message_id = OLD.message_id AND OLD.at / 3600000000 IN (clicked, opened);
  DELETE FROM subject_message
  WHERE subject_id = OLD.subject_id AND message_id = OLD.message_id AND clicked = -1 AND opened = -1;
END;

-- The ceilings of one contact, NULL where it has none of its own.
ALTER TABLE subject ADD COLUMN clicks TEXT;

ALTER TABLE subject ADD COLUMN opens TEXT;

CREATE TRIGGER subject_erases_ceilings AFTER UPDATE OF identifier ON subject
WHEN NEW.identifier IS NULL AND NEW.clicks IS NOT NULL BEGIN
  UPDATE subject SET clicks = NULL, opens = NULL WHERE id = NEW.id;
END;

-- Ceilings are held to where rows are made (below): one look at the link for all of them.
DROP TRIGGER interaction_obeys_ceiling;

DROP TRIGGER accepted_click_stores;

-- As before, with the ceilings.
CREATE TRIGGER accepted_click_stores INSTEAD OF INSERT ON accepted_click BEGIN
  INSERT INTO interaction (message_id, link_id, subject_id, at)
  SELECT link.message_id, link.id, subject.id, NEW.at
  FROM link CROSS JOIN subject ON subject.id = NEW.subject_id
  WHERE link.id = NEW.link_id AND link.ceiling = 'identified' AND subject.org_id = link.org_id
    AND subject.version = NEW.version
    AND coalesce(CASE link.kind WHEN 'open' THEN subject.opens ELSE subject.clicks END, 'identified') = 'identified'
    AND NOT EXISTS (SELECT 1 FROM interaction before WHERE before.message_id = link.message_id
      AND before.subject_id = subject.id AND before.at = NEW.at AND before.link_id = link.id);
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT link.message_id, link.id, link.kind, NEW.at / 3600000000, moved.verdict, moved.n
  FROM (SELECT 'identified' AS verdict, changes() AS n UNION ALL SELECT 'anonymous', -changes()) moved CROSS JOIN link
  WHERE moved.n <> 0 AND link.id = NEW.link_id
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
END;

DROP TRIGGER interaction_intake_stores;

-- As before, with the ceilings. The clicks of somebody who is named stand in `interaction`; they are looked at for bursts
-- (`recent_click`) when she has clicked another link within two seconds, with at most 64 around each click, or when
-- some around it are a scanner's already. Most clicks are alone: then nothing is written.
CREATE TRIGGER interaction_intake_stores INSTEAD OF INSERT ON interaction_intake BEGIN
  INSERT INTO interaction (message_id, link_id, subject_id, at)
  SELECT link.message_id, link.id, subject.id, CAST(substr(person.value, 39) AS INTEGER)
  FROM link CROSS JOIN json_each(NEW.people) person
    CROSS JOIN subject ON subject.id = CAST(substr(person.value, 1, 19) AS INTEGER)
  WHERE link.id = NEW.link_id AND link.ceiling = 'identified' AND subject.org_id = link.org_id
    AND subject.version = CAST(substr(person.value, 20, 19) AS INTEGER)
    AND coalesce(CASE link.kind WHEN 'open' THEN subject.opens ELSE subject.clicks END, 'identified') = 'identified';
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
  SELECT near.message_id, near.subject_id, near.at, near.link_id, 'identified'
  FROM link CROSS JOIN (SELECT CAST(substr(value, 1, 19) AS INTEGER) AS id, CAST(substr(value, 39) AS INTEGER) AS at
      FROM json_each(NEW.people)) person
    CROSS JOIN interaction near ON near.id IN (
      SELECT clicked.id FROM interaction clicked CROSS JOIN link way ON way.id = clicked.link_id
      WHERE clicked.message_id = link.message_id AND clicked.subject_id = person.id
        AND clicked.at BETWEEN person.at - 2000000 AND person.at + 2000000 AND way.kind = 'click' LIMIT 64)
  WHERE link.id = NEW.link_id AND link.kind = 'click' AND (
    EXISTS (SELECT 1 FROM (
      SELECT other.link_id FROM interaction other
      WHERE other.message_id = link.message_id AND other.subject_id = person.id
        AND other.at BETWEEN person.at - 2000000 AND person.at + 2000000 LIMIT 64)
      WHERE link_id <> NEW.link_id)
    OR EXISTS (SELECT 1 FROM recent_click judged
      WHERE judged.message_id = link.message_id AND judged.person = person.id
        AND judged.at BETWEEN person.at - 2000000 AND person.at + 2000000))
  ON CONFLICT DO NOTHING;
  INSERT INTO recent_click (message_id, person, at, link_id, verdict)
  SELECT link.message_id, substr(stranger.value, 1, 32), CAST(substr(stranger.value, 33, 19) AS INTEGER), link.id,
    'anonymous'
  FROM link CROSS JOIN json_each(NEW.strangers) stranger WHERE link.id = NEW.link_id AND link.kind = 'click'
  ON CONFLICT DO NOTHING;
END;

-- *Ask me later* goes when no delay can reach back to it.
CREATE INDEX asked_by_time ON asked (at);

-- How many people did something with a mail whose hashes are kept no longer: `anonymous_person` without the persons.
CREATE TABLE anonymous_people_before (
  message_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (message_id, kind)
) STRICT, WITHOUT ROWID;

-- A burst takes away who did nothing else: then `n` is 0.
CREATE TRIGGER anonymous_person_goes AFTER DELETE ON anonymous_person WHEN OLD.n > 0 BEGIN
  INSERT INTO anonymous_people_before (message_id, kind, n) VALUES (OLD.message_id, OLD.kind, 1)
  ON CONFLICT (message_id, kind) DO UPDATE SET n = n + 1;
END;

-- Each change of a mail's ceilings is one of the organisation's, so that the transparency log has it. The first version
-- is what the mail was registered with.
CREATE TRIGGER message_ceiling_changes_organisation AFTER INSERT ON message_ceiling WHEN NEW.version > 1 BEGIN
  UPDATE organisation SET version = version + 1, changed_by = NEW.actor, changed_at = NEW.at
  WHERE id = (SELECT org_id FROM message WHERE id = NEW.message_id);
END;

-- Changes of contacts under an `Idempotency-Key`: `content` is a keyed hash of what was sent.
CREATE TABLE contact_request (
  org_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  item INTEGER NOT NULL,
  content TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, request_id, item)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_request_by_time ON contact_request (org_id, received_at);

DROP TRIGGER contact_intake_stores;

DROP VIEW contact_intake;

CREATE VIEW contact_intake AS
SELECT NULL AS org_id, NULL AS keyed_hash, NULL AS identifier, NULL AS salt, NULL AS attributes, NULL AS replaces,
  NULL AS live, NULL AS at, NULL AS received_at, NULL AS request_id, NULL AS item, NULL AS content;

-- As before, and the same again does nothing; nor does another content under the same key.
CREATE TRIGGER contact_intake_stores INSTEAD OF INSERT ON contact_intake
WHEN NEW.request_id IS NULL OR NOT EXISTS (
  SELECT 1 FROM contact_request WHERE org_id = NEW.org_id AND request_id = NEW.request_id
    AND (item = NEW.item OR content <> NEW.content))
BEGIN
  INSERT INTO contact_request (org_id, request_id, item, content, received_at)
  SELECT NEW.org_id, NEW.request_id, NEW.item, NEW.content, NEW.received_at WHERE NEW.request_id IS NOT NULL;
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
  VALUES (NEW.org_id, NEW.keyed_hash, NEW.identifier, NEW.salt, NEW.received_at, 0, 0)
  ON CONFLICT (org_id, keyed_hash) DO NOTHING;
  UPDATE subject SET identifier = NEW.identifier, salt = coalesce(salt, NEW.salt)
  WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash AND (identifier IS NULL OR salt IS NULL)
    AND NEW.at > coalesce(CASE WHEN NEW.live THEN min(erased_at, first_seen) ELSE erased_at END, -1 << 63);
  INSERT INTO attribute (org_id, name)
  SELECT NEW.org_id, key FROM json_each(NEW.attributes)
  WHERE key NOT IN (SELECT name FROM attribute WHERE org_id = NEW.org_id);
  UPDATE contact_attribute SET value = NULL, at = NEW.at
  WHERE NEW.replaces AND value IS NOT NULL AND at <= NEW.at
    AND attribute_id IN (SELECT id FROM attribute WHERE org_id = NEW.org_id
      AND name NOT IN (SELECT key FROM json_each(NEW.attributes)))
    AND subject_id = (SELECT id FROM subject WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash);
  INSERT INTO contact_attribute (attribute_id, subject_id, value, at)
  SELECT attribute.id, subject.id, said.value, NEW.at
  FROM subject CROSS JOIN json_each(NEW.attributes) said
    CROSS JOIN attribute ON attribute.org_id = NEW.org_id AND attribute.name = said.key
  WHERE subject.org_id = NEW.org_id AND subject.keyed_hash = NEW.keyed_hash
    AND NEW.at > coalesce(CASE WHEN NEW.live THEN min(subject.erased_at, subject.first_seen) ELSE subject.erased_at END,
      -1 << 63)
  ON CONFLICT (attribute_id, subject_id) DO UPDATE SET value = excluded.value, at = excluded.at
  WHERE excluded.at >= contact_attribute.at;
END;
