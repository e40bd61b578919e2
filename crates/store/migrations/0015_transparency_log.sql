-- The transparency log of each organisation: signals and settings as leaves that name nobody, in the order in which they
-- were sealed, and the nodes of the tree over them (RFC 9162). Everything up to `signal_seq` and `settings_version` is
-- sealed. `frontier` is the roots of the tree's perfect subtrees, the largest first, in hexadecimal.
CREATE TABLE log_head (
  id INTEGER PRIMARY KEY,
  org_id TEXT NOT NULL UNIQUE,
  size INTEGER NOT NULL,
  frontier TEXT NOT NULL,
  signal_seq INTEGER NOT NULL,
  settings_version INTEGER NOT NULL,
  sealed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE log_leaf (
  log_id INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  signal_seq INTEGER,
  leaf TEXT NOT NULL,
  PRIMARY KEY (log_id, idx)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX log_leaf_of_signal ON log_leaf (signal_seq) WHERE signal_seq IS NOT NULL;

-- Only nodes that are complete, so that none is ever changed.
CREATE TABLE log_node (
  log_id INTEGER NOT NULL,
  level INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (log_id, level, idx)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER log_leaf_is_never_updated BEFORE UPDATE ON log_leaf BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

CREATE TRIGGER log_leaf_is_never_deleted BEFORE DELETE ON log_leaf BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

CREATE TRIGGER log_node_is_never_updated BEFORE UPDATE ON log_node BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

CREATE TRIGGER log_node_is_never_deleted BEFORE DELETE ON log_node BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

CREATE TRIGGER log_head_never_shrinks BEFORE UPDATE ON log_head
WHEN NEW.size < OLD.size OR NEW.id <> OLD.id OR NEW.org_id <> OLD.org_id BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

CREATE TRIGGER log_head_is_never_deleted BEFORE DELETE ON log_head BEGIN
  SELECT RAISE(ABORT, 'the log is append-only');
END;

-- Where leaves go in: all of what one reader found new, or nothing if somebody else was faster.
CREATE VIEW log_intake AS
SELECT NULL AS org_id, NULL AS size_before, NULL AS size, NULL AS frontier, NULL AS signal_seq,
  NULL AS settings_version, NULL AS sealed_at, NULL AS leaves, NULL AS nodes;

CREATE TRIGGER log_intake_stores INSTEAD OF INSERT ON log_intake
WHEN NEW.size_before = coalesce((SELECT size FROM log_head WHERE org_id = NEW.org_id), 0) BEGIN
  INSERT INTO log_head (org_id, size, frontier, signal_seq, settings_version, sealed_at)
  VALUES (NEW.org_id, NEW.size, NEW.frontier, NEW.signal_seq, NEW.settings_version, NEW.sealed_at)
  ON CONFLICT (org_id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier,
    signal_seq = excluded.signal_seq, settings_version = excluded.settings_version, sealed_at = excluded.sealed_at;
  INSERT INTO log_leaf (log_id, idx, signal_seq, leaf)
  SELECT head.id, NEW.size_before + added.key, added.value ->> 0, added.value ->> 1
  FROM log_head head CROSS JOIN json_each(NEW.leaves) added WHERE head.org_id = NEW.org_id;
  INSERT INTO log_node (log_id, level, idx, hash)
  SELECT head.id, added.value ->> 0, added.value ->> 1, unhex(added.value ->> 2)
  FROM log_head head CROSS JOIN json_each(NEW.nodes) added WHERE head.org_id = NEW.org_id;
END;
