CREATE TABLE signing_keys (
    kid           TEXT    NOT NULL PRIMARY KEY,
    alg           TEXT    NOT NULL,
    sealed        BYTEA   NOT NULL,
    published     BIGINT  NOT NULL,
    signs_from    BIGINT  NOT NULL,
    retires       BIGINT,
    removed_after BIGINT
);
