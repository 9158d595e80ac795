//! Signing in with a passkey: no number is typed, and no budget bounds it, for a signature cannot be guessed.

use super::budget::{Heard, Slots};
use super::sign_in::{self, Beginning, NotSignedIn, SignedInNow};
use super::{Provider, Unavailable, session};
use crate::authn::{self, Assertion, Interaction, SignInRefused, StoredPasskey};
use crate::keys::TagPurpose;
use crate::person::PersonState;
use crate::spec::{CredentialDigest, FactorSet};
use crate::store::{passkeys, persons};
use serde_json::Value;
use tracing::info;

/// What the browser posted.
pub struct PasskeyAttempt<'a> {
    pub credential: &'a str,
    pub session: Option<&'a str>,
    pub device: Option<&'a str>,
    pub agent: &'a str,
}

/// The options for `navigator.credentials.get()`, with the challenge of this page.
pub fn offer(provider: &Provider, interaction: &Interaction) -> Option<Value> {
    provider.passkeys.request_options(interaction.challenge()).ok()
}

/// Verifies the assertion and begins the session.
///
/// # Errors
/// As [`NotSignedIn`]; the person reads one sentence, the log knows the cause.
pub async fn by_passkey(
    provider: &Provider,
    interaction: &Interaction,
    attempt: PasskeyAttempt<'_>,
) -> Result<SignedInNow, NotSignedIn> {
    let refuse = |cause: authn::PasskeyRefused| {
        info!(target: "hufu::signin", code = "signin.passkey", %cause, "refused");
        NotSignedIn::Refused(SignInRefused::Passkey)
    };
    let assertion = Assertion::read(attempt.credential).map_err(refuse)?;
    let digest = credential_digest(provider, assertion.credential_id());
    let found = provider
        .store
        .read(move |db| {
            let Some(row) = passkeys::by_credential_digest(db, &digest)? else { return Ok(None) };
            let person = persons::by_id(db, &row.person)?;
            Ok(person.map(|person| (row, person)))
        })
        .await
        .map_err(Unavailable::from)?;
    let Some((row, person)) = found else { return Err(refuse(authn::PasskeyRefused::OtherPasskey)) };
    let stored: StoredPasskey = provider.keys.open_bytes(&row.sealed).map_err(|_| Unavailable::damaged("passkey"))?;
    let secrets = session::secrets(provider, &person)?;
    let proven = provider
        .passkeys
        .verify(&assertion, interaction.challenge(), &stored, &secrets.webauthn_user)
        .map_err(refuse)?;
    let state = PersonState::parse(&person.state).ok_or_else(|| Unavailable::damaged("person state"))?;
    authn::admitted(state, secrets.standing).map_err(NotSignedIn::from).inspect_err(sign_in::log)?;
    let updated = match proven.updated {
        Some(passkey) => Some(provider.keys.seal_bytes(&passkey, &mut *provider.rng()).map_err(Unavailable::from)?),
        None => None,
    };
    let known = sign_in::known_browser(provider, attempt.device);
    let slots = Slots::of(provider, &person.number_digest, Some(person.id), known.as_ref(), provider.now());
    let factors = FactorSet::cert(provider.now(), proven.assurance);
    sign_in::begin(
        provider,
        interaction,
        Beginning {
            person,
            factors,
            consumes: None,
            heard: Heard::Passkey(slots),
            passkey: Some((row.id, row.sealed, updated)),
            cookie: attempt.session,
            known,
            agent: attempt.agent,
        },
    )
    .await
    .inspect_err(sign_in::log)
}

/// How a credential's row is found.
pub(super) fn credential_digest(provider: &Provider, id: &[u8]) -> CredentialDigest {
    CredentialDigest::from_bytes(provider.keys.tag(TagPurpose::Credential, &[id]))
}
