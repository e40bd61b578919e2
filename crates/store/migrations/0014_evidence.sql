-- The strings that a signal was made of (JSON), and the first moment at which its grants can have been given: a TC
-- string says no more than the day. Strings go with the person's erasure.
ALTER TABLE signal ADD COLUMN evidence TEXT;

CREATE TRIGGER signal_evidence_is_only_erased BEFORE UPDATE OF evidence ON signal WHEN NEW.evidence IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'signal is append-only');
END;

CREATE TRIGGER signal_erases_evidence AFTER INSERT ON signal WHEN NEW.action = 'remove' BEGIN
  UPDATE signal SET evidence = NULL WHERE subject_id = NEW.subject_id AND evidence IS NOT NULL;
END;

DROP TRIGGER signal_intake_stores;

DROP VIEW signal_intake;

CREATE VIEW signal_intake AS
SELECT NULL AS org_id, NULL AS keyed_hash, NULL AS identifier, NULL AS salt, NULL AS request_id, NULL AS item,
  NULL AS content, NULL AS granted, NULL AS refused, NULL AS tier, NULL AS source, NULL AS regime,
  NULL AS regime_from, NULL AS live, NULL AS at, NULL AS since, NULL AS received_at, NULL AS form,
  NULL AS form_version, NULL AS language, NULL AS ip, NULL AS actor, NULL AS grants_from, NULL AS evidence;

-- As before, with both.
CREATE TRIGGER signal_intake_stores INSTEAD OF INSERT ON signal_intake
WHEN NOT EXISTS (
  SELECT 1 FROM signal WHERE org_id = NEW.org_id AND request_id = NEW.request_id
    AND (item = NEW.item OR content <> NEW.content))
BEGIN
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
  VALUES (NEW.org_id, NEW.keyed_hash, NEW.identifier, NEW.salt, NEW.received_at, 0, 0)
  ON CONFLICT (org_id, keyed_hash) DO NOTHING;
  INSERT INTO signal (org_id, subject_id, via, request_id, item, content, granted, refused, tier, source, regime,
    regime_from, decided_at, grants_at, received_at, form, form_version, language, ip, actor, evidence)
  SELECT NEW.org_id, id, via, NEW.request_id, NEW.item, NEW.content, NEW.granted, NEW.refused, NEW.tier,
    NEW.source, NEW.regime, NEW.regime_from,
    CASE WHEN late AND NEW.refused = 0 THEN since ELSE decided_at END,
    min(CASE WHEN late THEN since ELSE decided_at END, coalesce(NEW.grants_from, decided_at)),
    NEW.received_at, NEW.form, NEW.form_version, NEW.language, NEW.ip, NEW.actor, NEW.evidence
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
