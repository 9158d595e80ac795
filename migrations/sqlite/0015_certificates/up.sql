-- Network certificates (PROTOCOL 26; ADR 15). A batch belongs to a person; where it stands on its status list is sealed.

CREATE TABLE certificates (
    id      BLOB    NOT NULL PRIMARY KEY,        -- expiry hour, then random
    person  BLOB    NOT NULL,
    sealed  BLOB    NOT NULL,                    -- list and places
    revoked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_of_person ON certificates (person);
CREATE INDEX certificates_revoked ON certificates (id) WHERE revoked;

-- How many places of each list are given. A keyed permutation makes places of it: the count tells nobody's.
CREATE TABLE status_lists (
    expires_day INTEGER NOT NULL,
    nth         INTEGER NOT NULL,
    taken       INTEGER NOT NULL,
    PRIMARY KEY (expires_day, nth)
) STRICT, WITHOUT ROWID;

-- Whose certificates are suspended is asked of their persons: few of all are not active.
CREATE INDEX persons_stopped ON persons (id) WHERE state <> 'active';
