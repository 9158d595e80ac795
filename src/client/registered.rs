//! A registered client: metadata that was validated, and the sector that was decided then and never moves.

use super::metadata::{AuthMethod, ClientMetadata, Environment};
use super::validation::MetadataError;
use super::{resource, sector, validation};
use crate::keys::{KeyError, Keys, Sealable};
use crate::spec::{ClientId, ClientSecret, Sector, TokenHash};
use rand::{CryptoRng, RngExt};
use serde::{Deserialize, Serialize};

/// A website, or an app.
#[derive(Clone, Debug)]
pub struct Client {
    pub client_id: ClientId,
    pub sector: Sector,
    pub metadata: ClientMetadata,
    /// Counts the changes.
    pub version: i64,
    kept: Kept,
}

/// What is kept of a client's secret (PROTOCOL 14).
#[derive(Clone, Debug, Default)]
enum Kept {
    #[default]
    Nothing,
    Hash(TokenHash),
    /// For `client_secret_jwt`, which needs the secret itself.
    Sealed(Vec<u8>),
}

impl Kept {
    /// Whether a client of `method` can be known by this.
    const fn serves(&self, method: AuthMethod) -> bool {
        match (self, method) {
            (Self::Hash(_), AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)
            | (Self::Sealed(_), AuthMethod::ClientSecretJwt) => true,
            (Self::Nothing | Self::Hash(_) | Self::Sealed(_), _) => false,
        }
    }
}

/// A secret as its row holds it, bound to its client: in another's row it opens nothing.
#[derive(Serialize, Deserialize)]
struct SealedSecret {
    client_id: String,
    secret: String,
}

impl Sealable for SealedSecret {
    const PURPOSE: &'static str = "client-secret";
    const CLASSES: &'static [usize] = &[128, 512];
    const LIMIT: usize = 1024;
}

/// What a row's text holds.
#[derive(Serialize, Deserialize)]
struct Stored<M> {
    sector: Sector,
    metadata: M,
}

/// A row's text is no client of this version.
#[derive(Debug, thiserror::Error)]
#[error("the stored client cannot be read: {0}")]
pub struct NotStored(#[from] serde_json::Error);

impl Client {
    /// A fresh id: sixteen characters that need no encoding anywhere.
    pub fn fresh_id(rng: &mut dyn CryptoRng) -> ClientId {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        ClientId::new((0..16).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect())
    }

    /// Registers a client, without a secret yet, and fixes its sector.
    ///
    /// A `sector_identifier_uri` is taken at its word: whoever registers over HTTP must have fetched it and found every
    /// redirect URI in it (OpenID Connect Registration §5), or one client could take another's subs.
    ///
    /// # Errors
    /// The first rule that the metadata breaks.
    pub fn register(
        client_id: ClientId,
        metadata: ClientMetadata,
        environment: Environment,
    ) -> Result<Self, MetadataError> {
        validation::check(&metadata, environment)?;
        let sector = sector::decide(&client_id, &metadata)?;
        resource::check(&metadata.resources, &sector)?;
        Ok(Self { client_id, sector, metadata, version: 1, kept: Kept::Nothing })
    }

    /// This client with other metadata, its secret and sector kept.
    ///
    /// # Errors
    /// A broken rule, or a change of sector: every person would become a stranger to the website (PROTOCOL 3).
    pub fn update(self, metadata: ClientMetadata, environment: Environment) -> Result<Self, MetadataError> {
        validation::check(&metadata, environment)?;
        let sector = sector::decide(&self.client_id, &metadata)?;
        if sector != self.sector {
            return Err(MetadataError::SectorMoves { from: self.sector.to_string(), to: sector.to_string() });
        }
        resource::check(&metadata.resources, &sector)?;
        // A hash cannot become the secret that client_secret_jwt needs: such a client is issued another one.
        let kept = if self.kept.serves(metadata.token_endpoint_auth_method) { self.kept } else { Kept::Nothing };
        Ok(Self { metadata, kept, ..self })
    }

    /// Gives the client a fresh secret in place of any older one; `None` where its method needs none. Shown once.
    ///
    /// # Errors
    /// Only what the keys cannot do.
    pub fn issue_secret(&mut self, keys: &Keys, rng: &mut dyn CryptoRng) -> Result<Option<ClientSecret>, KeyError> {
        let method = self.metadata.token_endpoint_auth_method;
        if !method.has_secret() {
            return Ok(None);
        }
        let secret = ClientSecret::random(rng);
        if method == AuthMethod::ClientSecretJwt {
            let sealed = SealedSecret { client_id: self.client_id.to_string(), secret: secret.expose().to_owned() };
            self.kept = Kept::Sealed(keys.seal_bytes(&sealed, rng)?);
        } else {
            self.set_secret(&secret);
        }
        Ok(Some(secret))
    }

    /// Makes `secret` the client's own, known by its hash. For secrets that were chosen elsewhere: a demo, a test suite's
    /// configuration.
    pub fn set_secret(&mut self, secret: &ClientSecret) {
        self.kept = Kept::Hash(secret.hash());
    }

    /// All that the store keeps of the secret, unless the client signs with it.
    pub fn secret_hash(&self) -> Option<&TokenHash> {
        match &self.kept {
            Kept::Hash(hash) => Some(hash),
            Kept::Nothing | Kept::Sealed(_) => None,
        }
    }

    /// Whether this is the client's own secret, in whichever form it is kept.
    pub fn owns(&self, secret: &ClientSecret, keys: &Keys) -> bool {
        match &self.kept {
            Kept::Nothing => false,
            Kept::Hash(own) => own.matches(&secret.hash()),
            Kept::Sealed(_) => self.sealed_secret(keys).is_some_and(|own| own.hash().matches(&secret.hash())),
        }
    }

    /// The secret as its row holds it, of a client that signs with it.
    pub fn sealed_secret_bytes(&self) -> Option<&[u8]> {
        match &self.kept {
            Kept::Sealed(sealed) => Some(sealed),
            Kept::Nothing | Kept::Hash(_) => None,
        }
    }

    /// The secret that this client signs with.
    pub(super) fn sealed_secret(&self, keys: &Keys) -> Option<ClientSecret> {
        let opened: SealedSecret = keys.open_bytes(self.sealed_secret_bytes()?).ok()?;
        (opened.client_id == self.client_id.as_str()).then(|| ClientSecret::new(opened.secret))
    }

    /// The text for the client's row.
    ///
    /// # Errors
    /// The metadata is no JSON, which no valid metadata is.
    pub fn to_stored(&self) -> Result<String, NotStored> {
        Ok(serde_json::to_string(&Stored { sector: self.sector.clone(), metadata: &self.metadata })?)
    }

    /// A client from its row.
    ///
    /// # Errors
    /// [`NotStored`].
    pub fn from_stored(
        client_id: ClientId,
        version: i64,
        text: &str,
        secret_hash: Option<TokenHash>,
        sealed_secret: Option<Vec<u8>>,
    ) -> Result<Self, NotStored> {
        let Stored { sector, metadata } = serde_json::from_str(text)?;
        let kept = match (secret_hash, sealed_secret) {
            (_, Some(sealed)) => Kept::Sealed(sealed),
            (Some(hash), None) => Kept::Hash(hash),
            (None, None) => Kept::Nothing,
        };
        Ok(Self { client_id, sector, metadata, version, kept })
    }

    /// A web client with the defaults, for the tests of other rooms.
    #[cfg(test)]
    pub fn for_tests(client_id: &str, redirect_uris: &[&str]) -> Self {
        let metadata = ClientMetadata {
            client_name: client_id.to_owned(),
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            ..ClientMetadata::default()
        };
        Self::register(ClientId::new(client_id.to_owned()), metadata, Environment::Sandbox).expect("valid metadata")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn a_client_survives_its_row() {
        let mut client = Client::for_tests("c", &["https://a.example/cb"]);
        let keys = Keys::for_tests("https://hufu.example");
        let secret = client.issue_secret(&keys, &mut StdRng::seed_from_u64(1)).unwrap().expect("a secret");
        let text = client.to_stored().unwrap();
        let again =
            Client::from_stored(client.client_id.clone(), 3, &text, client.secret_hash().copied(), None).unwrap();
        assert!(again.secret_hash().is_some_and(|hash| hash.matches(&secret.hash())));
        assert_eq!((again.metadata, again.sector, again.version), (client.metadata, client.sector, 3));
    }

    /// PROTOCOL 3: "An update that would change it is refused."
    #[test]
    fn an_update_that_would_change_the_sector_is_refused() {
        let client = Client::for_tests("c", &["https://a.example/cb"]);
        let moved = |uri: &str| {
            let metadata = ClientMetadata { redirect_uris: vec![uri.to_owned()], ..client.metadata.clone() };
            client.clone().update(metadata, Environment::Sandbox)
        };
        assert!(moved("https://a.example/other").is_ok());
        assert!(matches!(moved("https://b.example/cb"), Err(MetadataError::SectorMoves { .. })));
    }

    /// PROTOCOL 14: what is kept of a secret follows from the method, and a hash never becomes a secret.
    #[test]
    fn a_change_of_method_keeps_only_what_serves_it() {
        let keys = Keys::for_tests("https://hufu.example");
        let mut client = Client::for_tests("c", &["https://a.example/cb"]);
        client.issue_secret(&keys, &mut StdRng::seed_from_u64(1)).unwrap();
        let with = |client: &Client, method| {
            let metadata = ClientMetadata { token_endpoint_auth_method: method, ..client.metadata.clone() };
            client.clone().update(metadata, Environment::Sandbox).unwrap()
        };
        assert!(with(&client, AuthMethod::ClientSecretPost).secret_hash().is_some());
        assert!(with(&client, AuthMethod::None).secret_hash().is_none());
        let mut signing = with(&client, AuthMethod::ClientSecretJwt);
        assert!(signing.secret_hash().is_none() && signing.sealed_secret(&keys).is_none());
        signing.issue_secret(&keys, &mut StdRng::seed_from_u64(2)).unwrap();
        assert!(signing.secret_hash().is_none() && signing.sealed_secret(&keys).is_some());
        assert!(with(&signing, AuthMethod::ClientSecretBasic).sealed_secret(&keys).is_none());
    }

    #[test]
    fn a_fresh_id_is_short_and_needs_no_encoding() {
        let id = Client::fresh_id(&mut StdRng::seed_from_u64(1));
        assert!(id.len() <= 24 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
