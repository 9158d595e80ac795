//! Which website answers for which resource (RFC 8707). Written with the website's own row and never without it.

use diesel::prelude::*;

use super::conn::{find_one, insert_once};
use super::schema::resources::{self, dsl};
use super::{Db, StoreError, Tx};
use crate::spec::ClientId;

/// The client that answers for the resource.
pub fn owner(db: &mut Db, uri: &str) -> Result<Option<ClientId>, StoreError> {
    // As in `clients::by_id`.
    if uri.contains('\0') {
        return Ok(None);
    }
    let found: Option<String> = find_one!(db, resources::table.find(uri).select(dsl::client_id))?;
    Ok(found.map(ClientId::new))
}

/// The first of `uris` that another client answers for.
pub fn taken(db: &mut Db, client_id: &ClientId, uris: &[String]) -> Result<Option<String>, StoreError> {
    for uri in uris {
        if owner(db, uri)?.is_some_and(|owner| owner != *client_id) {
            return Ok(Some(uri.clone()));
        }
    }
    Ok(None)
}

/// Makes `uris` the client's resources, and no others; none of them may be taken.
pub(super) fn keep(tx: &mut Tx, client_id: &ClientId, uris: &[String]) -> Result<(), StoreError> {
    let own = resources::table.filter(dsl::client_id.eq(client_id.as_str()));
    diesel::delete(own).execute(tx.conn())?;
    for uri in uris {
        insert_once!(tx, resources::table, (dsl::uri.eq(uri), dsl::client_id.eq(client_id.as_str())))?;
    }
    Ok(())
}
