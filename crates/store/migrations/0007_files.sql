-- Imports of files: how far each has come, and the lines that could not be used.

-- `id` stands for the request id of the whole import; `dated_at` is when lines without a time were decided. What is
-- counted here is acknowledged: up to `line` every decision is in force. `digest` stands for the lines so far.
CREATE TABLE import_run (
  org_id TEXT NOT NULL REFERENCES organisation (id),
  id TEXT NOT NULL,
  file TEXT NOT NULL,
  actor TEXT NOT NULL,
  dated_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  line INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT '',
  accepted INTEGER NOT NULL DEFAULT 0,
  void INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  complete INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_run_by_start ON import_run (org_id, started_at);

-- `reason` names the field and what is wrong there, never what it says.
CREATE TABLE import_error (
  org_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (org_id, run_id, line)
) STRICT, WITHOUT ROWID;

-- One slice of lines is in force: the run moves on, if nobody else has moved it, and the marks of subjects that
-- are known from this slice alone go, since the key-value store knows nothing of them that could be older.
-- Kept are the first 10 000 errors or so; all are counted.
CREATE VIEW import_progress AS
SELECT NULL AS org_id, NULL AS run_id, NULL AS line_before, NULL AS line, NULL AS bytes, NULL AS digest,
  NULL AS accepted, NULL AS void, NULL AS errors, NULL AS complete, NULL AS first_seq, NULL AS last_seq, NULL AS at;

CREATE TRIGGER import_progress_stores INSTEAD OF INSERT ON import_progress BEGIN
  DELETE FROM unprojected WHERE seq BETWEEN NEW.first_seq AND NEW.last_seq
    AND (SELECT version FROM subject WHERE id = subject_id) = 1;
  INSERT INTO import_error (org_id, run_id, line, reason)
  SELECT NEW.org_id, NEW.run_id, error.value ->> 0, error.value ->> 1
  FROM import_run run CROSS JOIN json_each(NEW.errors) error
  WHERE run.org_id = NEW.org_id AND run.id = NEW.run_id AND run.line = NEW.line_before AND run.rejected < 10000
  ON CONFLICT (org_id, run_id, line) DO NOTHING;
  UPDATE import_run SET line = NEW.line, bytes = NEW.bytes, digest = NEW.digest, accepted = accepted + NEW.accepted,
    void = void + NEW.void, rejected = rejected + json_array_length(NEW.errors), complete = NEW.complete,
    changed_at = NEW.at
  WHERE org_id = NEW.org_id AND id = NEW.run_id AND line = NEW.line_before AND NOT complete;
END;
