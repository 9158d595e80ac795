//! Websites as registered.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::resources;
use super::schema::clients::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::{ClientId, Timestamp, TokenHash};

#[derive(Debug, Clone)]
pub struct ClientRow {
    pub client_id: ClientId,
    /// Counts the changes.
    pub version: i64,
    /// JSON; `client/metadata` knows what is in it.
    pub metadata: String,
    pub secret_hash: Option<TokenHash>,
    /// Only for `client_secret_jwt`, which needs the secret itself (PROTOCOL 14).
    pub sealed_secret: Option<Vec<u8>>,
    /// Of the registration access token; `None` where an operator registered the client.
    pub registration_hash: Option<TokenHash>,
    /// When a client that registered itself is forgotten; `None`: never by itself.
    pub expires_day: Option<Timestamp>,
}

/// A client's row on its way in, and the resources that it answers for.
#[derive(Debug, Clone)]
pub struct Registration {
    pub row: ClientRow,
    pub resources: Vec<String>,
}

type Raw = (String, i64, String, Option<TokenHash>, Option<Vec<u8>>, Option<TokenHash>, Option<Timestamp>);

pub fn by_id(db: &mut Db, client_id: &ClientId) -> Result<Option<ClientRow>, StoreError> {
    // Whoever calls names the client. There is a database that takes no NUL in a text: a failure where nobody is meant.
    if client_id.as_str().contains('\0') {
        return Ok(None);
    }
    let found: Option<Raw> = find_one!(db, clients::table.find(client_id.as_str()))?;
    Ok(found.map(ClientRow::from))
}

/// In the order of their ids.
pub fn all(db: &mut Db) -> Result<Vec<ClientRow>, StoreError> {
    let rows: Vec<Raw> = clients::table.order(dsl::client_id).load(db.conn())?;
    Ok(rows.into_iter().map(ClientRow::from).collect())
}

/// False when the id is taken, or one of the resources.
pub fn insert(tx: &mut Tx, client: &Registration) -> Result<bool, StoreError> {
    let Registration { row, resources } = client;
    if resources::taken(tx, &row.client_id, resources)?.is_some() {
        return Ok(false);
    }
    let new = insert_once!(
        tx,
        clients::table,
        (
            dsl::client_id.eq(row.client_id.as_str()),
            dsl::version.eq(row.version),
            dsl::metadata.eq(&row.metadata),
            dsl::secret_hash.eq(bytes(&row.secret_hash)),
            dsl::sealed_secret.eq(row.sealed_secret.as_ref()),
            dsl::registration_hash.eq(bytes(&row.registration_hash)),
            dsl::expires_day.eq(row.expires_day.map(Timestamp::unix)),
        )
    )?;
    if new {
        resources::keep(tx, &row.client_id, resources)?;
    }
    Ok(new)
}

/// As [`insert`], for a client that will expire; false also when there are `most` of those.
pub fn insert_at_most(tx: &mut Tx, client: &Registration, most: i64) -> Result<bool, StoreError> {
    let expiring = clients::table.filter(dsl::expires_day.is_not_null()).order(dsl::expires_day).select(dsl::version);
    let last: Option<i64> = expiring.offset(most - 1).limit(1).first(tx.conn()).optional()?;
    if last.is_some() { Ok(false) } else { insert(tx, client) }
}

/// The day on which the next client expires that will.
pub fn first_to_expire(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let first: Option<Option<i64>> = clients::table
        .filter(dsl::expires_day.is_not_null())
        .order(dsl::expires_day)
        .select(dsl::expires_day)
        .first(tx.conn())
        .optional()?;
    Ok(first.flatten().map(Timestamp::from_unix))
}

/// Puts the client in place of the version it was made from, and counts the version up. False when that is another by now,
/// or one of the resources is taken.
pub fn update(tx: &mut Tx, client: &Registration) -> Result<bool, StoreError> {
    let Registration { row, resources } = client;
    if resources::taken(tx, &row.client_id, resources)?.is_some() {
        return Ok(false);
    }
    let same = clients::table.find(row.client_id.as_str()).filter(dsl::version.eq(row.version));
    let change = (
        dsl::version.eq(row.version + 1),
        dsl::metadata.eq(&row.metadata),
        dsl::secret_hash.eq(bytes(&row.secret_hash)),
        dsl::sealed_secret.eq(row.sealed_secret.as_ref()),
        dsl::registration_hash.eq(bytes(&row.registration_hash)),
        dsl::expires_day.eq(row.expires_day.map(Timestamp::unix)),
    );
    let changed = diesel::update(same).set(change).execute(tx.conn())? == 1;
    if changed {
        resources::keep(tx, &row.client_id, resources)?;
    }
    Ok(changed)
}

/// Removes the client and what it answered for; false when there is no such client.
pub fn delete(tx: &mut Tx, client_id: &ClientId) -> Result<bool, StoreError> {
    let there = diesel::delete(clients::table.find(client_id.as_str())).execute(tx.conn())? == 1;
    resources::keep(tx, client_id, &[])?;
    Ok(there)
}

fn bytes(hash: &Option<TokenHash>) -> Option<&[u8]> {
    hash.as_ref().map(|hash| hash.as_bytes().as_slice())
}

impl From<Raw> for ClientRow {
    fn from(
        (client_id, version, metadata, secret_hash, sealed_secret, registration_hash, expires_day): Raw,
    ) -> ClientRow {
        let client_id = ClientId::new(client_id);
        ClientRow { client_id, version, metadata, secret_hash, sealed_secret, registration_hash, expires_day }
    }
}
