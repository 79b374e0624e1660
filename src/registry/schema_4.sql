-- Version 4: which command something happened by, and the history of one mailbox at hand.

ALTER TABLE history ADD COLUMN command TEXT NOT NULL DEFAULT '';

CREATE INDEX history_by_mailbox ON history (folded, id);
