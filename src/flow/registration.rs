//! A website registers itself, and keeps its registration up to date. RFC 7591 §3, RFC 7592 §2; PROTOCOL 3, 14.
//!
//! Whoever holds the registration access token is the client's owner. It is kept hashed, exchanged with every update, and
//! gone with the client. In the sandbox anybody may register; such a client is forgotten after a month.

use super::refusals::{self, Line};
use super::register::{NotRegistered, Registered, environment, from_row, prepare, prove_sector, to_row};
use super::{Mode, Provider};
use crate::client::{Client, InitialAccess, MetadataError, RegistrationError, RegistrationRequest};
use crate::spec::{BearerSecret, ClientId, ClientSecret, Timestamp, TokenHash, lifetime};
use crate::store::assertions;
use crate::store::clients::{self, ClientRow};
use crate::store::resources;
use serde_json::{Value, json};
use std::sync::Arc;

/// Clients that registered themselves without leave: no more than these at a time.
const MOST_UNASKED: i64 = 2000;

/// A registration, as its owner is told of it.
pub struct Registration {
    client: Client,
    /// Shown once.
    client_secret: Option<ClientSecret>,
    token: BearerSecret,
    expires: Option<Timestamp>,
    issued: Option<Timestamp>,
}

/// A refusal, and whose registration it was about: known only once its token has proven it.
#[derive(Debug)]
pub struct Refused {
    pub client_id: Option<ClientId>,
    pub error: RegistrationError,
}

impl From<RegistrationError> for Refused {
    fn from(error: RegistrationError) -> Self {
        Self { client_id: None, error }
    }
}

/// What the one write decided.
enum Decision {
    Done,
    TokenSpent,
    /// Until the first of those that registered themselves is forgotten.
    Full(Option<Timestamp>),
    /// Another client answers for it.
    ResourceTaken(String),
}

/// Registers a client (RFC 7591 §3.1).
///
/// # Errors
/// As RFC 7591 §3.2.2, and RFC 6750 §3.1 for the initial access token.
pub async fn create(provider: &Provider, bearer: Option<&str>, body: &[u8]) -> Result<Registration, RegistrationError> {
    let now = provider.now();
    let leave = match (bearer, provider.mode) {
        (Some(token), _) => Some(InitialAccess::open(token, &provider.keys, now)?.id),
        (None, Mode::Sandbox) => None,
        (None, Mode::Production) => return Err(RegistrationError::TokenMissing),
    };
    let request = RegistrationRequest::read(body, provider.bare_requests)?;
    let Registered { client, client_secret } = prepare(provider, request.metadata).map_err(told)?;
    if let Some(leave) = leave
        && provider
            .store
            .read(move |db| assertions::is_spent(db, &leave))
            .await
            .map_err(|_| RegistrationError::Unavailable)?
    {
        return Err(SPENT);
    }
    prove_sector(provider, &client.metadata).await?;

    let token = BearerSecret::random(&mut *provider.rng());
    // Whom the operator gave leave stays; the others go by themselves.
    let expires = leave.is_none().then(|| now.plus(lifetime::UNASKED_CLIENT).day());
    let mut row = to_row(&client).map_err(|_| RegistrationError::Unavailable)?;
    row.row = ClientRow { registration_hash: Some(token.hash()), expires_day: expires, ..row.row };
    let decision = provider.store.write(move |tx| {
        if let Some(uri) = resources::taken(tx, &row.row.client_id, &row.resources)? {
            return Ok(Decision::ResourceTaken(uri));
        }
        if expires.is_some() {
            return Ok(match clients::insert_at_most(tx, &row, MOST_UNASKED)? {
                true => Decision::Done,
                false => Decision::Full(clients::first_to_expire(tx)?),
            });
        }
        if let Some(leave) = leave
            && !assertions::spend(tx, &leave)?
        {
            return Ok(Decision::TokenSpent);
        }
        clients::insert(tx, &row)?;
        Ok(Decision::Done)
    });
    match decision.await.map_err(|_| RegistrationError::Unavailable)? {
        Decision::Done => Ok(Registration { client, client_secret, token, expires, issued: Some(now) }),
        Decision::TokenSpent => Err(SPENT),
        Decision::ResourceTaken(uri) => Err(MetadataError::resource_taken(uri).into()),
        Decision::Full(first) => {
            Err(RegistrationError::Full { wait: first.map_or(lifetime::UNASKED_CLIENT, |first| first.since(now)) })
        }
    }
}

const SPENT: RegistrationError = RegistrationError::InitialToken("one that was used before");

fn told(error: NotRegistered) -> RegistrationError {
    match error {
        NotRegistered::Metadata(error) => error.into(),
        NotRegistered::Unavailable(_) => RegistrationError::Unavailable,
    }
}

/// The registration as it stands (RFC 7592 §2.1).
///
/// # Errors
/// A token that is not this client's.
pub async fn read(provider: &Provider, id: ClientId, bearer: Option<&str>) -> Result<Registration, Refused> {
    let (row, token) = owned(provider, id, bearer).await?;
    let expires = row.expires_day;
    let client = from_row(row).map_err(|_| RegistrationError::Unavailable)?;
    Ok(Registration { client: Arc::unwrap_or_clone(client), client_secret: None, token, expires, issued: None })
}

/// Puts other metadata in place of the registered ones, whole (RFC 7592 §2.2). The secret stays, where one still serves.
///
/// # Errors
/// As [`create`]; also a sector that would move, and an update that came second.
pub async fn replace(
    provider: &Provider,
    id: ClientId,
    bearer: Option<&str>,
    body: &[u8],
) -> Result<Registration, Refused> {
    let (row, _) = owned(provider, id.clone(), bearer).await?;
    let refused = |error: RegistrationError| Refused { client_id: Some(id.clone()), error };
    let request = RegistrationRequest::read(body, provider.bare_requests).map_err(|error| refused(error.into()))?;
    if request.client_id.as_ref() != Some(&id) {
        let received = request.client_id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        return Err(refused(RegistrationError::ClientIdDiffers(received)));
    }
    let expires = row.expires_day;
    let client = from_row(row).map_err(|_| refused(RegistrationError::Unavailable))?;
    // "the value of this field MUST match the currently issued client secret for that client" (§2.2).
    if request.client_secret.as_ref().is_some_and(|sent| !client.owns(sent, &provider.keys)) {
        return Err(refused(RegistrationError::ClientSecretDiffers));
    }
    let metadata = |error: MetadataError| refused(error.into());
    let mut client =
        Arc::unwrap_or_clone(client).update(request.metadata, environment(provider.mode)).map_err(metadata)?;
    prove_sector(provider, &client.metadata).await.map_err(refused)?;

    let mut rng = provider.rng();
    let has_secret = client.secret_hash().is_some() || client.sealed_secret_bytes().is_some();
    let client_secret = match has_secret {
        true => None,
        false => client.issue_secret(&provider.keys, &mut *rng).map_err(|_| refused(RegistrationError::Unavailable))?,
    };
    let token = BearerSecret::random(&mut *rng);
    let mut row = to_row(&client).map_err(|_| refused(RegistrationError::Unavailable))?;
    row.row = ClientRow { registration_hash: Some(token.hash()), expires_day: expires, ..row.row };
    let (own, uris) = (id.clone(), row.resources.clone());
    let taken = provider.store.read(move |db| resources::taken(db, &own, &uris)).await;
    if let Some(uri) = taken.map_err(|_| refused(RegistrationError::Unavailable))? {
        return Err(metadata(MetadataError::resource_taken(uri)));
    }
    // Whoever changed it meanwhile exchanged the token too: this one is not the owner's any more.
    match provider.store.write(move |tx| clients::update(tx, &row)).await {
        Ok(true) => Ok(Registration { client, client_secret, token, expires, issued: None }),
        Ok(false) => Err(RegistrationError::RegistrationToken.into()),
        Err(_) => Err(refused(RegistrationError::Unavailable)),
    }
}

/// Removes the client (RFC 7592 §2.3). Its codes and tokens are looked up by client, and there is none any more.
///
/// # Errors
/// A token that is not this client's.
pub async fn remove(provider: &Provider, id: ClientId, bearer: Option<&str>) -> Result<(), Refused> {
    let (row, _) = owned(provider, id.clone(), bearer).await?;
    let refused = |error: RegistrationError| Refused { client_id: Some(id.clone()), error };
    let version = row.version;
    let client_id = row.client_id;
    let removed = provider.store.write(move |tx| match clients::by_id(tx, &client_id)? {
        Some(row) if row.version == version => clients::delete(tx, &client_id),
        _ => Ok(false),
    });
    match removed.await {
        Ok(true) => Ok(()),
        Ok(false) => Err(RegistrationError::RegistrationToken.into()),
        Err(_) => Err(refused(RegistrationError::Unavailable)),
    }
}

/// The client's flight recorder: what was refused of it during the last day.
///
/// # Errors
/// A token that is not this client's.
pub async fn errors(provider: &Provider, id: ClientId, bearer: Option<&str>) -> Result<Vec<Line>, Refused> {
    let (row, _) = owned(provider, id, bearer).await?;
    let lines = refusals::of_client(provider, row.client_id).await;
    Ok(lines.map_err(|_| RegistrationError::Unavailable)?)
}

/// The row of the client whose token it is. A client that is not there and a token that is wrong look the same.
async fn owned(
    provider: &Provider,
    id: ClientId,
    bearer: Option<&str>,
) -> Result<(ClientRow, BearerSecret), RegistrationError> {
    let token = BearerSecret::new(bearer.ok_or(RegistrationError::TokenMissing)?);
    let row = provider.store.read(move |db| clients::by_id(db, &id)).await;
    let row = row.map_err(|_| RegistrationError::Unavailable)?;
    let sent = token.hash();
    let own = |row: &ClientRow| row.registration_hash.as_ref().is_some_and(|kept: &TokenHash| kept.matches(&sent));
    row.filter(own).map(|row| (row, token)).ok_or(RegistrationError::RegistrationToken)
}

impl Registration {
    /// The client information response (RFC 7591 §3.2.1, RFC 7592 §3).
    pub fn document(&self, provider: &Provider) -> Value {
        let Client { client_id, metadata, .. } = &self.client;
        let mut document = serde_json::to_value(metadata).unwrap_or_default();
        document["client_id"] = json!(client_id);
        document["subject_type"] = json!("pairwise");
        document["response_types"] = json!(["code"]);
        document["registration_access_token"] = json!(self.token.expose());
        let base = provider.issuer.as_str().trim_end_matches('/');
        document["registration_client_uri"] = json!(format!("{base}/register/{}", client_id.as_str()));
        if let Some(issued) = self.issued {
            document["client_id_issued_at"] = json!(issued);
        }
        if let Some(secret) = &self.client_secret {
            document["client_secret"] = json!(secret.expose());
            document["client_secret_expires_at"] = json!(self.expires.map_or(0, Timestamp::unix));
        }
        document
    }
}
