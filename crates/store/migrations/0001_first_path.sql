-- Organisations, keys, consent, messages, interactions.
-- Times are microseconds since the epoch; hours are hours since the epoch; ids are text.

CREATE TABLE organisation (
  id TEXT PRIMARY KEY,
  settings TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings_version (
  org_id TEXT NOT NULL REFERENCES organisation (id),
  version INTEGER NOT NULL,
  settings TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (org_id, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER organisation_created AFTER INSERT ON organisation BEGIN
  INSERT INTO settings_version (org_id, version, settings, actor, at)
  VALUES (NEW.id, NEW.version, NEW.settings, NEW.changed_by, NEW.changed_at);
END;

CREATE TRIGGER organisation_changed AFTER UPDATE ON organisation BEGIN
  INSERT INTO settings_version (org_id, version, settings, actor, at)
  VALUES (NEW.id, NEW.version, NEW.settings, NEW.changed_by, NEW.changed_at);
END;

CREATE TABLE api_key (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  org_id TEXT NOT NULL REFERENCES organisation (id),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX api_key_by_organisation ON api_key (org_id, created_at);

-- The six purposes, for the triggers: Salesforce DMP, "Consent Flags"; bits as in its log lines.
CREATE TABLE flag (
  bit INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE
) STRICT;

INSERT INTO flag (bit, code)
VALUES (1, 'dc'), (2, 'al'), (4, 'tg'), (8, 'cd'), (16, 'sh'), (32, 're');

-- `identifier` and `salt` are what erasure deletes; everything else points here by `id`, which is never used again.
-- `version` counts the signals about the subject; `latest_at` is the newest decision time; `refused_at` is when
-- the newest refusal was received.
CREATE TABLE subject (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id TEXT NOT NULL REFERENCES organisation (id),
  keyed_hash TEXT NOT NULL,
  identifier TEXT,
  salt TEXT,
  first_seen INTEGER NOT NULL,
  latest_at INTEGER NOT NULL,
  refused_at INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL,
  UNIQUE (org_id, keyed_hash)
) STRICT;

-- The history, append-only. `granted` and `refused` are masks over flag.bit. `content` is the SHA-256 of
-- the request as sent: the same request id with other content stores nothing. `grants_at` is when its grants
-- count from: `decided_at`, unless a refusal came in while this signal was on its way.
CREATE TABLE signal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id TEXT NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  request_id TEXT NOT NULL,
  item INTEGER NOT NULL,
  content TEXT NOT NULL,
  granted INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  tier INTEGER NOT NULL,
  source TEXT NOT NULL,
  regime TEXT NOT NULL,
  regime_from TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  grants_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  form TEXT,
  form_version TEXT,
  language TEXT,
  ip TEXT,
  actor TEXT,
  UNIQUE (org_id, request_id, item),
  CHECK (granted & refused = 0 AND granted | refused BETWEEN 1 AND 63)
) STRICT;

CREATE INDEX signal_by_subject ON signal (subject_id, seq);

CREATE TRIGGER signal_is_never_updated BEFORE UPDATE ON signal BEGIN
  SELECT RAISE(ABORT, 'signal is append-only');
END;

CREATE TRIGGER signal_is_never_deleted BEFORE DELETE ON signal BEGIN
  SELECT RAISE(ABORT, 'signal is append-only');
END;

-- What counts per flag and tier: the newest signal, refusal first at equal times.
CREATE TABLE consent_state (
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  flag INTEGER NOT NULL,
  tier INTEGER NOT NULL,
  granted INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  source TEXT NOT NULL,
  regime TEXT NOT NULL,
  PRIMARY KEY (subject_id, flag, tier)
) STRICT, WITHOUT ROWID;

-- A mark for each signal whose state is not yet in the key-value store.
CREATE TABLE unprojected (
  seq INTEGER PRIMARY KEY,
  subject_id INTEGER NOT NULL,
  marked_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER signal_moves_state AFTER INSERT ON signal BEGIN
  INSERT INTO consent_state (subject_id, flag, tier, granted, decided_at, source, regime)
  SELECT NEW.subject_id, flag.bit, NEW.tier, (NEW.granted & flag.bit) <> 0,
    CASE WHEN NEW.granted & flag.bit THEN NEW.grants_at ELSE NEW.decided_at END, NEW.source, NEW.regime
  FROM flag WHERE ((NEW.granted | NEW.refused) & flag.bit) <> 0
  ON CONFLICT (subject_id, flag, tier) DO UPDATE
  SET granted = excluded.granted, decided_at = excluded.decided_at, source = excluded.source, regime = excluded.regime
  WHERE excluded.decided_at > consent_state.decided_at
     OR (excluded.decided_at = consent_state.decided_at AND excluded.granted < consent_state.granted);
  UPDATE subject SET version = version + 1, latest_at = max(latest_at, NEW.decided_at),
    refused_at = CASE WHEN NEW.refused <> 0 THEN max(refused_at, NEW.received_at) ELSE refused_at END
  WHERE id = NEW.subject_id;
  INSERT INTO unprojected (seq, subject_id, marked_at) VALUES (NEW.seq, NEW.subject_id, NEW.received_at);
END;

-- When a request that granted something first came in, if it was answered that nothing is promised: its
-- repetition is no newer than that.
CREATE TABLE attempt (
  org_id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (org_id, request_id)
) STRICT, WITHOUT ROWID;

-- Where decisions go in. A `live` decision takes a time after everything the subject has said so far, so that
-- no clock that runs fast can make an older one count. But a statement that hung, a repetition, or a form that
-- lay open may come through after a refusal that was acknowledged in the meantime: `since` is when the person
-- was asked or the request first came in, and grants from before a refusal keep that time and change nothing.
CREATE VIEW signal_intake AS
SELECT NULL AS org_id, NULL AS keyed_hash, NULL AS identifier, NULL AS salt, NULL AS request_id, NULL AS item,
  NULL AS content, NULL AS granted, NULL AS refused, NULL AS tier, NULL AS source, NULL AS regime,
  NULL AS regime_from, NULL AS live, NULL AS at, NULL AS since, NULL AS received_at, NULL AS form,
  NULL AS form_version, NULL AS language, NULL AS ip, NULL AS actor;

CREATE TRIGGER signal_intake_stores INSTEAD OF INSERT ON signal_intake
WHEN NOT EXISTS (
  SELECT 1 FROM signal WHERE org_id = NEW.org_id AND request_id = NEW.request_id
    AND (item = NEW.item OR content <> NEW.content))
BEGIN
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
  VALUES (NEW.org_id, NEW.keyed_hash, NEW.identifier, NEW.salt, NEW.received_at, 0, 0)
  ON CONFLICT (org_id, keyed_hash) DO NOTHING;
  INSERT INTO signal (org_id, subject_id, request_id, item, content, granted, refused, tier, source, regime,
    regime_from, decided_at, grants_at, received_at, form, form_version, language, ip, actor)
  SELECT NEW.org_id, id, NEW.request_id, NEW.item, NEW.content, NEW.granted, NEW.refused, NEW.tier,
    NEW.source, NEW.regime, NEW.regime_from,
    CASE WHEN late AND NEW.refused = 0 THEN since ELSE decided_at END,
    CASE WHEN late THEN since ELSE decided_at END,
    NEW.received_at, NEW.form, NEW.form_version, NEW.language, NEW.ip, NEW.actor
  FROM (
    SELECT id, decided_at, since, NEW.live AND refused_at > since AS late
    FROM (
      SELECT subject.id, subject.refused_at,
        CASE WHEN NEW.live THEN max(NEW.at, subject.latest_at + 1) ELSE NEW.at END AS decided_at,
        min(NEW.since, coalesce((SELECT attempt.received_at FROM attempt
          WHERE attempt.org_id = NEW.org_id AND attempt.request_id = NEW.request_id), NEW.since)) AS since
      FROM subject WHERE subject.org_id = NEW.org_id AND subject.keyed_hash = NEW.keyed_hash));
END;

-- A mail. `content` is the rewritten mail, merge tags and all: what was sent can be shown later.
CREATE TABLE message (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisation (id),
  request_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  format TEXT NOT NULL,
  clicks TEXT NOT NULL,
  opens TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (org_id, request_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_by_organisation ON message (org_id, created_at);

CREATE TABLE link (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL,
  message_id TEXT NOT NULL REFERENCES message (id),
  kind TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  destination TEXT NOT NULL,
  ceiling TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX link_by_message ON link (message_id, ordinal);

CREATE VIEW message_intake AS
SELECT NULL AS id, NULL AS org_id, NULL AS request_id, NULL AS request_hash, NULL AS name, NULL AS format,
  NULL AS clicks, NULL AS opens, NULL AS content, NULL AS created_at, NULL AS links;

CREATE TRIGGER message_intake_stores INSTEAD OF INSERT ON message_intake
WHEN NOT EXISTS (SELECT 1 FROM message WHERE org_id = NEW.org_id AND request_id = NEW.request_id)
BEGIN
  INSERT INTO message (id, org_id, request_id, request_hash, name, format, clicks, opens, content, created_at)
  VALUES (NEW.id, NEW.org_id, NEW.request_id, NEW.request_hash, NEW.name, NEW.format, NEW.clicks, NEW.opens,
    NEW.content, NEW.created_at);
  INSERT INTO link (id, org_id, message_id, kind, ordinal, destination, ceiling)
  SELECT value ->> 'id', NEW.org_id, NEW.id, value ->> 'kind', value ->> 'ordinal', value ->> 'destination',
    value ->> 'ceiling'
  FROM json_each(NEW.links);
END;

-- How many tokens were handed out: counts only, so that nothing says who was among the untracked.
CREATE TABLE mint (
  message_id TEXT NOT NULL REFERENCES message (id),
  request_id TEXT NOT NULL,
  content TEXT NOT NULL,
  sent INTEGER NOT NULL,
  untracked INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (message_id, request_id)
) STRICT, WITHOUT ROWID;

-- Identified interactions only; everything else is a number in interaction_count.
CREATE TABLE interaction (
  id INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL,
  link_id TEXT NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX interaction_by_message ON interaction (message_id);

CREATE TABLE interaction_count (
  message_id TEXT NOT NULL,
  link_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  hour INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (message_id, link_id, kind, hour, verdict)
) STRICT, WITHOUT ROWID;

-- Where interactions go in: those with one link in one hour that count alike. `people` is a JSON array of
-- texts, each of 19 digits for the subject, for the version on which the recorder decided, and for the time.
-- A contact is kept only where the subject still has that version; otherwise the same interaction is counted
-- as anonymous.
CREATE VIEW interaction_intake AS
SELECT NULL AS link_id, NULL AS hour, NULL AS verdict, NULL AS n, NULL AS people;

CREATE TRIGGER interaction_intake_stores INSTEAD OF INSERT ON interaction_intake BEGIN
  INSERT INTO interaction (message_id, link_id, subject_id, at)
  SELECT link.message_id, link.id, subject.id, CAST(substr(person.value, 39) AS INTEGER)
  FROM link CROSS JOIN json_each(NEW.people) person
    CROSS JOIN subject ON subject.id = CAST(substr(person.value, 1, 19) AS INTEGER)
  WHERE link.id = NEW.link_id AND subject.org_id = link.org_id
    AND subject.version = CAST(substr(person.value, 20, 19) AS INTEGER);
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT link.message_id, link.id, link.kind, NEW.hour, tally.verdict, tally.n
  FROM (SELECT 'identified' AS verdict, changes() AS n
    UNION ALL SELECT CASE NEW.verdict WHEN 'identified' THEN 'anonymous' ELSE NEW.verdict END, NEW.n - changes()) tally
    CROSS JOIN link
  WHERE tally.n > 0 AND link.id = NEW.link_id
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
END;
