-- Lines of files, a slice at a time. Whoever was not known before goes in with sets of rows rather than row by row,
-- which is what most lines of a first file are; everybody else goes the way of all decisions.

-- The newest rows before the slice that goes in, and whether its new people are going in right now. Has one row, and
-- means nothing between statements.
CREATE TABLE file_slice (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  subject_before INTEGER NOT NULL,
  seq_before INTEGER NOT NULL,
  filling INTEGER NOT NULL
) STRICT;

INSERT INTO file_slice (only, subject_before, seq_before, filling) VALUES (1, 0, 0, 0);

-- Up to which line an import may have something in the log.
CREATE TABLE import_stored (
  org_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  PRIMARY KEY (org_id, run_id)
) STRICT, WITHOUT ROWID;

INSERT INTO import_stored (org_id, run_id, line) SELECT org_id, id, 1 << 62 FROM import_run WHERE NOT complete;

DROP TRIGGER signal_moves_state;

-- As before, but for the new people of a slice, whose state goes in as a set.
CREATE TRIGGER signal_moves_state AFTER INSERT ON signal
WHEN NEW.action = 'set' AND NOT EXISTS (SELECT 1 FROM file_slice WHERE filling) BEGIN
  INSERT INTO consent_state (subject_id, flag, tier, granted, decided_at, source, regime)
  SELECT NEW.subject_id, bit, NEW.tier, granted, at, NEW.source, NEW.regime
  FROM (
    SELECT flag.bit, (NEW.granted & flag.bit) <> 0 AS granted, subject.erased_at,
      CASE WHEN NEW.granted & flag.bit THEN NEW.grants_at ELSE NEW.decided_at END AS at
    FROM subject CROSS JOIN flag
    WHERE subject.id = NEW.subject_id AND ((NEW.granted | NEW.refused) & flag.bit) <> 0)
  WHERE erased_at IS NULL OR at > erased_at
  ON CONFLICT (subject_id, flag, tier) DO UPDATE
  SET granted = excluded.granted, decided_at = excluded.decided_at, source = excluded.source, regime = excluded.regime
  WHERE excluded.decided_at > consent_state.decided_at
     OR (excluded.decided_at = consent_state.decided_at AND (excluded.granted < consent_state.granted
       OR (excluded.granted = consent_state.granted AND (
         (SELECT strictness FROM regime WHERE code = excluded.regime)
           > (SELECT strictness FROM regime WHERE code = consent_state.regime)
         OR (excluded.regime = consent_state.regime AND excluded.source > consent_state.source)))));
  UPDATE subject SET version = version + 1, latest_at = max(latest_at, NEW.decided_at),
    refused_at = CASE WHEN NEW.refused <> 0 THEN max(refused_at, NEW.received_at) ELSE refused_at END
  WHERE id = NEW.subject_id;
  INSERT INTO unprojected (seq, subject_id, marked_at) VALUES (NEW.seq, NEW.subject_id, NEW.received_at);
END;

-- Where slices go in: lines from `first_line` to `last_line`. `people` is a JSON array of those about people who have no
-- row yet, each person once; `rest` has the others. A line is a text: columns of fixed width, what the person has decided
-- after it, and the identifier (`crates/store/src/consent/file_line.rs`). What comes after `actor` moves the run on in the
-- same statement; it is left out where that alone does not bring the slice into force.
CREATE VIEW file_intake AS
SELECT NULL AS org_id, NULL AS run_id, NULL AS first_line, NULL AS last_line, NULL AS people, NULL AS rest,
  NULL AS received_at, NULL AS actor, NULL AS line_before, NULL AS line, NULL AS bytes, NULL AS digest, NULL AS errors,
  NULL AS complete;

-- Nobody is linked to somebody new, nothing of her was erased, and the key-value store knows nothing of her, so there is
-- no mark. Whoever is not new any more, or lines that may be in the log, undo the statement: then they belong into `rest`.
CREATE TRIGGER file_intake_stores INSTEAD OF INSERT ON file_intake BEGIN
  SELECT RAISE(ABORT, 'these lines may be in the log') FROM import_stored
  WHERE org_id = NEW.org_id AND run_id = NEW.run_id AND line >= NEW.first_line AND json_array_length(NEW.people) > 0;
  INSERT INTO import_stored (org_id, run_id, line) VALUES (NEW.org_id, NEW.run_id, NEW.last_line)
  ON CONFLICT (org_id, run_id) DO UPDATE SET line = max(line, excluded.line);
  UPDATE file_slice SET subject_before = max(coalesce((SELECT max(id) FROM subject), 0),
      coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'subject'), 0)),
    seq_before = coalesce((SELECT max(seq) FROM signal), 0), filling = 1;
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, refused_at, version, decisions)
  SELECT NEW.org_id, substr(value, 1, 32), substr(value, 152 + CAST(substr(value, 149, 3) AS INTEGER)),
    substr(value, 33, 32), NEW.received_at, max(0, CAST(substr(value, 116, 20) AS INTEGER)),
    CASE substr(value, 138, 2) WHEN '00' THEN 0 ELSE max(0, NEW.received_at) END, 1,
    substr(value, 152, CAST(substr(value, 149, 3) AS INTEGER))
  FROM json_each(NEW.people);
  INSERT INTO signal (org_id, subject_id, request_id, item, content, granted, refused, tier, source, regime,
    regime_from, decided_at, grants_at, received_at, actor)
  SELECT NEW.org_id, subject.id, NEW.run_id || '#' || CAST(substr(value, 97, 19) AS INTEGER), 0, substr(value, 65, 32),
    CAST(substr(value, 136, 2) AS INTEGER), CAST(substr(value, 138, 2) AS INTEGER), 1, 'file',
    rtrim(substr(value, 140, 6)), rtrim(substr(value, 146, 3)), CAST(substr(value, 116, 20) AS INTEGER),
    CAST(substr(value, 116, 20) AS INTEGER), NEW.received_at, NEW.actor
  FROM file_slice CROSS JOIN json_each(NEW.people) line
    CROSS JOIN subject ON subject.id = file_slice.subject_before + 1 + line.key
  WHERE subject.keyed_hash = substr(value, 1, 32);
  SELECT RAISE(ABORT, 'people are missing') WHERE changes() <> json_array_length(NEW.people);
  UPDATE file_slice SET filling = 0;
  INSERT INTO consent_state (subject_id, flag, tier, granted, decided_at, source, regime)
  SELECT signal.subject_id, flag.bit, 1, (signal.granted & flag.bit) <> 0, signal.decided_at, 'file', signal.regime
  FROM file_slice CROSS JOIN signal CROSS JOIN flag
  WHERE signal.seq > file_slice.seq_before AND ((signal.granted | signal.refused) & flag.bit) <> 0;
  INSERT INTO import_progress (org_id, run_id, line_before, line, bytes, digest, accepted, void, errors, complete, at)
  SELECT NEW.org_id, NEW.run_id, NEW.line_before, NEW.line, NEW.bytes, NEW.digest, json_array_length(NEW.people), 0,
    NEW.errors, NEW.complete, NEW.received_at
  WHERE NEW.line IS NOT NULL AND json_array_length(NEW.rest) = 0;
  INSERT INTO signal_intake (org_id, keyed_hash, identifier, salt, request_id, item, content, granted, refused, tier,
    source, regime, regime_from, live, at, since, received_at, actor)
  SELECT NEW.org_id, substr(value, 1, 32), substr(value, 152 + CAST(substr(value, 149, 3) AS INTEGER)),
    substr(value, 33, 32), NEW.run_id || '#' || CAST(substr(value, 97, 19) AS INTEGER), 0, substr(value, 65, 32),
    CAST(substr(value, 136, 2) AS INTEGER), CAST(substr(value, 138, 2) AS INTEGER), 1, 'file',
    rtrim(substr(value, 140, 6)), rtrim(substr(value, 146, 3)), 0, CAST(substr(value, 116, 20) AS INTEGER),
    NEW.received_at, NEW.received_at, NEW.actor
  FROM json_each(NEW.rest);
END;
