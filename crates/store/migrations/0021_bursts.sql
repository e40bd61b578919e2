-- Interactions go in with those whose token is one person's although she is not named.

DROP TRIGGER interaction_intake_stores;

DROP VIEW interaction_intake;

-- As before, and `strangers`: for those of the anonymous ones whose token is one person's, texts of 32 digits for a hash
-- of it, 19 for the time, and `+` where the person is counted.
CREATE VIEW interaction_intake AS
SELECT NULL AS link_id, NULL AS hour, NULL AS verdict, NULL AS n, NULL AS people, NULL AS strangers;

CREATE TRIGGER interaction_intake_stores INSTEAD OF INSERT ON interaction_intake BEGIN
  INSERT INTO interaction (message_id, link_id, subject_id, at)
  SELECT link.message_id, link.id, subject.id, CAST(substr(person.value, 39) AS INTEGER)
  FROM link CROSS JOIN json_each(NEW.people) person
    CROSS JOIN subject ON subject.id = CAST(substr(person.value, 1, 19) AS INTEGER)
  WHERE link.id = NEW.link_id AND link.ceiling = 'identified' AND subject.org_id = link.org_id
    AND subject.version = CAST(substr(person.value, 20, 19) AS INTEGER);
  INSERT INTO interaction_count (message_id, link_id, kind, hour, verdict, n)
  SELECT link.message_id, link.id, link.kind, NEW.hour, tally.verdict, tally.n
  FROM (SELECT 'identified' AS verdict, changes() AS n
    UNION ALL SELECT CASE NEW.verdict WHEN 'identified' THEN 'anonymous' ELSE NEW.verdict END, NEW.n - changes()) tally
    CROSS JOIN link
  WHERE tally.n > 0 AND link.id = NEW.link_id AND link.ceiling <> 'off'
  ON CONFLICT (message_id, link_id, kind, hour, verdict) DO UPDATE SET n = n + excluded.n;
  INSERT INTO anonymous_person (message_id, kind, person, n)
  SELECT link.message_id, link.kind, substr(stranger.value, 1, 32), count(*)
  FROM link CROSS JOIN json_each(NEW.strangers) stranger
  WHERE link.id = NEW.link_id AND link.ceiling <> 'off' AND substr(stranger.value, 52) = '+' GROUP BY 3
  ON CONFLICT (message_id, kind, person) DO UPDATE SET n = n + excluded.n;
  INSERT INTO recent_click (message_id, person, at, link_id, verdict)
  SELECT link.message_id, subject.id, CAST(substr(person.value, 39) AS INTEGER), link.id, 'identified'
  FROM link CROSS JOIN json_each(NEW.people) person
    CROSS JOIN subject ON subject.id = CAST(substr(person.value, 1, 19) AS INTEGER)
  WHERE link.id = NEW.link_id AND link.kind = 'click' AND link.ceiling = 'identified' AND subject.org_id = link.org_id
    AND subject.version = CAST(substr(person.value, 20, 19) AS INTEGER)
  ON CONFLICT DO NOTHING;
  INSERT INTO recent_click (message_id, person, at, link_id, verdict)
  SELECT link.message_id, substr(stranger.value, 1, 32), CAST(substr(stranger.value, 33, 19) AS INTEGER), link.id,
    'anonymous'
  FROM link CROSS JOIN json_each(NEW.strangers) stranger WHERE link.id = NEW.link_id AND link.kind = 'click' AND link.ceiling <> 'off'
  ON CONFLICT DO NOTHING;
END;
