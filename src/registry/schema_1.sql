-- Version 1 of the registry. Times are microseconds since 1970 in UTC; troubles are JSON; `folded` is
-- an address in lower case, so that two spellings of one address are one. AUTOINCREMENT keeps a
-- number from being used again: the secret store and open windows may still know the old one.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO meta VALUES ('id', lower(hex(randomblob(16))));

CREATE TABLE applications (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    name              TEXT NOT NULL UNIQUE,
    provider          TEXT NOT NULL,
    tenant            TEXT NOT NULL,
    client_id         TEXT NOT NULL,
    redirect_uri      TEXT NOT NULL,
    scopes            TEXT NOT NULL, -- a JSON array
    has_client_secret INTEGER NOT NULL,
    proof_at          INTEGER,       -- both null: unknown; a trouble: failed
    proof_trouble     TEXT,
    consent_at        INTEGER,
    consent_trouble   TEXT
) STRICT;

CREATE TABLE grants (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    application             INTEGER NOT NULL REFERENCES applications (id),
    account                 TEXT NOT NULL,
    folded                  TEXT NOT NULL,
    issuer                  TEXT,    -- issuer, subject and username: all or none
    subject                 TEXT,
    username                TEXT,
    obtained_at             INTEGER, -- null: there is no token
    last_used_at            INTEGER,
    ended_at                INTEGER, -- null: it lives
    ending                  TEXT,    -- JSON: how it ended, and the trouble
    trouble                 TEXT,    -- JSON: the step, and the trouble
    may_hold_secret         INTEGER NOT NULL DEFAULT 0,
    access_token            BLOB,    -- sealed
    access_token_expires_at INTEGER,
    UNIQUE (application, folded)
) STRICT;

CREATE TABLE mailboxes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    address      TEXT NOT NULL,
    folded       TEXT NOT NULL UNIQUE,
    grant_id     INTEGER NOT NULL REFERENCES grants (id),
    smtp_at      INTEGER,
    smtp_trouble TEXT,
    imap_at      INTEGER,
    imap_trouble TEXT,
    pop_at       INTEGER,
    pop_trouble  TEXT
) STRICT;

CREATE INDEX mailboxes_by_grant ON mailboxes (grant_id);

-- Grants that are gone while their secrets may still be in the secret store.
CREATE TABLE discarded (
    grant_id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE leases (
    grant_id INTEGER PRIMARY KEY REFERENCES grants (id) ON DELETE CASCADE,
    holder   TEXT NOT NULL,
    until    INTEGER NOT NULL
) STRICT;

CREATE TABLE sign_ins (
    state           TEXT PRIMARY KEY,
    mailbox         INTEGER REFERENCES mailboxes (id) ON DELETE CASCADE,
    application     INTEGER REFERENCES applications (id) ON DELETE CASCADE,
    link            TEXT NOT NULL,
    redirect_uri    TEXT NOT NULL,
    sealed_verifier BLOB NOT NULL,
    opened_at       INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    progress        TEXT NOT NULL,
    username        TEXT,            -- while asking
    trouble         TEXT,            -- once failed
    CHECK ((mailbox IS NULL) <> (application IS NULL))
) STRICT;

CREATE INDEX sign_ins_by_mailbox ON sign_ins (mailbox);
CREATE INDEX sign_ins_by_application ON sign_ins (application);

CREATE TABLE history (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    mailbox TEXT NOT NULL,
    folded  TEXT NOT NULL,
    what    TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
