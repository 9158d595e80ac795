//! Which website answers for a resource, and whether this client may have a token for it. RFC 8707; PROTOCOL 8.

use super::{Provider, Unavailable, register};
use crate::client::{Client, Resource, ResourceError};
use crate::store::{clients, resources};
use crate::token::{Audience, TokenError};

/// A resource that was asked for, as it is registered; nothing where nothing was asked.
///
/// # Errors
/// Unavailable storage; inside, [`ResourceError::Unknown`].
pub(super) async fn find(
    provider: &Provider,
    uri: Option<&str>,
) -> Result<Result<Option<Resource>, ResourceError>, Unavailable> {
    let Some(uri) = uri.map(str::to_owned) else { return Ok(Ok(None)) };
    let wanted = uri.clone();
    let row = provider.store.read(move |db| match resources::owner(db, &wanted)? {
        Some(owner) => clients::by_id(db, &owner),
        None => Ok(None),
    });
    let Some(row) = row.await? else { return Ok(Err(ResourceError::Unknown(uri))) };
    let owner = register::from_row(row)?;
    Ok(Ok(Some(Resource { uri, sector: owner.sector.clone() })))
}

/// The resource that was granted, and the audience of this token request.
pub(super) struct Target {
    pub granted: Option<Resource>,
    pub audience: Audience,
}

/// What a token request is for: what was granted, or what it asks for by itself.
///
/// # Errors
/// A resource that is not registered, or not granted.
pub(super) async fn target(
    provider: &Provider,
    client: &Client,
    granted: Option<&str>,
    asked: Option<&str>,
) -> Result<Target, TokenError> {
    let wanted = Audience::wanted(granted, asked)?;
    let resource = find(provider, wanted).await.map_err(|_| TokenError::Unavailable)??;
    // What was granted is also what is wanted: no other resource can be asked for then.
    let kept = resource.clone().filter(|_| granted.is_some());
    Ok(Target { granted: kept, audience: Audience::of(resource, granted, client)? })
}
