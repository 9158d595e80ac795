//! Turns a persona into rows: the same doors as for a real person, with secrets that the sandbox keeps beside.
//!
//! What a persona types is made once ([`invent`]) and kept in the data directory; [`Tools::rows`] makes the database's half of
//! it. A start inserts whoever is missing, so a start that was cut off is completed by the next one.

use super::authenticator;
use super::data::Secrets;
use super::registry::{Identity, Persona, Standing, Way};
use crate::authn::{Challenge, CodeSource, PasskeyRefused, Passkeys, Rack, choose_pin};
use crate::document::{DocumentKind, DocumentNumber};
use crate::keys::{KeyError, Keys, PersonKey, TagPurpose};
use crate::person::{
    self, Applicant, Attributes, DocumentProof, Evidence, FaceProof, NetworkNumber, PersonSecrets, PersonState,
    PhoneNumber, Uniqueness, WebauthnUserId,
};
use crate::spec::{BirthDate, CredentialDigest, NumberDigest, PasskeyId, PersonId, Pin, Timestamp};
use crate::store::passkeys::PasskeyRow;
use crate::store::person_keys::PersonKeyRow;
use crate::store::persons::PersonRow;
use crate::store::{StoreError, Tx, passkeys, persons};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use rand::CryptoRng;
use std::sync::Arc;

/// Why a persona could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("the persona's passkey: {0}")]
    Passkey(#[from] PasskeyRefused),
    #[error("sandbox.json: {0} of {1} is damaged")]
    Damaged(&'static str, String),
    #[error("no PIN can be hashed at the moment")]
    Busy,
}

/// The rows of one persona.
pub struct Rows {
    /// For the key store, before the others.
    pub key: PersonKeyRow,
    pub person: PersonRow,
    pub attributes: Vec<u8>,
    pub passkey: Option<PasskeyRow>,
}

/// What rows are made with.
pub struct Tools<'a> {
    pub keys: &'a Keys,
    pub passkeys: &'a Passkeys,
    pub rack: &'a Arc<Rack>,
    pub now: Timestamp,
    /// The year that the sandbox was made in.
    pub year: i32,
}

/// Fresh secrets for `persona`, in a sandbox that was made in `year`.
///
/// # Errors
/// The system makes no key.
pub fn invent(persona: &Persona, year: i32, keys: &Keys, rng: &mut dyn CryptoRng) -> Result<Secrets, SeedError> {
    let mut secrets = Secrets {
        key: persona.key.to_string(),
        network_number: NetworkNumber::random(rng).grouped(),
        ..Secrets::default()
    };
    if persona.way != Way::Passkey {
        secrets.pin = Some(pin(BirthDate::parse(&persona.identity(year).birthdate), rng));
    }
    match persona.way {
        Way::PinAndCode => {
            let mut seed = [0; 20];
            rng.fill_bytes(&mut seed);
            secrets.seed = Some(BASE32_NOPAD.encode(&seed));
        }
        Way::FixedCode => secrets.fixed_code = Some(eight_digits(rng)),
        Way::Passkey => {
            let made = authenticator::passkey(keys.issuer(), rng);
            secrets.passkey = Some(made.ok_or_else(|| KeyError::Unavailable("no new passkey".into()))?);
        }
        Way::PinOnly => {}
    }
    Ok(secrets)
}

impl Secrets {
    /// The persona's number.
    ///
    /// # Errors
    /// The file was changed by hand.
    pub fn number(&self) -> Result<NetworkNumber, SeedError> {
        NetworkNumber::parse(&self.network_number).map_err(|_| self.damaged("network_number"))
    }

    /// Where the persona's codes come from; `None` for one without.
    ///
    /// # Errors
    /// The file was changed by hand.
    pub fn code_source(&self) -> Result<Option<CodeSource>, SeedError> {
        if let Some(code) = &self.fixed_code {
            return CodeSource::fixed(code).map(Some).ok_or_else(|| self.damaged("fixed_code"));
        }
        let Some(seed) = &self.seed else { return Ok(None) };
        let seed = BASE32_NOPAD.decode(seed.as_bytes()).ok().and_then(|seed| seed.try_into().ok());
        seed.map(|seed| Some(CodeSource::Totp(seed))).ok_or_else(|| self.damaged("seed"))
    }

    fn damaged(&self, what: &'static str) -> SeedError {
        SeedError::Damaged(what, self.key.clone())
    }
}

impl Tools<'_> {
    /// What the persona's row is found by.
    pub fn number_digest(&self, number: &NetworkNumber) -> NumberDigest {
        NumberDigest::from_bytes(self.keys.tag(TagPurpose::Number, &[number.expose()]))
    }

    /// The rows of `persona`. Hashes a PIN: not for a thread that answers.
    ///
    /// # Errors
    /// See [`SeedError`].
    pub fn rows(&self, persona: &Persona, secrets: &Secrets, rng: &mut dyn CryptoRng) -> Result<Rows, SeedError> {
        let pin_hash = secrets.pin.as_ref().map(|pin| self.pin_hash(&Pin::new(pin.as_str()), rng)).transpose()?;
        self.rows_with(persona, secrets, pin_hash, rng)
    }

    /// The rows of `persona`, whose PIN has this hash.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub fn rows_with(
        &self,
        persona: &Persona,
        secrets: &Secrets,
        pin_hash: Option<String>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Rows, SeedError> {
        let number = secrets.number()?;
        let number_digest = self.number_digest(&number);
        let (standing, state) = match persona.standing {
            Standing::Active => (person::Standing::Adult, PersonState::Active),
            Standing::Suspended => (person::Standing::Adult, PersonState::Suspended),
            Standing::Under18 => (person::Standing::Under18, PersonState::Active),
            Standing::Under14 => (person::Standing::Under14, PersonState::Active),
        };
        let applicant =
            Applicant { standing, evidence: evidence(self.now), registry_ref: Some(persona.registry_ref()) };
        let mut sealed = PersonSecrets::random(self.keys.current_epoch().0, applicant, rng);
        sealed.number = number;
        if let Some(passkey) = &secrets.passkey {
            let handle = BASE64URL_NOPAD.decode(passkey.user_handle.as_bytes()).ok();
            let handle = handle.and_then(|handle| <[u8; 16]>::try_from(handle).ok());
            sealed.webauthn_user = WebauthnUserId::from_bytes(handle.ok_or_else(|| secrets.damaged("passkey"))?);
        }
        let id = PersonId::random(rng);
        let key = PersonKey::random(rng);
        let passkey = self.passkey_row(&id, &sealed, secrets, rng)?;
        let totp = secrets.code_source()?.map(|source| self.keys.seal_bytes(&source, rng)).transpose()?;
        let person = PersonRow {
            id,
            number_digest,
            sealed: self.keys.seal_for(&key, &sealed, rng)?,
            state: state.text().to_owned(),
            pin_hash,
            totp,
            totp_step: 0,
            version: 0,
            created_hour: self.now.hour(),
            // Whoever applies with a document of theirs is shown this number, and gets no second one.
            unique_digest: Some(self.keys.unique_digest(persona.registry_ref().expose())?),
            key_id: key.id(),
        };
        let attributes = attributes(persona.identity(self.year)).ok_or_else(|| secrets.damaged("key"))?;
        let attributes = self.keys.seal_for(&key, &attributes, rng)?;
        let sealed = self.keys.seal_person_key(&key, rng)?;
        let key = PersonKeyRow { id: key.id(), sealed, born_hour: Some(self.now.hour()) };
        Ok(Rows { key, person, attributes, passkey })
    }

    /// The hash of a PIN that is set now.
    ///
    /// # Errors
    /// No core is free.
    pub fn pin_hash(&self, pin: &Pin, rng: &mut dyn CryptoRng) -> Result<String, SeedError> {
        let pepper = self.keys.current_pepper_version();
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let place = self.rack.enter().map_err(|_| SeedError::Busy)?;
        Ok(place.hash(&self.keys.peppered(pepper, pin)?, pepper, salt).to_phc())
    }

    /// Registers the persona's passkey as a browser would.
    fn passkey_row(
        &self,
        person: &PersonId,
        sealed: &PersonSecrets,
        secrets: &Secrets,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<PasskeyRow>, SeedError> {
        let Some(passkey) = &secrets.passkey else { return Ok(None) };
        let challenge = Challenge::random(rng);
        let posted = authenticator::registration(passkey, self.keys.issuer(), challenge.as_bytes());
        let posted = posted.ok_or_else(|| secrets.damaged("passkey"))?;
        let stored = self.passkeys.register(&posted, &challenge, &sealed.webauthn_user, &[], "Sandbox")?;
        let credential_id = stored.credential_id()?;
        Ok(Some(PasskeyRow {
            id: PasskeyId::random(rng),
            person: *person,
            credential_digest: CredentialDigest::from_bytes(self.keys.tag(TagPurpose::Credential, &[&credential_id])),
            sealed: self.keys.seal_bytes(&stored, rng)?,
            created_hour: self.now.hour(),
        }))
    }
}

/// What the persona's document would have said.
fn attributes(identity: Identity) -> Option<Attributes> {
    Some(Attributes {
        name: identity.name,
        birthdate: BirthDate::parse(&identity.birthdate)?,
        nationality: Some("CHN".into()),
        sex: None,
        document: DocumentNumber::parse(DocumentKind::ResidentIdentityCard, &identity.document_number).ok()?,
        phone_number: Some(PhoneNumber::parse(&identity.phone).ok()?),
    })
}

impl Rows {
    /// Inserts the persona, whose key is in the key store already; `None` when somebody with that number is there.
    ///
    /// # Errors
    /// Unavailable storage.
    pub fn insert(&self, tx: &mut Tx) -> Result<Option<()>, StoreError> {
        if persons::by_number_digest(tx, &self.person.number_digest)?.is_some()
            || !persons::insert(tx, &self.person, Some(&self.attributes))?
        {
            return Ok(None);
        }
        if let Some(passkey) = &self.passkey {
            passkeys::add_at_most(tx, passkey, 1)?;
        }
        Ok(Some(()))
    }
}

/// What a persona was proved by: as if it had held its resident card to a reader, and its face before a camera.
pub fn evidence(now: Timestamp) -> Evidence {
    Evidence {
        document: DocumentProof::ResidentCard,
        face: FaceProof::Compared,
        uniqueness: Uniqueness::Registry,
        weak_hash: false,
        at: now.hour(),
    }
}

/// A PIN that the rules allow.
pub(super) fn pin(born: Option<BirthDate>, rng: &mut dyn CryptoRng) -> String {
    loop {
        let typed = eight_digits(rng);
        if choose_pin(&Pin::new(typed.as_str()), born).is_ok() {
            return typed;
        }
    }
}

fn eight_digits(rng: &mut dyn CryptoRng) -> String {
    let mut random = [0; 8];
    rng.fill_bytes(&mut random);
    format!("{:08}", u64::from_be_bytes(random) % 100_000_000)
}
