-- Network certificates (PROTOCOL 26; ADR 15). A batch belongs to a person; where it stands on its status list is sealed.

CREATE TABLE certificates (
    id      BYTEA   NOT NULL PRIMARY KEY,        -- expiry hour, then random
    person  BYTEA   NOT NULL,
    sealed  BYTEA   NOT NULL,                    -- list and places
    revoked BOOLEAN NOT NULL
);
CREATE INDEX certificates_of_person ON certificates (person);
CREATE INDEX certificates_revoked ON certificates (id) WHERE revoked;

-- How many places of each list are given. A keyed permutation makes places of it: the count tells nobody's.
CREATE TABLE status_lists (
    expires_day BIGINT NOT NULL,
    nth         BIGINT NOT NULL,
    taken       BIGINT NOT NULL,
    PRIMARY KEY (expires_day, nth)
);

-- Whose certificates are suspended is asked of their persons: few of all are not active.
CREATE INDEX persons_stopped ON persons (id) WHERE state <> 'active';
