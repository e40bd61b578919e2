-- What the feed of an organisation reads, in the order of the log.
CREATE INDEX signal_by_organisation ON signal (org_id, seq);

-- Where an organisation is told of changes. Everything up to `delivered` has arrived. `sending` is the end of
-- what is on its way: a repetition carries the same changes. Whoever delivers claims the row, for as long as a
-- delivery may take at most, so that two do not deliver at once.
CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisation (id),
  url TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  delivered INTEGER NOT NULL,
  sending INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  claimed_until INTEGER NOT NULL DEFAULT 0,
  claimed_by TEXT,
  delivered_at INTEGER,
  last_status INTEGER,
  gone_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_by_organisation ON webhook (org_id, created_at);
