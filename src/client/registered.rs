//! A registered client: metadata that was validated, and the sector that was decided then and never moves.

use super::metadata::{ClientMetadata, Environment};
use super::validation::MetadataError;
use super::{sector, validation};
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
    secret_hash: Option<TokenHash>,
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
        Ok(Self { client_id, sector, metadata, version: 1, secret_hash: None })
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
        let secret_hash = self.secret_hash.filter(|_| metadata.token_endpoint_auth_method.has_secret());
        Ok(Self { metadata, secret_hash, ..self })
    }

    /// Gives the client a fresh secret in place of any older one; `None` where its method needs none. Shown once.
    pub fn issue_secret(&mut self, rng: &mut dyn CryptoRng) -> Option<ClientSecret> {
        self.metadata.token_endpoint_auth_method.has_secret().then(|| {
            let secret = ClientSecret::random(rng);
            self.set_secret(&secret);
            secret
        })
    }

    /// Makes `secret` the client's own. For secrets that were chosen elsewhere: a demo, a test suite's configuration.
    pub fn set_secret(&mut self, secret: &ClientSecret) {
        self.secret_hash = Some(secret.hash());
    }

    /// All that the store keeps of the secret.
    pub fn secret_hash(&self) -> Option<&TokenHash> {
        self.secret_hash.as_ref()
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
    ) -> Result<Self, NotStored> {
        let Stored { sector, metadata } = serde_json::from_str(text)?;
        Ok(Self { client_id, sector, metadata, version, secret_hash })
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
        client.issue_secret(&mut StdRng::seed_from_u64(1)).unwrap();
        let text = client.to_stored().unwrap();
        let again = Client::from_stored(client.client_id.clone(), 3, &text, client.secret_hash).unwrap();
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

    #[test]
    fn a_fresh_id_is_short_and_needs_no_encoding() {
        let id = Client::fresh_id(&mut StdRng::seed_from_u64(1));
        assert!(id.len() <= 24 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
