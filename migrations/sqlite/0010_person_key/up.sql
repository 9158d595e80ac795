-- What names a person is sealed under a key of their own, which lies in the key store under this id (PROTOCOL 10). The empty
-- default is no id: a person from before does not open. The attributes are under the same key.

ALTER TABLE persons ADD COLUMN key_id BLOB NOT NULL DEFAULT x'';
ALTER TABLE persons ADD COLUMN attributes BLOB;
CREATE INDEX persons_by_key ON persons (key_id);
