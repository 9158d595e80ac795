-- The key store: a database of its own, with backups of its own that live for a short time only (PROTOCOL 10).

CREATE TABLE person_keys (
    id        BYTEA   NOT NULL PRIMARY KEY,      -- 16 random bytes
    sealed    BYTEA   NOT NULL,
    born_hour BIGINT                            -- until a person is known to name the key
);
CREATE INDEX person_keys_by_birth ON person_keys (born_hour);

-- As in the store: what our own attempts to commit leave.
CREATE TABLE spent (
    id BYTEA   NOT NULL PRIMARY KEY              -- expiry hour, then random
);
