//! Whom a response is encrypted to: the website's own key, as it is now. OpenID Connect Core §10.2.

use super::client_keys::ClientKeys;
use crate::client::{Client, Encryption, NoRecipient};
use crate::keys::Recipient;

/// The recipient of what the client wants `encrypted`; `None` when it wants nothing encrypted.
///
/// # Errors
/// Its keys cannot be had, or none of them fits.
pub(super) async fn recipient(
    keys: &ClientKeys,
    client: &Client,
    encrypted: Option<Encryption>,
) -> Result<Option<Recipient>, NoRecipient> {
    let Some(Encryption { alg, enc }) = encrypted else { return Ok(None) };
    let because = |why: String| NoRecipient { alg, why };
    let keys = keys.current(client, None).await.map_err(|error| because(error.to_string()))?;
    keys.recipient(alg, enc).map(Some).ok_or_else(|| because("none of its keys is for that".to_owned()))
}
