//! What is in the outbox, as the operator sees it.

use crate::authn::Addressee;
use crate::flow::{Provider, Unavailable};
use crate::spec::Timestamp;
use crate::store::outbox;

/// What waits for one website, as the operator sees it: whose sessions they were is not said.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub client_id: String,
    pub attempts: i64,
    pub due: Timestamp,
    pub trouble: String,
}

/// Everything that waits, up to `most` rows, that which is due first before the rest.
///
/// # Errors
/// Unavailable storage.
pub async fn waiting(provider: &Provider, most: i64) -> Result<Vec<Waiting>, Unavailable> {
    let rows = provider.store.read(move |db| outbox::waiting(db, most)).await?;
    let mut all = Vec::new();
    for row in rows {
        let letter = super::open(provider, &row.sealed).await?;
        let (letter, _) = letter.ok_or_else(|| Unavailable::damaged("outbox"))?;
        let ids = match letter.to {
            Addressee::Everybody(list) => list.iter().map(|id| id.as_str().to_owned()).collect(),
            Addressee::One(id) => vec![id],
        };
        all.extend(ids.into_iter().map(|client_id| Waiting {
            client_id,
            attempts: row.attempts,
            due: row.due,
            trouble: letter.trouble.clone(),
        }));
    }
    Ok(all)
}
