-- In which messages somebody was identified. An index of all interactions by subject would put each click in another
-- place of the disk; this is written once for each person and message.
CREATE TABLE subject_message (
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  message_id TEXT NOT NULL,
  PRIMARY KEY (subject_id, message_id)
) STRICT, WITHOUT ROWID;

INSERT INTO subject_message (subject_id, message_id) SELECT DISTINCT subject_id, message_id FROM interaction;

DROP INDEX interaction_of_subject;

-- What a report of one message reads lies together, and what one person did in it.
CREATE INDEX interaction_of_message_by_subject ON interaction (message_id, subject_id, at, link_id);

DROP INDEX interaction_of_message;

CREATE TRIGGER interaction_names AFTER INSERT ON interaction BEGIN
  INSERT INTO subject_message (subject_id, message_id) VALUES (NEW.subject_id, NEW.message_id)
  ON CONFLICT (subject_id, message_id) DO NOTHING;
END;

-- As before, by way of the messages.
DROP TRIGGER signal_erases;

CREATE TRIGGER signal_erases AFTER INSERT ON signal WHEN NEW.action = 'remove' BEGIN
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT interaction.message_id, interaction.link_id, link.kind, interaction.at / 3600000000, moved.verdict, sum(moved.n)
  FROM subject_message named
    CROSS JOIN interaction ON interaction.message_id = named.message_id AND interaction.subject_id = named.subject_id
    CROSS JOIN link ON link.id = interaction.link_id
    CROSS JOIN (SELECT 'identified' AS verdict, -1 AS n UNION ALL SELECT 'anonymous', 1) moved
  WHERE named.subject_id = NEW.subject_id GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
  DELETE FROM interaction_count WHERE verdict = 'identified' AND n = 0
    AND message_id IN (SELECT message_id FROM subject_message WHERE subject_id = NEW.subject_id);
  DELETE FROM interaction WHERE id IN (
    SELECT interaction.id FROM subject_message named
      CROSS JOIN interaction ON interaction.message_id = named.message_id AND interaction.subject_id = named.subject_id
    WHERE named.subject_id = NEW.subject_id);
  DELETE FROM subject_message WHERE subject_id = NEW.subject_id;
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
