//! Why a website was not told of a sign-out; and, when a day is over, how its developer reads of it.

use crate::client::NoRecipient;
use crate::flow::FetchError;
use crate::flow::encryption::NotEncrypted;
use crate::keys::KeyError;
use crate::spec::{OAuthError, Refusal, Refuse};

/// Why one call came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Recipient(#[from] NoRecipient),
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl From<NotEncrypted> for Trouble {
    fn from(error: NotEncrypted) -> Self {
        match error {
            NotEncrypted::NoRecipient(error) => error.into(),
            NotEncrypted::Busy => FetchError::Busy.into(),
        }
    }
}

/// A website that was not told.
#[derive(Debug, thiserror::Error)]
#[error("{uri}: {trouble}")]
pub(super) struct NotTold {
    pub uri: String,
    pub trouble: String,
}

impl Refuse for NotTold {
    fn refusal(&self) -> Refusal {
        Refusal::new(OAuthError::InvalidRequest, "logout.given_up")
            .received(&self.trouble)
            .expected("200 or 204 within five seconds (Back-Channel Logout 1.0 §2.8)")
            .fix("mend the server behind backchannel_logout_uri; sign-outs of that day are not told again")
            .registered(&self.uri)
    }
}
