-- Websites, and what is keyed by the sub that one of them sees.

CREATE TABLE clients (
    client_id     TEXT    NOT NULL PRIMARY KEY,
    version       INTEGER NOT NULL,
    metadata      TEXT    NOT NULL,              -- JSON
    secret_hash   BLOB,
    sealed_secret BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
    sub_digest  BLOB    NOT NULL,
    client_id   TEXT    NOT NULL,
    shown       BLOB    NOT NULL,                -- digest of what the person saw
    expires_day INTEGER NOT NULL,
    PRIMARY KEY (sub_digest, client_id, shown)
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_by_expiry ON consents (expires_day);

CREATE TABLE grants (
    id      BLOB    NOT NULL PRIMARY KEY,        -- expiry hour, then random
    revoked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spent (
    id BLOB NOT NULL PRIMARY KEY                 -- expiry hour, then random
) STRICT, WITHOUT ROWID;

CREATE TABLE refusals (
    id        BLOB NOT NULL PRIMARY KEY,         -- expiry hour, then random
    client_id TEXT,
    body      TEXT NOT NULL                      -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX refusals_of_client ON refusals (client_id, id);
