//! Is this node fit to answer?

use super::Provider;
use crate::store::meta;

/// # Errors
/// One word for what is missing.
pub async fn ready(provider: &Provider) -> Result<(), &'static str> {
    if provider.published().is_none() {
        return Err("no signing key");
    }
    provider.keys.answers().map_err(|_| "key service unavailable")?;
    provider.store.read(|db| meta::value(db, "issuer")).await.map(|_| ()).map_err(|_| "storage unavailable")
}
