-- What somebody has decided as one text beside her row, as every read gives it: reading it from its own table costs
-- as much again as finding her. NULL means that nobody has written it yet, so `consent_state` says it.
ALTER TABLE subject ADD COLUMN decisions TEXT;

-- Every signal and every erasure moves the version or the hash, after `consent_state`.
CREATE TRIGGER subject_says AFTER UPDATE OF version, keyed_hash ON subject BEGIN
  UPDATE subject SET decisions = (
    SELECT coalesce(group_concat(flag || ' ' || tier || ' ' || granted || ' ' || decided_at || ' ' || source || ' '
      || regime, ';'), '')
    FROM consent_state WHERE subject_id = NEW.id)
  WHERE id = NEW.id;
END;
