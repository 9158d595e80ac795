//! Is this node fit to answer?

use super::Provider;
use crate::spec::PersonKeyId;
use crate::store::{meta, person_keys};

/// # Errors
/// One word for what is missing.
pub async fn ready(provider: &Provider) -> Result<(), &'static str> {
    if provider.published().is_none() {
        return Err("no signing key");
    }
    provider.keys.answers().map_err(|_| "key service unavailable")?;
    provider.store.read(|db| meta::value(db, "issuer")).await.map_err(|_| "storage unavailable")?;
    let nobodys = PersonKeyId::from_bytes([0; 16]);
    let keys = provider.person_keys.read(move |db| person_keys::by_id(db, &nobodys)).await;
    keys.map(drop).map_err(|_| "key store unavailable")
}
