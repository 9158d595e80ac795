//! Redeems a code, in the order of PROTOCOL 17: open → the client it belongs to → replayed? → expired? → redirect and
//! verifier → the row. The row's two questions are the store's; this file judges everything around them.

use super::{Agreed, CodePayload};
use crate::client::{self, AuthenticatedClient};
use crate::consent::Access;
use crate::keys::{KeyError, Keys, Sub};
use crate::spec::{
    ClientId, CodeVerifier, GrantId, OAuthError, PersonId, Refusal, Refuse, SessionId, Timestamp, lifetime,
};

/// Why a code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedeemError {
    #[error("not a code of ours")]
    NotOurs,
    #[error("issued to another client")]
    OtherClient,
    #[error("redeemed before")]
    Replayed,
    #[error("expired")]
    Expired,
    #[error("redirect_uri is missing")]
    RedirectUriMissing,
    #[error("redirect_uri differs from the authorization request's")]
    RedirectUriDiffers,
    #[error("code_verifier is missing")]
    VerifierMissing,
    #[error("code_verifier is malformed")]
    VerifierMalformed,
    #[error("code_verifier differs")]
    VerifierDiffers,
    #[error("code_verifier without a code_challenge")]
    VerifierWithoutChallenge,
    #[error("the sign-in behind the code has ended")]
    SignInEnded,
}

/// A code that opened.
pub struct PresentedCode(CodePayload);

/// A code that opened, in the hands of the client it was issued to.
pub struct MatchedCode(CodePayload);

/// A code whose row is written: what the tokens are made of. Only [`MatchedCode::redeemed`] makes one.
#[derive(Debug)]
pub struct RedeemedCode {
    pub grant: GrantId,
    pub nonce: Option<String>,
    /// The session of the sign-in, whether or not the tokens end with it.
    pub session: SessionId,
    pub agreed: Agreed,
}

impl PresentedCode {
    /// # Errors
    /// [`RedeemError::NotOurs`] for anything that this issuer did not seal as a code.
    pub fn open(code: &str, keys: &Keys) -> Result<Self, RedeemError> {
        keys.open(code).map(Self).map_err(|_| RedeemError::NotOurs)
    }

    /// "Ensure that the authorization code was issued to the authenticated client" (RFC 6749 §4.1.3).
    ///
    /// # Errors
    /// [`RedeemError::OtherClient`]; the code stays good for its owner.
    pub fn presented_by(self, client: &AuthenticatedClient) -> Result<MatchedCode, RedeemError> {
        if self.0.client_id == client.client_id().as_str() {
            Ok(MatchedCode(self.0))
        } else {
            Err(RedeemError::OtherClient)
        }
    }
}

impl MatchedCode {
    /// The row that says whether this code was redeemed.
    pub fn grant(&self) -> GrantId {
        self.0.id
    }

    /// What was granted.
    pub fn access(&self) -> Access {
        Access::of(&self.0.scopes)
    }

    /// The resource of the authorization request.
    pub fn resource(&self) -> Option<&str> {
        self.0.resource.as_deref()
    }

    pub fn session(&self) -> SessionId {
        self.0.session
    }

    pub fn person(&self) -> PersonId {
        self.0.person
    }

    /// Whom the tokens will be about.
    ///
    /// # Errors
    /// Only what the key service cannot do.
    pub fn sub(&self, client: &AuthenticatedClient, keys: &Keys) -> Result<Sub, KeyError> {
        keys.sub(&client.client().sector, &self.0.handle, self.0.epoch)
    }

    /// Everything but the row: age, redirect, verifier. A refusal here does not consume the code.
    ///
    /// # Errors
    /// The first of those three that is wrong.
    pub fn judge(
        &self,
        redirect_uri: Option<&str>,
        verifier: Option<&CodeVerifier>,
        now: Timestamp,
    ) -> Result<(), RedeemError> {
        if now >= self.0.issued.plus(lifetime::CODE) {
            return Err(RedeemError::Expired);
        }
        // "their values MUST be identical" (RFC 6749 §4.1.3): compared as hashes of the strings as sent.
        let redirect_uri = redirect_uri.ok_or(RedeemError::RedirectUriMissing)?;
        if client::redirect_hash(redirect_uri) != self.0.redirect_hash {
            return Err(RedeemError::RedirectUriDiffers);
        }
        match (&self.0.challenge, verifier) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(RedeemError::VerifierWithoutChallenge),
            (Some(_), None) => Err(RedeemError::VerifierMissing),
            (Some(_), Some(verifier)) if !well_formed(verifier) => Err(RedeemError::VerifierMalformed),
            (Some(challenge), Some(verifier)) if !challenge.matches(verifier) => Err(RedeemError::VerifierDiffers),
            (Some(_), Some(_)) => Ok(()),
        }
    }

    /// The code, now that its row is inserted and committed.
    pub fn redeemed(self) -> RedeemedCode {
        let ends_with_session = self.access() == Access::Online;
        let code = self.0;
        let agreed = Agreed {
            client_id: ClientId::new(code.client_id),
            session: ends_with_session.then_some(code.session),
            person: code.person,
            handle: code.handle,
            epoch: code.epoch,
            acr: code.acr,
            amr: code.amr,
            auth_time: code.auth_time,
            scopes: code.scopes,
            resource: code.resource,
        };
        RedeemedCode { grant: code.id, nonce: code.nonce, session: code.session, agreed }
    }
}

/// 43 to 128 unreserved characters (RFC 7636 §4.1).
fn well_formed(verifier: &CodeVerifier) -> bool {
    let text = verifier.expose();
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

impl From<&RedeemError> for OAuthError {
    fn from(error: &RedeemError) -> Self {
        match error {
            RedeemError::RedirectUriMissing | RedeemError::VerifierMalformed => Self::InvalidRequest,
            RedeemError::NotOurs
            | RedeemError::OtherClient
            | RedeemError::Replayed
            | RedeemError::Expired
            | RedeemError::RedirectUriDiffers
            | RedeemError::VerifierMissing
            | RedeemError::VerifierDiffers
            | RedeemError::VerifierWithoutChallenge
            | RedeemError::SignInEnded => Self::InvalidGrant,
        }
    }
}

impl Refuse for RedeemError {
    fn refusal(&self) -> Refusal {
        let say = |code| Refusal::new(OAuthError::from(self), code);
        match self {
            Self::NotOurs => say("code.not_ours")
                .received("a code that this provider did not issue, or that was altered")
                .expected("the code parameter of the redirect, unchanged")
                .fix("URL-decode the code exactly once and send it to the issuer that made it"),
            Self::OtherClient => say("code.other_client")
                .received("a code that was issued to another client_id")
                .expected("the client that sent the authorization request (RFC 6749 §4.1.3)")
                .fix("redeem the code with the client_id that asked for it"),
            Self::Replayed => say("code.replayed")
                .received("a code that was redeemed before")
                .expected("each code once (RFC 6749 §4.1.2); its tokens are now revoked")
                .fix("redeem once, and do not retry a request whose answer you received"),
            Self::Expired => say("code.expired")
                .received(format!("a code older than {} s", lifetime::CODE.as_secs()))
                .expected("redemption right after the redirect (RFC 6749 §4.1.2)")
                .fix("redeem at once; check your server's queue and clock"),
            Self::RedirectUriMissing => say("redirect_uri.missing")
                .received("no redirect_uri")
                .expected("the redirect_uri of the authorization request (RFC 6749 §4.1.3)")
                .fix("send the same redirect_uri again"),
            Self::RedirectUriDiffers => say("redirect_uri.differs")
                .received("another redirect_uri than in the authorization request")
                .expected("the identical string (RFC 6749 §4.1.3)")
                .fix("send the same string, to the last slash"),
            Self::VerifierMissing => say("code_verifier.missing")
                .received("no code_verifier")
                .expected("the verifier of the code_challenge that was sent (RFC 7636 §4.5)")
                .fix("keep the verifier in the browser's session and send it"),
            Self::VerifierMalformed => say("code_verifier.malformed")
                .received("a code_verifier of another form")
                .expected("43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 §4.1)")
                .fix("let your OAuth library make it"),
            Self::VerifierDiffers => say("code_verifier.differs")
                .received("a code_verifier that does not hash to the code_challenge")
                .expected("BASE64URL(SHA256(code_verifier)) = code_challenge (RFC 7636 §4.6)")
                .fix("send the verifier of this very request; two tabs need two verifiers"),
            Self::VerifierWithoutChallenge => say("code_verifier.unexpected")
                .received("a code_verifier although no code_challenge was sent")
                .expected("both or neither (RFC 9700 §4.8.2)")
                .fix("send code_challenge in the authorization request"),
            Self::SignInEnded => say("code.sign_in_ended")
                .received("a code whose sign-in has ended")
                .expected("a person who is still signed in here")
                .fix("start again with a new authorization request"),
        }
    }
}
