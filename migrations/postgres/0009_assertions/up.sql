-- Client assertions that were used: the website's side, so apart from `spent`, which is the person's.

CREATE TABLE assertions (
    id BYTEA NOT NULL PRIMARY KEY                -- expiry hour, then a digest
);
