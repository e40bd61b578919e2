-- What a report of one message reads lies together, in the order in which it came in.
CREATE INDEX interaction_of_message ON interaction (message_id, at, subject_id, link_id);

DROP INDEX interaction_by_message;
