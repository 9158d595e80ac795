//! Whose word about a passkey counts: the makers' roots that the operator trusts. WebAuthn Level 3 §6.5, §7.1 steps 20 to 24;
//! PROTOCOL 20.
//!
//! A passkey without a maker's word, or with one that does not verify, is a passkey all the same: it only counts for less.
//! What verifies is a packed or TPM statement, signed for this very registration, by a chain to one of the roots, about a key
//! that cannot leave its device.

use super::stored::Attested;
use super::{Challenge, resumed};
use std::fmt;
use tracing::debug;
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{
    AttestationCaList, AttestationMetadata, AttestedPasskeyRegistration, RegisterPublicKeyCredential, Uuid,
};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// The makers' root certificates.
#[derive(Clone)]
pub struct AttestationRoots(AttestationCaList);

/// A file of roots holds something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARoot {
    #[error("it holds no certificate in PEM")]
    None,
    #[error("its certificate number {0} cannot be read")]
    Unreadable(usize),
}

impl AttestationRoots {
    /// Reads certificates in PEM, one or several.
    ///
    /// # Errors
    /// As [`NotARoot`].
    pub fn parse(pem: &str) -> Result<Self, NotARoot> {
        let mut roots = AttestationCaList::default();
        for (at, rest) in pem.split(BEGIN).skip(1).enumerate() {
            let one = format!("{BEGIN}{rest}");
            let root = AttestationCaList::try_from(one.trim().as_bytes());
            roots.union(&root.map_err(|_| NotARoot::Unreadable(at + 1))?);
        }
        if roots.is_empty() { Err(NotARoot::None) } else { Ok(Self(roots)) }
    }

    /// What a maker vouches for, if one of these does. `credential` is registered already.
    pub(super) fn vouch(
        &self,
        webauthn: &Webauthn,
        credential: &RegisterPublicKeyCredential,
        challenge: &Challenge,
    ) -> Option<Attested> {
        let (_, state) =
            webauthn.start_attested_passkey_registration(Uuid::nil(), "-", "-", None, self.0.clone(), None).ok()?;
        let state = serde_json::to_value(state).ok()?;
        let state: AttestedPasskeyRegistration = resumed(&state, "/rs/challenge", challenge).ok()?;
        let attested = webauthn
            .finish_attested_passkey_registration(credential, &state)
            .inspect_err(|cause| debug!(target: "hufu::signin", %cause, "a passkey without a maker's word"))
            .ok()?;
        match attested.attestation().metadata {
            AttestationMetadata::Packed { aaguid } | AttestationMetadata::Tpm { aaguid, .. } => {
                Some(Attested { aaguid: aaguid.to_string() })
            }
            _ => None,
        }
    }
}

impl fmt::Debug for AttestationRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttestationRoots({})", self.0.len())
    }
}
