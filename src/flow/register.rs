//! Registration: a client's metadata, validated and stored; its secret is shown once. RFC 7591 §2; PROTOCOL 3, 14.

use super::{Bounds, FetchError, Mode, Provider, Unavailable};
use crate::client::{Client, ClientMetadata, Environment, MetadataError, RegistrationError};
use crate::keys::KeyError;
use crate::spec::{ClientId, ClientSecret};
use crate::store::clients::{self, ClientRow, Registration};
use crate::store::resources;
use std::sync::Arc;
use url::Url;

/// A new client. The secret is not kept: only its hash is.
pub struct Registered {
    pub client: Client,
    pub client_secret: Option<ClientSecret>,
}

/// Why a client is not registered.
#[derive(Debug, thiserror::Error)]
pub enum NotRegistered {
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error("the storage is unavailable")]
    Unavailable(#[from] Unavailable),
}

impl From<KeyError> for NotRegistered {
    fn from(error: KeyError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Whom this provider serves, as far as a client's metadata is concerned.
pub fn environment(mode: Mode) -> Environment {
    match mode {
        Mode::Sandbox => Environment::Sandbox,
        Mode::Production => Environment::Production,
    }
}

/// Validates and makes a client without storing it: `cli` writes it together with its audit record.
///
/// # Errors
/// The first member that breaks a rule.
pub fn prepare(provider: &Provider, metadata: ClientMetadata) -> Result<Registered, NotRegistered> {
    let mut rng = provider.rng();
    let mut client = Client::register(Client::fresh_id(&mut *rng), metadata, environment(provider.mode))?;
    let client_secret = client.issue_secret(&provider.keys, &mut *rng)?;
    Ok(Registered { client, client_secret })
}

/// Registers a client.
///
/// # Errors
/// As [`NotRegistered`].
pub async fn register(provider: &Provider, metadata: ClientMetadata) -> Result<Registered, NotRegistered> {
    let registered = prepare(provider, metadata)?;
    let row = to_row(&registered.client)?;
    let taken = provider.store.write(move |tx| {
        let taken = resources::taken(tx, &row.row.client_id, &row.resources)?;
        clients::insert(tx, &row)?;
        Ok(taken)
    });
    match taken.await.map_err(Unavailable::from)? {
        Some(uri) => Err(MetadataError::resource_taken(uri).into()),
        None => Ok(registered),
    }
}

/// Proves that the websites behind the redirect URIs share a sector: the file at `sector_identifier_uri` names them all.
/// Asked last, so that metadata which is bad anyhow makes us call nobody. OpenID Connect Registration §5.
///
/// # Errors
/// The file cannot be had, or lacks one; or as much is being fetched as we bear.
pub(super) async fn prove_sector(provider: &Provider, metadata: &ClientMetadata) -> Result<(), RegistrationError> {
    let Some(uri) = &metadata.sector_identifier_uri else { return Ok(()) };
    let failed = |why: String| RegistrationError::from(MetadataError::SectorFile { uri: uri.clone(), why });
    let url = Url::parse(uri).map_err(|error| failed(error.to_string()))?;
    let file = provider.websites.get(&url, Bounds::DOCUMENT).await.map_err(|error| match error {
        FetchError::Busy => RegistrationError::Unavailable,
        other => failed(other.to_string()),
    })?;
    let listed: Vec<String> =
        serde_json::from_slice(&file.body).map_err(|_| failed("it is no JSON array of strings".to_owned()))?;
    match metadata.redirect_uris.iter().find(|uri| !listed.contains(uri)) {
        Some(missing) => Err(failed(format!("{missing} is not in it"))),
        None => Ok(()),
    }
}

/// A client as its row keeps it, for as long as nobody removes it, and the resources that are written with it.
///
/// # Errors
/// Metadata that no JSON can hold, which validation lets nobody register.
pub fn to_row(client: &Client) -> Result<Registration, Unavailable> {
    let row = ClientRow {
        client_id: client.client_id.clone(),
        version: client.version,
        metadata: client.to_stored().map_err(|_| Unavailable::damaged("client"))?,
        secret_hash: client.secret_hash().copied(),
        sealed_secret: client.sealed_secret_bytes().map(<[u8]>::to_vec),
        registration_hash: None,
        expires_day: None,
    };
    Ok(Registration { row, resources: client.metadata.resources.clone() })
}

/// A client from its row.
///
/// # Errors
/// A row that this version did not write.
pub fn from_row(row: ClientRow) -> Result<Arc<Client>, Unavailable> {
    Client::from_stored(row.client_id, row.version, &row.metadata, row.secret_hash, row.sealed_secret)
        .map(Arc::new)
        .map_err(|_| Unavailable::damaged("client"))
}

/// A client by its id.
///
/// # Errors
/// Unavailable storage.
pub async fn by_id(provider: &Provider, id: ClientId) -> Result<Option<Arc<Client>>, Unavailable> {
    provider.store.read(move |db| clients::by_id(db, &id)).await?.map(from_row).transpose()
}
