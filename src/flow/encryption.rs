//! Whom a response is encrypted to: the website's own key, as it is now. OpenID Connect Core §10.2.

use super::client_keys::{ClientKeys, NoClientKeys};
use super::fetch::FetchError;
use crate::client::{Client, Encryption, NoRecipient};
use crate::keys::Recipient;
use crate::token::TokenError;

/// Why a response cannot be encrypted.
#[derive(Debug)]
pub(super) enum NotEncrypted {
    /// The client has no key for it.
    NoRecipient(NoRecipient),
    /// Its keys were not asked for: as much is being fetched as we bear.
    Busy,
}

impl From<NotEncrypted> for TokenError {
    fn from(error: NotEncrypted) -> Self {
        match error {
            NotEncrypted::NoRecipient(error) => error.into(),
            NotEncrypted::Busy => Self::Unavailable,
        }
    }
}

/// The recipient of what the client wants `encrypted`; `None` when it wants nothing encrypted.
///
/// # Errors
/// Its keys cannot be had, or none of them fits.
pub(super) async fn recipient(
    keys: &ClientKeys,
    client: &Client,
    encrypted: Option<Encryption>,
) -> Result<Option<Recipient>, NotEncrypted> {
    let Some(Encryption { alg, enc }) = encrypted else { return Ok(None) };
    let because = |why: String| NotEncrypted::NoRecipient(NoRecipient { alg, why });
    let keys = keys.current(client, None).await.map_err(|error| match error {
        NoClientKeys::Fetch(FetchError::Busy) => NotEncrypted::Busy,
        other => because(other.to_string()),
    })?;
    keys.recipient(alg, enc).map(Some).ok_or_else(|| because("none of its keys is for that".to_owned()))
}
