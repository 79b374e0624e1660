-- Version 2: a note that came with an imported mailbox, and the sealed store's secrets, by their
-- names in the secret store.

ALTER TABLE mailboxes ADD COLUMN note TEXT NOT NULL DEFAULT '';

CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;
