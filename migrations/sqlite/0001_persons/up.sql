-- What is keyed by person. Nothing here shares an exact value with a table of 0002.

CREATE TABLE persons (
    id            BLOB    NOT NULL PRIMARY KEY,  -- 16 random bytes
    number_digest BLOB    NOT NULL UNIQUE,
    sealed        BLOB    NOT NULL,
    state         TEXT    NOT NULL,
    pin_hash      TEXT,
    totp          BLOB,                          -- sealed
    totp_step     INTEGER NOT NULL,              -- the last step that was spent
    version       INTEGER NOT NULL,
    created_hour  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE passkeys (
    id                BLOB    NOT NULL PRIMARY KEY,
    person            BLOB    NOT NULL,
    credential_digest BLOB    NOT NULL UNIQUE,
    sealed            BLOB    NOT NULL,
    created_hour      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_of_person ON passkeys (person);

CREATE TABLE sessions (
    id          BLOB    NOT NULL PRIMARY KEY,    -- expiry hour, then random
    person      BLOB    NOT NULL,
    secret_hash BLOB    NOT NULL,
    sealed      BLOB    NOT NULL,                -- ceremony and browser
    clients     BLOB    NOT NULL,                -- sealed and padded list
    version     INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL                 -- in steps of 15 minutes
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_person ON sessions (person);
