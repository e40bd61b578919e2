-- Communication consent: what contacts said about each type of communication, apart from tracking. Its places in the
-- log are those of `signal`: one sequence, so that the feed and the transparency log have one order.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'signal', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'signal');

CREATE TABLE communication_signal (
  seq INTEGER PRIMARY KEY,
  org_id TEXT NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  request_id TEXT NOT NULL,
  item INTEGER NOT NULL,
  content TEXT NOT NULL,
  communication_type TEXT NOT NULL,
  opted_in INTEGER NOT NULL CHECK (opted_in IN (0, 1)),
  source TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  form TEXT,
  form_version TEXT,
  language TEXT,
  actor TEXT,
  UNIQUE (org_id, request_id, item)
) STRICT;

CREATE INDEX communication_signal_by_subject ON communication_signal (subject_id, seq);

CREATE INDEX communication_signal_by_organisation ON communication_signal (org_id, seq);

CREATE TRIGGER communication_signal_is_never_updated BEFORE UPDATE ON communication_signal BEGIN
  SELECT RAISE(ABORT, 'communication_signal is append-only');
END;

CREATE TRIGGER communication_signal_is_never_deleted BEFORE DELETE ON communication_signal BEGIN
  SELECT RAISE(ABORT, 'communication_signal is append-only');
END;

-- What counts: the newest, opting out first at equal times. `opted_out_at` is when the newest opt-out was received.
CREATE TABLE communication_state (
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  communication_type TEXT NOT NULL,
  opted_in INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  opted_out_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subject_id, communication_type)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER communication_signal_moves_state AFTER INSERT ON communication_signal BEGIN
  INSERT INTO communication_state (subject_id, communication_type, opted_in, decided_at, source)
  VALUES (NEW.subject_id, NEW.communication_type, NEW.opted_in, NEW.decided_at, NEW.source)
  ON CONFLICT (subject_id, communication_type) DO UPDATE
  SET opted_in = excluded.opted_in, decided_at = excluded.decided_at, source = excluded.source
  WHERE excluded.decided_at > communication_state.decided_at
     OR (excluded.decided_at = communication_state.decided_at AND excluded.opted_in < communication_state.opted_in);
  UPDATE communication_state SET opted_out_at = max(opted_out_at, NEW.received_at)
  WHERE NEW.opted_in = 0 AND subject_id = NEW.subject_id AND communication_type = NEW.communication_type;
END;

-- How many unsubscribed from a message: a number, because who did so because of which mail is nobody's business.
CREATE TABLE unsubscribe_count (
  message_id TEXT NOT NULL REFERENCES message (id),
  hour INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (message_id, hour)
) STRICT, WITHOUT ROWID;

-- Where communication consent goes in, by the rules of `signal_intake`: a live decision comes after everything that was
-- said about this type; opting in before an opt-out that came in meanwhile changes nothing; what was said before an
-- erasure is void.
CREATE VIEW communication_intake AS
SELECT NULL AS org_id, NULL AS keyed_hash, NULL AS identifier, NULL AS salt, NULL AS request_id, NULL AS item,
  NULL AS content, NULL AS communication_type, NULL AS opted_in, NULL AS source, NULL AS live, NULL AS at,
  NULL AS since, NULL AS received_at, NULL AS form, NULL AS form_version, NULL AS language, NULL AS actor,
  NULL AS message_id;

CREATE TRIGGER communication_intake_stores INSTEAD OF INSERT ON communication_intake
WHEN NOT EXISTS (
  SELECT 1 FROM communication_signal WHERE org_id = NEW.org_id AND request_id = NEW.request_id
    AND (item = NEW.item OR content <> NEW.content))
BEGIN
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
  VALUES (NEW.org_id, NEW.keyed_hash, NEW.identifier, NEW.salt, NEW.received_at, 0, 0)
  ON CONFLICT (org_id, keyed_hash) DO NOTHING;
  INSERT INTO unsubscribe_count (message_id, hour, n)
  SELECT message.id, NEW.received_at / 3600000000, 1
  FROM message CROSS JOIN subject
    LEFT JOIN communication_state state ON state.subject_id = subject.id
      AND state.communication_type = NEW.communication_type
  WHERE message.id = NEW.message_id AND message.org_id = NEW.org_id AND NEW.opted_in = 0
    AND subject.org_id = NEW.org_id AND subject.keyed_hash = NEW.keyed_hash AND coalesce(state.opted_in, 1) = 1
  ON CONFLICT (message_id, hour) DO UPDATE SET n = n + 1;
  UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'signal';
  INSERT INTO communication_signal (seq, org_id, subject_id, request_id, item, content, communication_type, opted_in,
    source, decided_at, received_at, form, form_version, language, actor)
  SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'signal'), NEW.org_id, id, NEW.request_id, NEW.item,
    NEW.content, NEW.communication_type, NEW.opted_in, NEW.source, CASE WHEN late THEN since ELSE decided_at END,
    NEW.received_at, NEW.form, NEW.form_version, NEW.language, NEW.actor
  FROM (
    SELECT id, decided_at, since, NEW.live AND NEW.opted_in AND opted_out_at > since AS late,
      CASE WHEN NEW.live THEN since > min(erased_at, first_seen) ELSE NEW.at > erased_at END AS counts
    FROM (
      SELECT subject.id, subject.first_seen, coalesce(subject.erased_at, -1 << 63) AS erased_at,
        coalesce(state.opted_out_at, 0) AS opted_out_at,
        CASE WHEN NEW.live THEN max(NEW.at, coalesce(state.decided_at + 1, NEW.at), coalesce(subject.erased_at + 1, NEW.at))
          ELSE NEW.at END AS decided_at,
        min(NEW.since, coalesce((
          SELECT CASE WHEN attempt.received_at > NEW.received_at THEN 0 ELSE attempt.received_at END FROM attempt
          WHERE attempt.org_id = NEW.org_id AND attempt.request_id = NEW.request_id), NEW.since)) AS since
      FROM subject LEFT JOIN communication_state state ON state.subject_id = subject.id
        AND state.communication_type = NEW.communication_type
      WHERE subject.org_id = NEW.org_id AND subject.keyed_hash = NEW.keyed_hash))
  WHERE counts;
  UPDATE subject SET identifier = NEW.identifier, salt = coalesce(salt, NEW.salt)
  WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash AND (identifier IS NULL OR salt IS NULL)
    AND EXISTS (SELECT 1 FROM communication_signal said WHERE said.org_id = NEW.org_id
      AND said.request_id = NEW.request_id AND said.item = NEW.item AND said.subject_id = subject.id);
END;

-- An erasure goes on to a row of its own (migration 5), which by now waits under 'next-' and the keyed hash: what was said
-- after it goes there, the rest goes.
CREATE TRIGGER subject_erases_communications AFTER UPDATE OF keyed_hash ON subject
WHEN NEW.keyed_hash = 'erased-' || NEW.id BEGIN
  DELETE FROM communication_state WHERE subject_id = NEW.id AND decided_at <= (
    SELECT erased_at FROM subject WHERE org_id = OLD.org_id AND keyed_hash = 'next-' || OLD.keyed_hash);
  UPDATE subject SET identifier = OLD.identifier
  WHERE org_id = OLD.org_id AND keyed_hash = 'next-' || OLD.keyed_hash
    AND EXISTS (SELECT 1 FROM communication_state WHERE subject_id = NEW.id);
  UPDATE communication_state SET subject_id = (
    SELECT id FROM subject WHERE org_id = OLD.org_id AND keyed_hash = 'next-' || OLD.keyed_hash)
  WHERE subject_id = NEW.id;
END;

-- Places in the log, of both kinds of signals.
CREATE VIEW log_place AS
SELECT org_id, seq FROM signal UNION ALL SELECT org_id, seq FROM communication_signal;

-- What a message is about, for the types that its readers can opt out of.
ALTER TABLE message ADD COLUMN communication_type TEXT;

-- What organisations changed about their forms: which there are and how they behave, and their words by language. Every
-- version stays; the newest holds. Each change is one of the organisation's, so that whoever keeps its forms reads them
-- again, and the transparency log has it.
CREATE TABLE form_setting (
  org_id TEXT NOT NULL REFERENCES organisation (id),
  form TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  settings TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (org_id, form, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE form_text (
  org_id TEXT NOT NULL REFERENCES organisation (id),
  form TEXT NOT NULL,
  language TEXT NOT NULL,
  version INTEGER NOT NULL,
  texts TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (org_id, form, language, version)
) STRICT, WITHOUT ROWID;

-- The words of a form as people saw them, by their hash: signals name it for ever.
CREATE TABLE shown_text (
  org_id TEXT NOT NULL REFERENCES organisation (id),
  hash TEXT NOT NULL,
  form TEXT NOT NULL,
  language TEXT NOT NULL,
  words TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER form_setting_changes_organisation AFTER INSERT ON form_setting BEGIN
  UPDATE organisation SET version = version + 1, changed_by = NEW.actor, changed_at = NEW.at WHERE id = NEW.org_id;
END;

CREATE TRIGGER form_text_changes_organisation AFTER INSERT ON form_text BEGIN
  UPDATE organisation SET version = version + 1, changed_by = NEW.actor, changed_at = NEW.at WHERE id = NEW.org_id;
END;

CREATE TRIGGER form_setting_is_never_updated BEFORE UPDATE ON form_setting BEGIN
  SELECT RAISE(ABORT, 'form_setting is append-only');
END;

CREATE TRIGGER form_setting_is_never_deleted BEFORE DELETE ON form_setting BEGIN
  SELECT RAISE(ABORT, 'form_setting is append-only');
END;

CREATE TRIGGER form_text_is_never_updated BEFORE UPDATE ON form_text BEGIN
  SELECT RAISE(ABORT, 'form_text is append-only');
END;

CREATE TRIGGER form_text_is_never_deleted BEFORE DELETE ON form_text BEGIN
  SELECT RAISE(ABORT, 'form_text is append-only');
END;

CREATE TRIGGER shown_text_is_never_updated BEFORE UPDATE ON shown_text BEGIN
  SELECT RAISE(ABORT, 'shown_text is append-only');
END;

CREATE TRIGGER shown_text_is_never_deleted BEFORE DELETE ON shown_text BEGIN
  SELECT RAISE(ABORT, 'shown_text is append-only');
END;
