//! Refresh tokens: a family with a generation that counts up. RFC 6749 §6; RFC 9700 §4.14; OpenID Connect Core §12; PROTOCOL 18.
//!
//! A token is a sealed value. The family's row says which generation is the newest, and since when; what follows from that
//! is decided here. Knows no HTTP and no database.

use super::refresh_error::RefreshError;
use crate::client::{AuthenticatedClient, Client, GrantType};
use crate::code::Agreed;
use crate::consent::Access;
use crate::keys::{KeyError, Keys, Sealable, TagPurpose};
use crate::spec::{FamilyId, Scopes, Timestamp, lifetime};
use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// What the token holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshTokenPayload {
    family: FamilyId,
    generation: i64,
    /// When the family began: what was withdrawn and agreed to anew since then is another agreement.
    begun: Timestamp,
    agreed: Agreed,
}

impl Sealable for RefreshTokenPayload {
    const PURPOSE: &'static str = "refresh-token";
    const CLASSES: &'static [usize] = &[224, 416];
}

/// What the family's row keeps sealed: no column may hold so exact an instant (PROTOCOL 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyState {
    pub rotated: Timestamp,
}

impl Sealable for FamilyState {
    const PURPOSE: &'static str = "refresh-family";
    const CLASSES: &'static [usize] = &[16];
}

impl FamilyState {
    /// The first day on which a family that was rotated then can be swept. One that ends with a session lasts no longer
    /// than sessions do.
    pub fn expires_day(self, access: Access) -> Timestamp {
        let lasts = match access {
            Access::Online => lifetime::SESSION_ABSOLUTE,
            Access::Offline => lifetime::REFRESH_FAMILY,
        };
        self.rotated.plus(lasts).plus(DAY).day()
    }
}

/// The generation of a family's first token.
pub const FIRST_GENERATION: i64 = 0;

/// A token ready to travel.
pub struct RefreshToken(String);

impl RefreshToken {
    /// The first token of a family.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn first(
        family: FamilyId,
        agreed: &Agreed,
        keys: &Keys,
        now: Timestamp,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, KeyError> {
        let payload = RefreshTokenPayload { family, generation: FIRST_GENERATION, begun: now, agreed: agreed.clone() };
        keys.seal(&payload, rng).map(Self)
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

/// A token that opened.
pub struct PresentedRefreshToken {
    payload: RefreshTokenPayload,
    text: String,
}

/// A token that opened, in the hands of the client it was issued to.
pub struct MatchedRefreshToken {
    payload: RefreshTokenPayload,
    text: String,
}

impl PresentedRefreshToken {
    /// # Errors
    /// [`RefreshError::NotOurs`] for anything that this issuer did not seal as a refresh token.
    pub fn open(token: &str, keys: &Keys) -> Result<Self, RefreshError> {
        let payload = keys.open(token).map_err(|_| RefreshError::NotOurs)?;
        Ok(Self { payload, text: token.to_owned() })
    }

    /// "the authorization server MUST … ensure that the refresh token was issued to the authenticated client" (RFC 6749 §6).
    ///
    /// # Errors
    /// [`RefreshError::OtherClient`]; the token stays good for its owner.
    pub fn presented_by(self, client: &AuthenticatedClient) -> Result<MatchedRefreshToken, RefreshError> {
        if self.payload.agreed.client_id != *client.client_id() {
            return Err(RefreshError::OtherClient);
        }
        Ok(MatchedRefreshToken { payload: self.payload, text: self.text })
    }
}

impl MatchedRefreshToken {
    pub fn family(&self) -> FamilyId {
        self.payload.family
    }

    pub fn agreed(&self) -> &Agreed {
        &self.payload.agreed
    }

    pub(super) fn into_agreed(self) -> Agreed {
        self.payload.agreed
    }

    pub fn begun(&self) -> Timestamp {
        self.payload.begun
    }

    /// The scope of this answer; the refresh token's own stays (RFC 6749 §6).
    ///
    /// # Errors
    /// [`RefreshError::Scope`].
    pub fn scopes(&self, asked: Option<&str>) -> Result<Scopes, RefreshError> {
        let granted = &self.payload.agreed.scopes;
        match asked {
            None => Ok(granted.clone()),
            Some(asked) => granted.narrowed_to(asked).ok_or_else(|| RefreshError::Scope(asked.to_owned())),
        }
    }

    /// What presenting this token does to a family that is at `current` since `state`.
    pub fn turn(&self, current: i64, state: FamilyState, now: Timestamp) -> Turn {
        turn(self.payload.generation, current, state.rotated, now)
    }

    /// The token that follows this one: the same one whoever computes it, on whichever node.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn successor(&self, keys: &Keys) -> Result<RefreshToken, KeyError> {
        let seed = keys.tag(TagPurpose::Successor, &[self.text.as_bytes()]);
        let payload = RefreshTokenPayload {
            family: self.payload.family,
            generation: self.payload.generation + 1,
            begun: self.payload.begun,
            agreed: self.payload.agreed.clone(),
        };
        keys.seal(&payload, &mut StdRng::from_seed(seed)).map(RefreshToken)
    }
}

/// Whether the client may refresh at all (RFC 7591 §2, `grant_types`).
///
/// # Errors
/// [`RefreshError::GrantTypeNotRegistered`].
pub fn may_refresh(client: &Client) -> Result<(), RefreshError> {
    let may = client.metadata.grant_types.contains(&GrantType::RefreshToken);
    if may { Ok(()) } else { Err(RefreshError::GrantTypeNotRegistered) }
}

/// What presenting a token does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The newest: the family moves on.
    Next,
    /// The one before, a moment ago, and its successor was not used: the same successor again.
    Again,
    /// An older one: somebody else has it too, so the family ends (RFC 9700 §4.14.2).
    Replayed,
    /// Nobody used the family for too long.
    Idle,
}

fn turn(presented: i64, current: i64, rotated: Timestamp, now: Timestamp) -> Turn {
    if now >= rotated.plus(lifetime::REFRESH_FAMILY) {
        return Turn::Idle;
    }
    match current - presented {
        0 => Turn::Next,
        // Were the successor used, the family would be one further.
        1 if now <= rotated.plus(lifetime::REFRESH_GRACE) => Turn::Again,
        _ => Turn::Replayed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{ClientMetadata, Presented};
    use crate::keys::Epoch;
    use crate::spec::{Acr, AcrValue, ClientId, Handle, Params, PersonId};
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

    /// PROTOCOL 18: "Within 10 s, same client, generation = current − 1 and its successor never used: the same successor,
    /// derived; anything older revokes the family."
    #[test]
    fn the_generation_and_ten_seconds_decide() {
        let at =
            |presented, current, seconds: u64| turn(presented, current, NOW, NOW.plus(Duration::from_secs(seconds)));
        let day = 86_400;
        for (presented, current, seconds, expected) in [
            (0, 0, 0, Turn::Next),
            (7, 7, 89 * day, Turn::Next),
            (7, 7, 90 * day, Turn::Idle),
            (6, 7, 0, Turn::Again),
            (6, 7, 10, Turn::Again),
            (6, 7, 11, Turn::Replayed),
            (5, 7, 0, Turn::Replayed),
            (0, 7, 0, Turn::Replayed),
            // A row that came back from an older backup says nothing about what was used.
            (8, 7, 0, Turn::Replayed),
        ] {
            assert_eq!(at(presented, current, seconds), expected, "{presented} of {current} after {seconds} s");
        }
    }

    fn agreed() -> Agreed {
        Agreed {
            client_id: ClientId::new("c".into()),
            session: None,
            person: PersonId::from_bytes([2; 16]),
            handle: Handle::from_bytes([3; 32]),
            epoch: Epoch(1),
            acr: AcrValue::Native(Acr::Code),
            amr: vec!["pin".into(), "otp".into(), "mfa".into()],
            auth_time: None,
            scopes: Scopes::parse("openid offline_access"),
            resource: None,
        }
    }

    fn client(grant_types: &[GrantType]) -> AuthenticatedClient {
        let mut client = Client::for_tests("c", &["https://a.example/cb"]);
        client.metadata = ClientMetadata {
            grant_types: grant_types.to_vec(),
            token_endpoint_auth_method: crate::client::AuthMethod::None,
            ..client.metadata
        };
        let presented = Presented::parse(None, &Params::parse(b"client_id=c").unwrap()).unwrap();
        let keys = Keys::for_tests("https://hufu.example");
        presented.claim(Some(Arc::new(client))).authenticate(&keys, None, "/token", NOW).unwrap()
    }

    fn matched(token: &str, keys: &Keys) -> MatchedRefreshToken {
        PresentedRefreshToken::open(token, keys).unwrap().presented_by(&client(&[GrantType::RefreshToken])).unwrap()
    }

    #[test]
    fn a_successor_is_the_same_whoever_derives_it_and_another_than_every_other() {
        let (keys, other_node) = (Keys::for_tests("https://hufu.example"), Keys::for_tests("https://hufu.example"));
        let mut rng = StdRng::seed_from_u64(1);
        let mut first =
            || RefreshToken::first(FamilyId::from_bytes([1; 16]), &agreed(), &keys, NOW, &mut rng).unwrap().into_text();
        let (token, sibling) = (first(), first());
        let next = matched(&token, &keys).successor(&keys).unwrap().into_text();
        assert_eq!(next, matched(&token, &other_node).successor(&other_node).unwrap().into_text());
        assert_ne!(next, matched(&sibling, &keys).successor(&keys).unwrap().into_text());
        assert_ne!(next, token);
        let again = matched(&next, &keys);
        assert_eq!(again.turn(1, FamilyState { rotated: NOW }, NOW), Turn::Next);
        assert_eq!((again.family(), again.begun()), (FamilyId::from_bytes([1; 16]), NOW));
    }

    /// RFC 7591 §2: a client that registered no `refresh_token` grant type uses none.
    #[test]
    fn a_client_without_the_grant_type_refreshes_nothing() {
        assert_eq!(may_refresh(client(&[GrantType::RefreshToken]).client()), Ok(()));
        let refused = may_refresh(client(&[GrantType::AuthorizationCode]).client());
        assert_eq!(refused, Err(RefreshError::GrantTypeNotRegistered));
    }

    #[test]
    fn a_family_is_swept_only_when_nothing_can_ask_for_it() {
        let state = FamilyState { rotated: NOW };
        let offline = state.expires_day(Access::Offline);
        assert!(offline > NOW.plus(lifetime::REFRESH_FAMILY));
        assert!(offline <= NOW.plus(lifetime::REFRESH_FAMILY).plus(DAY));
        let online = state.expires_day(Access::Online);
        assert!(online > NOW.plus(lifetime::SESSION_ABSOLUTE));
        assert!(online <= NOW.plus(lifetime::SESSION_ABSOLUTE).plus(DAY));
    }
}
