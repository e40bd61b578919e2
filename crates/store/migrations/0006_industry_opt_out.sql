-- What devices ask of every organisation at once (NAI, DAA, our own page). Only keyed hashes: nobody needs the
-- identifiers, and they belong to no organisation.

-- Every change, append-only. `at` is when it was decided, `received_at` when it came in.
CREATE TABLE industry_change (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  device_hash TEXT NOT NULL,
  request_id TEXT NOT NULL,
  item INTEGER NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('opt_out', 'opt_in')),
  source TEXT NOT NULL,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  actor TEXT,
  UNIQUE (request_id, item, device_hash)
) STRICT;

CREATE TRIGGER industry_change_is_never_updated BEFORE UPDATE ON industry_change BEGIN
  SELECT RAISE(ABORT, 'industry_change is append-only');
END;

CREATE TRIGGER industry_change_is_never_deleted BEFORE DELETE ON industry_change BEGIN
  SELECT RAISE(ABORT, 'industry_change is append-only');
END;

-- What follows from it: a device is opted out where `opted_out_at` is not 0 and not before `opted_in_at`.
-- `refused_at` is when the newest opt-out came in, `source` through what the newest one came, `version` counts
-- the changes.
CREATE TABLE industry_opt_out (
  device_hash TEXT PRIMARY KEY,
  opted_out_at INTEGER NOT NULL,
  opted_in_at INTEGER NOT NULL,
  refused_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A mark for each change that is not yet in the key-value store.
CREATE TABLE industry_unprojected (
  seq INTEGER PRIMARY KEY,
  device_hash TEXT NOT NULL,
  marked_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER industry_change_moves_state AFTER INSERT ON industry_change BEGIN
  INSERT INTO industry_opt_out (device_hash, opted_out_at, opted_in_at, refused_at, source, version)
  SELECT NEW.device_hash, NEW.at * (NEW.action = 'opt_out'), NEW.at * (NEW.action = 'opt_in'),
    NEW.received_at * (NEW.action = 'opt_out'), NEW.source, 1
  ON CONFLICT (device_hash) DO UPDATE SET
    source = CASE WHEN excluded.opted_out_at > industry_opt_out.opted_out_at THEN excluded.source
      ELSE industry_opt_out.source END,
    opted_out_at = max(industry_opt_out.opted_out_at, excluded.opted_out_at),
    opted_in_at = max(industry_opt_out.opted_in_at, excluded.opted_in_at),
    refused_at = max(industry_opt_out.refused_at, excluded.refused_at),
    version = industry_opt_out.version + 1;
  INSERT INTO industry_unprojected (seq, device_hash, marked_at)
  VALUES (NEW.seq, NEW.device_hash, NEW.received_at);
END;

-- Where changes go in. As with signals, a `live` one comes after everything the device has asked before; but one
-- that takes back an opt-out which came in after `since`, when the person was asked, keeps that time and
-- changes nothing.
CREATE VIEW industry_intake AS
SELECT NULL AS device_hash, NULL AS request_id, NULL AS item, NULL AS action, NULL AS source, NULL AS live,
  NULL AS at, NULL AS since, NULL AS received_at, NULL AS actor;

CREATE TRIGGER industry_intake_stores INSTEAD OF INSERT ON industry_intake
WHEN NOT EXISTS (
  SELECT 1 FROM industry_change
  WHERE request_id = NEW.request_id AND item = NEW.item AND device_hash = NEW.device_hash)
BEGIN
  INSERT INTO industry_change (device_hash, request_id, item, action, source, at, received_at, actor)
  SELECT NEW.device_hash, NEW.request_id, NEW.item, NEW.action, NEW.source,
    CASE
      WHEN NOT NEW.live THEN NEW.at
      WHEN NEW.action = 'opt_in' AND known.refused_at > NEW.since THEN min(NEW.since, known.opted_out_at - 1)
      ELSE max(NEW.at, known.latest + 1)
    END,
    NEW.received_at, NEW.actor
  FROM (
    SELECT coalesce(max(refused_at), 0) AS refused_at, coalesce(max(opted_out_at), 0) AS opted_out_at,
      coalesce(max(max(opted_out_at, opted_in_at)), 0) AS latest
    FROM industry_opt_out WHERE device_hash = NEW.device_hash) known;
END;
