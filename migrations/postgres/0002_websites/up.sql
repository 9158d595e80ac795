-- Websites, and what is keyed by the sub that one of them sees.

CREATE TABLE clients (
    client_id     TEXT    NOT NULL PRIMARY KEY,
    version       BIGINT  NOT NULL,
    metadata      TEXT    NOT NULL,              -- JSON
    secret_hash   BYTEA,
    sealed_secret BYTEA
);

CREATE TABLE consents (
    sub_digest  BYTEA   NOT NULL,
    client_id   TEXT    NOT NULL,
    shown       BYTEA   NOT NULL,                -- digest of what the person saw
    expires_day BIGINT  NOT NULL,
    PRIMARY KEY (sub_digest, client_id, shown)
);
CREATE INDEX consents_by_expiry ON consents (expires_day);

CREATE TABLE grants (
    id      BYTEA   NOT NULL PRIMARY KEY,        -- expiry hour, then random
    revoked BOOLEAN NOT NULL
);

CREATE TABLE spent (
    id BYTEA NOT NULL PRIMARY KEY                -- expiry hour, then random
);

CREATE TABLE refusals (
    id        BYTEA NOT NULL PRIMARY KEY,        -- expiry hour, then random
    client_id TEXT,
    body      TEXT NOT NULL                     -- JSON
);
CREATE INDEX refusals_of_client ON refusals (client_id, id);
