//! Websites as this node last read them. The row is read each time and decides; what is spared is to parse one that has not changed.
//!
//! Must not answer for a row that nobody read: a website that was changed or removed elsewhere is so here at once.

use super::{Unavailable, register};
use crate::client::Client;
use crate::spec::ClientId;
use crate::store::clients::ClientRow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Websites that one node remembers: some megabytes.
const MOST: usize = 1_024;

#[derive(Default)]
pub(super) struct KnownClients(Mutex<HashMap<ClientId, (ClientRow, Arc<Client>)>>);

impl KnownClients {
    /// The website of this row.
    ///
    /// # Errors
    /// As [`register::from_row`].
    pub(super) fn of(&self, row: ClientRow) -> Result<Arc<Client>, Unavailable> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, client)) = known().get(&row.client_id)
            && makes_the_same(last, &row)
        {
            return Ok(Arc::clone(client));
        }
        let client = register::from_row(row.clone())?;
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(row.client_id.clone(), (row, Arc::clone(&client)));
        Ok(client)
    }
}

/// Whether both rows are one [`Client`]: whatever is new in a row has to be named here.
fn makes_the_same(last: &ClientRow, row: &ClientRow) -> bool {
    let ClientRow { client_id, version, metadata, secret_hash, sealed_secret, registration_hash: _, expires_day: _ } =
        last;
    let secret_stands = match (secret_hash, &row.secret_hash) {
        (Some(last), Some(now)) => last.matches(now),
        (last, now) => last.is_none() && now.is_none(),
    };
    secret_stands
        && *client_id == row.client_id
        && *version == row.version
        && *metadata == row.metadata
        && *sealed_secret == row.sealed_secret
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(client_id: &str, redirect_uri: &str) -> ClientRow {
        let client = Client::for_tests(client_id, &[redirect_uri]);
        ClientRow {
            client_id: client.client_id.clone(),
            version: 1,
            metadata: client.to_stored().expect("JSON"),
            secret_hash: None,
            sealed_secret: None,
            registration_hash: None,
            expires_day: None,
        }
    }

    #[test]
    fn a_row_that_has_not_changed_is_parsed_once_and_one_that_has_is_believed() {
        let known = KnownClients::default();
        let of = |row: &ClientRow| known.of(row.clone()).expect("a website");
        let first = row("a", "https://a.example/cb");
        let parsed = of(&first);
        assert!(Arc::ptr_eq(&parsed, &of(&first)));
        let sealed = ClientRow { sealed_secret: Some(vec![1]), ..first.clone() };
        assert!(of(&sealed).sealed_secret_bytes().is_some() && of(&first).sealed_secret_bytes().is_none());
        let moved = row("a", "https://a.example/elsewhere");
        assert_eq!(of(&moved).metadata.redirect_uris, ["https://a.example/elsewhere"]);
        assert_eq!(of(&first).metadata.redirect_uris, ["https://a.example/cb"]);
        assert!(known.of(ClientRow { metadata: "{".to_owned(), ..first }).is_err());
    }

    #[test]
    fn a_node_remembers_no_more_than_it_may() {
        let known = KnownClients::default();
        for nth in 0..=MOST {
            known.of(row(&format!("c{nth}"), "https://a.example/cb")).expect("a website");
        }
        assert!(known.0.lock().expect("the memory").len() <= MOST);
    }
}
