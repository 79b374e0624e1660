-- Version 3: what changed since somebody looked, so that a picture of thousands of mailboxes is not
-- read anew for one. `newest` counts the changes that a picture shows. `whole` is the last of them
-- that single rows do not tell: mailboxes or applications came, went, or belong elsewhere now.

CREATE TABLE changes (
    newest INTEGER NOT NULL,
    whole  INTEGER NOT NULL
) STRICT;

INSERT INTO changes VALUES (1, 1);

ALTER TABLE mailboxes ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

CREATE INDEX mailboxes_by_revision ON mailboxes (revision);

CREATE TRIGGER mailbox_checked
AFTER UPDATE OF smtp_at, smtp_trouble, imap_at, imap_trouble, pop_at, pop_trouble ON mailboxes
BEGIN
    UPDATE changes SET newest = newest + 1;
    UPDATE mailboxes SET revision = (SELECT newest FROM changes) WHERE id = NEW.id;
END;

CREATE TRIGGER grant_changed
AFTER UPDATE OF account, issuer, subject, username, obtained_at, last_used_at, ended_at, ending, trouble ON grants
BEGIN
    UPDATE changes SET newest = newest + 1;
    UPDATE mailboxes SET revision = (SELECT newest FROM changes) WHERE grant_id = NEW.id;
END;

CREATE TRIGGER mailbox_came AFTER INSERT ON mailboxes
BEGIN
    UPDATE changes SET newest = newest + 1, whole = newest + 1;
END;

CREATE TRIGGER mailbox_went AFTER DELETE ON mailboxes
BEGIN
    UPDATE changes SET newest = newest + 1, whole = newest + 1;
END;

CREATE TRIGGER mailbox_moved AFTER UPDATE OF address, grant_id, note ON mailboxes
BEGIN
    UPDATE changes SET newest = newest + 1, whole = newest + 1;
END;

CREATE TRIGGER application_came AFTER INSERT ON applications
BEGIN
    UPDATE changes SET newest = newest + 1, whole = newest + 1;
END;

CREATE TRIGGER application_changed AFTER UPDATE ON applications
BEGIN
    UPDATE changes SET newest = newest + 1, whole = newest + 1;
END;

CREATE TRIGGER application_went AFTER DELETE ON applications
BEGIN
    UPDATE changes SET newest = newest + 1, whole = newest + 1;
END;
