-- What is keyed by person. Nothing here shares an exact value with a table of 0002.

CREATE TABLE persons (
    id            BYTEA   NOT NULL PRIMARY KEY,  -- 16 random bytes
    number_digest BYTEA   NOT NULL UNIQUE,
    sealed        BYTEA   NOT NULL,
    state         TEXT    NOT NULL,
    pin_hash      TEXT,
    totp          BYTEA,                         -- sealed
    totp_step     BIGINT  NOT NULL,              -- the last step that was spent
    version       BIGINT  NOT NULL,
    created_hour  BIGINT  NOT NULL
);

CREATE TABLE passkeys (
    id                BYTEA   NOT NULL PRIMARY KEY,
    person            BYTEA   NOT NULL,
    credential_digest BYTEA   NOT NULL UNIQUE,
    sealed            BYTEA   NOT NULL,
    created_hour      BIGINT  NOT NULL
);
CREATE INDEX passkeys_of_person ON passkeys (person);

CREATE TABLE sessions (
    id          BYTEA   NOT NULL PRIMARY KEY,    -- expiry hour, then random
    person      BYTEA   NOT NULL,
    secret_hash BYTEA   NOT NULL,
    sealed      BYTEA   NOT NULL,                -- ceremony and browser
    clients     BYTEA   NOT NULL,                -- sealed and padded list
    version     BIGINT  NOT NULL,
    last_seen   BIGINT  NOT NULL                 -- in steps of 15 minutes
);
CREATE INDEX sessions_of_person ON sessions (person);
