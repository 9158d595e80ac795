//! The one failure that every flow shares.

use crate::keys::KeyError;
use crate::store::StoreError;
use tracing::error;

/// The storage cannot be had, or does not understand itself. 503 with `Retry-After`; nothing was acknowledged.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(String);

impl Unavailable {
    /// A row of ours that does not open: another key ring, or a damaged database.
    pub(super) fn damaged(what: &'static str) -> Self {
        error!(target: "hufu::store", what, "a stored value does not open");
        Self(format!("{what} does not open"))
    }

    /// What another row says is there, is not.
    pub(super) fn missing(what: &'static str) -> Self {
        error!(target: "hufu::store", what, "a stored value is missing");
        Self(format!("{what} is missing"))
    }

    /// This node has as much to do as it can bear.
    pub(super) fn busy() -> Self {
        Self("this node is busy".to_owned())
    }
}

impl From<StoreError> for Unavailable {
    fn from(cause: StoreError) -> Self {
        error!(target: "hufu::store", %cause, "storage failed");
        metrics::counter!("hufu_store_failures_total").increment(1);
        Self(cause.to_string())
    }
}

impl From<KeyError> for Unavailable {
    fn from(cause: KeyError) -> Self {
        error!(target: "hufu::keys", %cause, "key service failed");
        metrics::counter!("hufu_key_failures_total").increment(1);
        Self(cause.to_string())
    }
}
