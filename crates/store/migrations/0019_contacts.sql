-- Contacts: what an organisation keeps about them, and what each has decided as a few numbers, from which audiences of
-- millions are chosen.

-- The names of attributes, of which settings say the type.
CREATE TABLE attribute (
  id INTEGER PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisation (id),
  name TEXT NOT NULL,
  UNIQUE (org_id, name)
) STRICT;

-- The value that was said last, by `at`. NULL was said, too: an older file must not bring back what was taken away.
CREATE TABLE contact_attribute (
  attribute_id INTEGER NOT NULL REFERENCES attribute (id),
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  value ANY,
  at INTEGER NOT NULL,
  PRIMARY KEY (attribute_id, subject_id)
) STRICT, WITHOUT ROWID;

-- Each subject that is a contact. `stance` is what the decisions that count say, without their times
-- (`domain::stance`): refused flags, granted flags << 6, their regimes 1 << (12 + strictness), erased before 1 << 17.
-- The times are those of the grants that count: whether they have lapsed depends on when one asks.
CREATE TABLE contact (
  org_id TEXT NOT NULL REFERENCES organisation (id),
  subject_id INTEGER NOT NULL REFERENCES subject (id),
  first_seen INTEGER NOT NULL,
  stance INTEGER NOT NULL,
  dc_at INTEGER,
  al_at INTEGER,
  tg_at INTEGER,
  cd_at INTEGER,
  sh_at INTEGER,
  re_at INTEGER,
  PRIMARY KEY (org_id, subject_id)
) STRICT, WITHOUT ROWID;

INSERT INTO contact (org_id, subject_id, first_seen, stance, dc_at, al_at, tg_at, cd_at, sh_at, re_at)
SELECT subject.org_id, subject.id, subject.first_seen,
  coalesce(sum(flag << (granted * 6)), 0) | ((subject.erased_at IS NOT NULL) << 17)
    | (coalesce(max(strictness = 0), 0) << 12) | (coalesce(max(strictness = 1), 0) << 13)
    | (coalesce(max(strictness = 2), 0) << 14) | (coalesce(max(strictness = 3), 0) << 15)
    | (coalesce(max(strictness = 4), 0) << 16),
  max(CASE WHEN granted AND flag = 1 THEN decided_at END), max(CASE WHEN granted AND flag = 2 THEN decided_at END),
  max(CASE WHEN granted AND flag = 4 THEN decided_at END), max(CASE WHEN granted AND flag = 8 THEN decided_at END),
  max(CASE WHEN granted AND flag = 16 THEN decided_at END), max(CASE WHEN granted AND flag = 32 THEN decided_at END)
FROM subject LEFT JOIN (
  SELECT subject_id, flag, granted, decided_at, strictness, min(tier)
  FROM consent_state JOIN regime ON regime.code = consent_state.regime GROUP BY subject_id, flag) deciding
  ON deciding.subject_id = subject.id
WHERE substr(subject.identifier, 1, 8) = 'contact:'
GROUP BY subject.id;

-- Somebody new. The new people of a slice of a file go in as a set, below.
CREATE TRIGGER contact_appears AFTER INSERT ON subject
WHEN substr(NEW.identifier, 1, 8) = 'contact:' AND NOT EXISTS (SELECT 1 FROM file_slice WHERE filling) BEGIN
  INSERT INTO contact (org_id, subject_id, first_seen, stance)
  VALUES (NEW.org_id, NEW.id, NEW.first_seen, (NEW.erased_at IS NOT NULL) << 17);
END;

-- Each of them has one signal so far.
CREATE TRIGGER contacts_of_slice_appear AFTER UPDATE OF filling ON file_slice WHEN OLD.filling AND NOT NEW.filling BEGIN
  INSERT INTO contact (org_id, subject_id, first_seen, stance, dc_at, al_at, tg_at, cd_at, sh_at, re_at)
  SELECT subject.org_id, subject.id, subject.first_seen,
    signal.refused | (signal.granted << 6) | (1 << (12 + regime.strictness)),
    CASE WHEN signal.granted & 1 THEN signal.grants_at END, CASE WHEN signal.granted & 2 THEN signal.grants_at END,
    CASE WHEN signal.granted & 4 THEN signal.grants_at END, CASE WHEN signal.granted & 8 THEN signal.grants_at END,
    CASE WHEN signal.granted & 16 THEN signal.grants_at END, CASE WHEN signal.granted & 32 THEN signal.grants_at END
  FROM signal CROSS JOIN subject ON subject.id = signal.subject_id
    CROSS JOIN regime ON regime.code = signal.regime
  WHERE signal.seq > NEW.seq_before AND substr(subject.identifier, 1, 8) = 'contact:';
END;

-- Every decision and every erasure writes `decisions`; the first one after an erasure says again who it is.
CREATE TRIGGER contact_stands AFTER UPDATE OF decisions, identifier ON subject
WHEN substr(NEW.identifier, 1, 8) = 'contact:' BEGIN
  INSERT INTO contact (org_id, subject_id, first_seen, stance, dc_at, al_at, tg_at, cd_at, sh_at, re_at)
  SELECT NEW.org_id, NEW.id, NEW.first_seen,
    coalesce(sum(flag << (granted * 6)), 0) | ((NEW.erased_at IS NOT NULL) << 17)
      | (coalesce(max(strictness = 0), 0) << 12) | (coalesce(max(strictness = 1), 0) << 13)
      | (coalesce(max(strictness = 2), 0) << 14) | (coalesce(max(strictness = 3), 0) << 15)
      | (coalesce(max(strictness = 4), 0) << 16),
    max(CASE WHEN granted AND flag = 1 THEN decided_at END), max(CASE WHEN granted AND flag = 2 THEN decided_at END),
    max(CASE WHEN granted AND flag = 4 THEN decided_at END), max(CASE WHEN granted AND flag = 8 THEN decided_at END),
    max(CASE WHEN granted AND flag = 16 THEN decided_at END), max(CASE WHEN granted AND flag = 32 THEN decided_at END)
  FROM (
    SELECT flag, granted, decided_at, strictness, min(tier)
    FROM consent_state CROSS JOIN regime ON regime.code = consent_state.regime
    WHERE consent_state.subject_id = NEW.id GROUP BY flag)
  WHERE true
  ON CONFLICT (org_id, subject_id) DO UPDATE SET stance = excluded.stance, dc_at = excluded.dc_at,
    al_at = excluded.al_at, tg_at = excluded.tg_at, cd_at = excluded.cd_at, sh_at = excluded.sh_at,
    re_at = excluded.re_at;
END;

-- Erased.
CREATE TRIGGER contact_goes AFTER UPDATE OF identifier ON subject
WHEN NEW.identifier IS NULL AND OLD.identifier IS NOT NULL BEGIN
  DELETE FROM contact_attribute
  WHERE subject_id = NEW.id AND attribute_id IN (SELECT id FROM attribute WHERE org_id = NEW.org_id);
  DELETE FROM contact WHERE org_id = NEW.org_id AND subject_id = NEW.id;
END;

-- Where attributes go in. `attributes` is a JSON object of what is said, NULL for what is taken away; what `replaces`
-- takes away everything that is not in it. Said before everything about the contact was erased is void.
CREATE VIEW contact_intake AS
SELECT NULL AS org_id, NULL AS keyed_hash, NULL AS identifier, NULL AS salt, NULL AS attributes, NULL AS replaces,
  NULL AS live, NULL AS at, NULL AS received_at;

CREATE TRIGGER contact_intake_stores INSTEAD OF INSERT ON contact_intake BEGIN
  INSERT INTO subject (org_id, keyed_hash, identifier, salt, first_seen, latest_at, version)
  VALUES (NEW.org_id, NEW.keyed_hash, NEW.identifier, NEW.salt, NEW.received_at, 0, 0)
  ON CONFLICT (org_id, keyed_hash) DO NOTHING;
  UPDATE subject SET identifier = NEW.identifier, salt = coalesce(salt, NEW.salt)
  WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash AND (identifier IS NULL OR salt IS NULL)
    AND NEW.at > coalesce(CASE WHEN NEW.live THEN min(erased_at, first_seen) ELSE erased_at END, -1 << 63);
  INSERT INTO attribute (org_id, name)
  SELECT NEW.org_id, key FROM json_each(NEW.attributes)
  WHERE key NOT IN (SELECT name FROM attribute WHERE org_id = NEW.org_id);
  UPDATE contact_attribute SET value = NULL, at = NEW.at
  WHERE NEW.replaces AND value IS NOT NULL AND at <= NEW.at
    AND attribute_id IN (SELECT id FROM attribute WHERE org_id = NEW.org_id
      AND name NOT IN (SELECT key FROM json_each(NEW.attributes)))
    AND subject_id = (SELECT id FROM subject WHERE org_id = NEW.org_id AND keyed_hash = NEW.keyed_hash);
  INSERT INTO contact_attribute (attribute_id, subject_id, value, at)
  SELECT attribute.id, subject.id, said.value, NEW.at
  FROM subject CROSS JOIN json_each(NEW.attributes) said
    CROSS JOIN attribute ON attribute.org_id = NEW.org_id AND attribute.name = said.key
  WHERE subject.org_id = NEW.org_id AND subject.keyed_hash = NEW.keyed_hash
    AND NEW.at > coalesce(CASE WHEN NEW.live THEN min(subject.erased_at, subject.first_seen) ELSE subject.erased_at END,
      -1 << 63)
  ON CONFLICT (attribute_id, subject_id) DO UPDATE SET value = excluded.value, at = excluded.at
  WHERE excluded.at >= contact_attribute.at;
END;

-- Rules of an organisation: of whom they hold, and whether they are kept from people who may not be tracked.
CREATE TABLE rule (
  id TEXT PRIMARY KEY,
  org_id TEXT NOT NULL REFERENCES organisation (id),
  name TEXT NOT NULL,
  only_tracked INTEGER NOT NULL,
  condition TEXT,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX rule_by_organisation ON rule (org_id, created_at);
