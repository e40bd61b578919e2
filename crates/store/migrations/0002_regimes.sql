-- Policy regimes, the stricter the greater: which of two signals of the same moment counts depends on it.
CREATE TABLE regime (
  code TEXT PRIMARY KEY,
  strictness INTEGER NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

INSERT INTO regime (code, strictness)
VALUES ('global', 0), ('ccpa', 1), ('casl', 2), ('gdpr', 3), ('law25', 4);

DROP TRIGGER signal_moves_state;

-- As before, and of two signals of the same moment that say the same, the one under the stricter regime; under
-- the same regime, the one whose source comes later in the alphabet. So the order of arrival never matters.
CREATE TRIGGER signal_moves_state AFTER INSERT ON signal BEGIN
  INSERT INTO consent_state (subject_id, flag, tier, granted, decided_at, source, regime)
  SELECT NEW.subject_id, flag.bit, NEW.tier, (NEW.granted & flag.bit) <> 0,
    CASE WHEN NEW.granted & flag.bit THEN NEW.grants_at ELSE NEW.decided_at END, NEW.source, NEW.regime
  FROM flag WHERE ((NEW.granted | NEW.refused) & flag.bit) <> 0
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
