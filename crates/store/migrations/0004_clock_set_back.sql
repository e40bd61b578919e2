-- As before, and a request that came in first at a moment that lies ahead of the clock came in before everything:
-- the clock was set back since, so nothing tells whether the person has refused in the meantime.
DROP TRIGGER signal_intake_stores;

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
        min(NEW.since, coalesce((
          SELECT CASE WHEN attempt.received_at > NEW.received_at THEN 0 ELSE attempt.received_at END FROM attempt
          WHERE attempt.org_id = NEW.org_id AND attempt.request_id = NEW.request_id), NEW.since)) AS since
      FROM subject WHERE subject.org_id = NEW.org_id AND subject.keyed_hash = NEW.keyed_hash));
END;
