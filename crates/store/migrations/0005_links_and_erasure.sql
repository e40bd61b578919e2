-- Linked subjects, erasure, and requests for all that is stored about somebody.

DROP TRIGGER signal_intake_stores;

DROP TRIGGER signal_moves_state;

DROP TRIGGER signal_is_never_updated;

DROP TRIGGER signal_is_never_deleted;

-- When everything before was erased. The row of a subject that was erased is one of two: the old one stays as
-- an anchor for the log, without anything that leads to a person (its `keyed_hash` is 'erased-' and its id);
-- a new one with the keyed hash, the tombstone, says that signals up to then are void. `first_seen` of a
-- tombstone is when the erasure was received.
ALTER TABLE subject ADD COLUMN erased_at INTEGER;

-- A contact or bridge key and a device of the same person. What is said of the former reaches the latter too.
CREATE TABLE subject_link (
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  device_id INTEGER NOT NULL REFERENCES subject (id),
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (subject_id, device_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX subject_link_by_device ON subject_link (device_id);

-- The log with what else was asked for: 'set' says something about flags, 'remove' erases, 'portability' asks
-- for all that is stored. `via` is the subject that the request named, where a row came over a link. `ip` is
-- cut to its network (/24, /48), and goes with the person's erasure.
CREATE TABLE signal_with_action (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  org_id TEXT NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  via INTEGER REFERENCES subject (id),
  request_id TEXT NOT NULL,
  item INTEGER NOT NULL,
  content TEXT NOT NULL,
  action TEXT NOT NULL DEFAULT 'set',
  granted INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
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
  UNIQUE (org_id, request_id, item, subject_id),
  CHECK (granted & refused = 0),
  CHECK (CASE action WHEN 'set' THEN granted | refused BETWEEN 1 AND 63
    ELSE action IN ('remove', 'portability') AND granted | refused = 0 END)
) STRICT;

INSERT INTO signal_with_action (seq, org_id, subject_id, request_id, item, content, granted, refused, tier, source,
  regime, regime_from, decided_at, grants_at, received_at, form, form_version, language, ip, actor)
SELECT seq, org_id, subject_id, request_id, item, content, granted, refused, tier, source,
  regime, regime_from, decided_at, grants_at, received_at, form, form_version, language, ip, actor
FROM signal ORDER BY seq;

DROP TABLE signal;

ALTER TABLE signal_with_action RENAME TO signal;

CREATE INDEX signal_by_subject ON signal (subject_id, seq);

-- Erasing and exporting ask what one person did.
CREATE INDEX interaction_of_subject ON interaction (subject_id);

CREATE TRIGGER signal_is_never_updated
BEFORE UPDATE OF seq, org_id, subject_id, via, request_id, item, content, action, granted, refused, tier, source,
  regime, regime_from, decided_at, grants_at, received_at, form, form_version, language, actor ON signal
BEGIN
  SELECT RAISE(ABORT, 'signal is append-only');
END;

CREATE TRIGGER signal_address_is_only_erased BEFORE UPDATE OF ip ON signal WHEN NEW.ip IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'signal is append-only');
END;

CREATE TRIGGER signal_is_never_deleted BEFORE DELETE ON signal BEGIN
  SELECT RAISE(ABORT, 'signal is append-only');
END;

-- As before, and nothing that was said up to an erasure counts.
CREATE TRIGGER signal_moves_state AFTER INSERT ON signal WHEN NEW.action = 'set' BEGIN
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

-- Erases one subject. What it did becomes anonymous in the counters, so that totals stay whole. A decision that
-- is newer than the erasure (a file may bring an old one) stays in force, and with it the identifier. Whoever
-- decided on the old row finds another version there; marks go on with the tombstone.
CREATE TRIGGER signal_erases AFTER INSERT ON signal WHEN NEW.action = 'remove' BEGIN
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT interaction.message_id, interaction.link_id, link.kind, interaction.at / 3600000000, moved.verdict, sum(moved.n)
  FROM interaction CROSS JOIN link ON link.id = interaction.link_id
    CROSS JOIN (SELECT 'identified' AS verdict, -1 AS n UNION ALL SELECT 'anonymous', 1) moved
  WHERE interaction.subject_id = NEW.subject_id GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
  DELETE FROM interaction_count WHERE verdict = 'identified' AND n = 0
    AND message_id IN (SELECT message_id FROM interaction WHERE subject_id = NEW.subject_id);
  DELETE FROM interaction WHERE subject_id = NEW.subject_id;
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

-- As before, and: what was said up to an erasure is void, so it is not stored; what is live counts as said when
-- it came in, which is compared with when the erasure was received. The signal reaches the devices linked at
-- this moment. The first one after an erasure says again who it is about. Where a refusal of cross-device use
-- (bit 8) is in force now, the links go.
CREATE TRIGGER signal_intake_stores INSTEAD OF INSERT ON signal_intake
WHEN NOT EXISTS (
  SELECT 1 FROM signal WHERE org_id = NEW.org_id AND request_id = NEW.request_id
    AND (item = NEW.item OR content <> NEW.content))
BEGIN
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
  VALUES (NEW.org_id, NEW.keyed_hash, NEW.identifier, NEW.salt, NEW.received_at, 0, 0)
  ON CONFLICT (org_id, keyed_hash) DO NOTHING;
  INSERT INTO signal (org_id, subject_id, via, request_id, item, content, granted, refused, tier, source, regime,
    regime_from, decided_at, grants_at, received_at, form, form_version, language, ip, actor)
  SELECT NEW.org_id, id, via, NEW.request_id, NEW.item, NEW.content, NEW.granted, NEW.refused, NEW.tier,
    NEW.source, NEW.regime, NEW.regime_from,
    CASE WHEN late AND NEW.refused = 0 THEN since ELSE decided_at END,
    CASE WHEN late THEN since ELSE decided_at END,
    NEW.received_at, NEW.form, NEW.form_version, NEW.language, NEW.ip, NEW.actor
  FROM (
    SELECT id, via, decided_at, since, NEW.live AND refused_at > since AS late,
      CASE WHEN NEW.live THEN since > max(min(named_erased_at, named_first_seen), min(erased_at, first_seen))
        ELSE NEW.at > max(named_erased_at, erased_at) END AS counts
    FROM (
      SELECT subject.id, reached.via, subject.refused_at, subject.first_seen, reached.named_first_seen,
        coalesce(subject.erased_at, -1 << 63) AS erased_at,
        coalesce(reached.named_erased_at, -1 << 63) AS named_erased_at,
        CASE WHEN NEW.live THEN max(NEW.at, subject.latest_at + 1) ELSE NEW.at END AS decided_at,
        min(NEW.since, coalesce((
          SELECT CASE WHEN attempt.received_at > NEW.received_at THEN 0 ELSE attempt.received_at END FROM attempt
          WHERE attempt.org_id = NEW.org_id AND attempt.request_id = NEW.request_id), NEW.since)) AS since
      FROM (
        SELECT id, NULL AS via, erased_at AS named_erased_at, first_seen AS named_first_seen
        FROM subject WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash
        UNION ALL
        SELECT link.device_id, named.id, named.erased_at, named.first_seen
        FROM subject named CROSS JOIN subject_link link ON link.subject_id = named.id
        WHERE named.org_id = NEW.org_id AND named.keyed_hash = NEW.keyed_hash) reached
        CROSS JOIN subject ON subject.id = reached.id))
  WHERE counts;
  UPDATE subject SET identifier = NEW.identifier, salt = coalesce(salt, NEW.salt)
  WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash AND (identifier IS NULL OR salt IS NULL)
    AND EXISTS (SELECT 1 FROM signal WHERE signal.org_id = NEW.org_id AND signal.request_id = NEW.request_id
      AND signal.item = NEW.item AND signal.subject_id = subject.id);
  DELETE FROM subject_link
  WHERE (NEW.refused & 8) <> 0
    AND (subject_id IN (SELECT signal.subject_id FROM signal
        WHERE org_id = NEW.org_id AND request_id = NEW.request_id AND item = NEW.item)
      OR device_id IN (SELECT signal.subject_id FROM signal
        WHERE org_id = NEW.org_id AND request_id = NEW.request_id AND item = NEW.item))
    AND ((SELECT granted FROM consent_state state WHERE state.subject_id = subject_link.subject_id AND flag = 8
        ORDER BY tier LIMIT 1) = 0
      OR (SELECT granted FROM consent_state state WHERE state.subject_id = subject_link.device_id AND flag = 8
        ORDER BY tier LIMIT 1) = 0);
END;

-- Where erasures and requests for all that is stored go in; they reach linked devices as signals do. A `live`
-- erasure comes after everything that was said.
CREATE VIEW action_intake AS
SELECT NULL AS org_id, NULL AS keyed_hash, NULL AS identifier, NULL AS salt, NULL AS request_id, NULL AS item,
  NULL AS content, NULL AS action, NULL AS source, NULL AS regime, NULL AS regime_from, NULL AS live, NULL AS at,
  NULL AS received_at, NULL AS ip, NULL AS actor;

CREATE TRIGGER action_intake_stores INSTEAD OF INSERT ON action_intake
WHEN NOT EXISTS (
  SELECT 1 FROM signal WHERE org_id = NEW.org_id AND request_id = NEW.request_id
    AND (item = NEW.item OR content <> NEW.content))
BEGIN
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
  VALUES (NEW.org_id, NEW.keyed_hash, CASE NEW.action WHEN 'portability' THEN NEW.identifier END,
    CASE NEW.action WHEN 'portability' THEN NEW.salt END, NEW.received_at, 0, 0)
  ON CONFLICT (org_id, keyed_hash) DO NOTHING;
  INSERT INTO signal (org_id, subject_id, via, request_id, item, content, action, tier, source, regime, regime_from,
    decided_at, grants_at, received_at, ip, actor)
  SELECT NEW.org_id, subject.id, reached.via, NEW.request_id, NEW.item, NEW.content, NEW.action, 1, NEW.source,
    NEW.regime, NEW.regime_from,
    CASE WHEN NEW.live AND NEW.action = 'remove' THEN max(NEW.at, subject.latest_at + 1) ELSE NEW.at END, NEW.at,
    NEW.received_at, NEW.ip, NEW.actor
  FROM (
    SELECT id, NULL AS via FROM subject WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash
    UNION ALL
    SELECT link.device_id, named.id FROM subject named CROSS JOIN subject_link link ON link.subject_id = named.id
    WHERE named.org_id = NEW.org_id AND named.keyed_hash = NEW.keyed_hash) reached
    CROSS JOIN subject ON subject.id = reached.id;
END;
