-- Version 2: a note that came with an imported mailbox, and the sealed store's secrets, by their
-- names in the secret store.

ALTER TABLE mailboxes ADD COLUMN note TEXT NOT NULL DEFAULT '';

CREATE TABLE secrets (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;

-- Where the secrets are. Until now that was the keyring; a registry that never kept any may choose.
INSERT INTO meta SELECT 'secrets', 'keyring'
    WHERE EXISTS (SELECT 1 FROM grants WHERE may_hold_secret)
       OR EXISTS (SELECT 1 FROM applications WHERE has_client_secret)
       OR EXISTS (SELECT 1 FROM discarded);
