//! A registered passkey, as its row keeps it sealed.

use super::PasskeyRefused;
use crate::keys::Sealable;
use crate::spec::Assurance;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use webauthn_rs::prelude::{AttestationMetadata, ParsedAttestation, ParsedAttestationData, Passkey};

/// Characters of the name that a person gives a passkey.
const NAME_CHARACTERS: usize = 60;

/// A registered passkey, as it is sealed in its row.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredPasskey {
    /// webauthn-rs's own JSON: its types do not survive a format that does not describe itself.
    credential: String,
    name: String,
    attested: Option<Attested>,
}

/// A maker whom the operator trusts vouched for the passkey when it was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// The model, as WebAuthn writes it (AAGUID, §6.5.2): for its owner's eyes only.
    pub aaguid: String,
}

impl StoredPasskey {
    /// The name that the person gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same passkey under another name: one line, cut to sixty characters.
    #[must_use]
    pub fn renamed(mut self, name: &str) -> Self {
        self.name = name.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS).collect();
        self
    }

    /// The credential id: its keyed digest is the row's unique column.
    ///
    /// # Errors
    /// The row holds no passkey.
    pub fn credential_id(&self) -> Result<Vec<u8>, PasskeyRefused> {
        self.passkey().map(|passkey| passkey.cred_id().clone())
    }

    /// The model, where its maker vouched for it.
    pub fn aaguid(&self) -> Option<&str> {
        self.attested.as_ref().map(|attested| attested.aaguid.as_str())
    }

    /// Whether the key can leave its device: by its maker's word, or by its backup eligibility, which never changes (WebAuthn
    /// §6.1.3).
    ///
    /// # Errors
    /// The row holds no passkey.
    pub fn assurance(&self) -> Result<Assurance, PasskeyRefused> {
        if self.attested.is_some() {
            return Ok(Assurance::Attested);
        }
        let credential: Value = serde_json::from_str(&self.credential).map_err(|_| PasskeyRefused::UnreadableRow)?;
        match credential.pointer("/cred/backup_eligible").and_then(Value::as_bool) {
            Some(true) => Ok(Assurance::Synced),
            Some(false) => Ok(Assurance::DeviceBound),
            None => Err(PasskeyRefused::UnreadableRow),
        }
    }

    pub(super) fn passkey(&self) -> Result<Passkey, PasskeyRefused> {
        serde_json::from_str(&self.credential).map_err(|_| PasskeyRefused::UnreadableRow)
    }

    pub(super) fn with(passkey: &Passkey, name: &str, attested: Option<Attested>) -> Result<Self, PasskeyRefused> {
        let mut credential = serde_json::to_value(passkey).map_err(|_| PasskeyRefused::UnreadableRow)?;
        // What was said is kept in one word; the maker's certificates, which say more of the device, are not.
        let none = ParsedAttestation { data: ParsedAttestationData::None, metadata: AttestationMetadata::None };
        credential["cred"]["attestation"] = serde_json::to_value(none).map_err(|_| PasskeyRefused::UnreadableRow)?;
        Ok(Self { credential: credential.to_string(), name: String::new(), attested }.renamed(name))
    }

    /// The same passkey after its counter moved.
    pub(super) fn moved(&self, passkey: &Passkey) -> Result<Self, PasskeyRefused> {
        Self::with(passkey, &self.name, self.attested.clone())
    }
}

impl fmt::Debug for StoredPasskey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPasskey([redacted])")
    }
}
impl Sealable for StoredPasskey {
    const PURPOSE: &'static str = "passkey";
    const CLASSES: &'static [usize] = &[1024, 2048];
}
