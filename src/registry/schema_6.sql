-- Version 6: access tokens beside the grants and not in them, so that whoever reads all grants need
-- not read past the tokens.

CREATE TABLE access_tokens (
    grant_id   INTEGER PRIMARY KEY REFERENCES grants (id) ON DELETE CASCADE,
    sealed     BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

INSERT INTO access_tokens
SELECT id, access_token, access_token_expires_at FROM grants
WHERE access_token IS NOT NULL AND access_token_expires_at IS NOT NULL;

ALTER TABLE grants DROP COLUMN access_token;
ALTER TABLE grants DROP COLUMN access_token_expires_at;
