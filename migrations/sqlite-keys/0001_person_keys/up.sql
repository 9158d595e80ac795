-- The key store: a database of its own, with backups of its own that live for a short time only (PROTOCOL 10).

CREATE TABLE person_keys (
    id        BLOB    NOT NULL PRIMARY KEY,      -- 16 random bytes
    sealed    BLOB    NOT NULL,
    born_hour INTEGER                           -- until a person is known to name the key
) STRICT, WITHOUT ROWID;
CREATE INDEX person_keys_by_birth ON person_keys (born_hour);

-- As in the store: what our own attempts to commit leave.
CREATE TABLE spent (
    id BLOB    NOT NULL PRIMARY KEY              -- expiry hour, then random
) STRICT, WITHOUT ROWID;
