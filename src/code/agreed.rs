//! What a person agreed to at one website: the code hands it on, and every token of the login is made of it.

use crate::keys::Epoch;
use crate::spec::{AcrValue, ClientId, Handle, PersonId, Scopes, SessionId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a person agreed to at one website.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agreed {
    pub client_id: ClientId,
    /// The session that the tokens end with; none with `offline_access`.
    pub session: Option<SessionId>,
    pub person: PersonId,
    pub handle: Handle,
    pub epoch: Epoch,
    pub acr: AcrValue,
    pub amr: Vec<String>,
    /// Where it was asked for.
    pub auth_time: Option<Timestamp>,
    pub scopes: Scopes,
    /// The resource of the authorization request.
    pub resource: Option<String>,
}
