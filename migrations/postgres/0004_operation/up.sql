-- What the nodes share to run. Of fixed size, or the operator's own.

CREATE TABLE throttles (
    slot     BIGINT  NOT NULL PRIMARY KEY,
    "window" BIGINT  NOT NULL,
    failures BIGINT  NOT NULL
);

CREATE TABLE leases (
    name   TEXT    NOT NULL PRIMARY KEY,
    holder BYTEA   NOT NULL,
    until  BIGINT  NOT NULL
);

CREATE TABLE audit (
    seq      BIGINT  NOT NULL PRIMARY KEY,
    at       BIGINT  NOT NULL,
    entry    TEXT    NOT NULL,
    previous BYTEA   NOT NULL,
    hash     BYTEA   NOT NULL
);

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
