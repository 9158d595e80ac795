//! The only place where a sub is made. PROTOCOL 2; OpenID Connect Core §8.1. Vectors: docs/sub-vectors.json.

use super::service::{KeyError, KeyService, RootKey};
use crate::spec::{Handle, Sector};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::fmt;

const LABEL: &[u8] = b"hufu/sub/v1";

/// Which pairwise key a person's subs are computed with: fixed when the person is made, so rotation moves no sub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u16);

/// What a website knows a person by. Always computed, never read back, never logged.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Sub(String);

impl Sub {
    /// `base64url(HMAC-SHA-256(K_pairwise[epoch], "hufu/sub/v1" ‖ 0x00 ‖ sector ‖ 0x00 ‖ handle))`.
    pub(super) fn compute(
        service: &dyn KeyService,
        sector: &Sector,
        handle: &Handle,
        epoch: Epoch,
    ) -> Result<Self, KeyError> {
        let input = [LABEL, b"\0", sector.as_str().as_bytes(), b"\0", handle.expose()];
        service.prf(RootKey::Pairwise, epoch.0, &input).map(|mac| Self(BASE64URL_NOPAD.encode(&mac)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sub([redacted])")
    }
}
