-- Families of refresh tokens, and the resources that websites answer for.

CREATE TABLE families (
    id          BLOB    NOT NULL PRIMARY KEY,    -- digest of the grant's id
    generation  INTEGER NOT NULL,                -- of the newest token
    sealed      BLOB    NOT NULL,                -- the instant of the last rotation
    expires_day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX families_by_expiry ON families (expires_day);

CREATE TABLE resources (
    uri       TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL                      -- its row in clients names the same uri
) STRICT, WITHOUT ROWID;
CREATE INDEX resources_of_client ON resources (client_id);
