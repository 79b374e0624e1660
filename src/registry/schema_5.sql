-- Version 5: what people did and what machines found, each by age, so that the one does not push out
-- the other.

CREATE INDEX history_done ON history (id) WHERE what NOT IN ('refreshed', 'refused', 'check_failed');
CREATE INDEX history_found ON history (id) WHERE what IN ('refreshed', 'refused', 'check_failed');
