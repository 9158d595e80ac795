//! Signing in with a passkey: no number is typed, and no budget bounds it, for a signature cannot be guessed.

use super::budget::{Heard, Slots};
use super::sign_in::{self, Beginning, Lift, NotSignedIn, SignedInNow};
use super::{Provider, Unavailable, person};
use crate::authn::{self, Assertion, Interaction, Proven, SignInRefused, StoredPasskey};
use crate::keys::TagPurpose;
use crate::person::{PersonState, Standing};
use crate::spec::{CredentialDigest, FactorSet, Timestamp};
use crate::store::passkeys::{self, PasskeyRow};
use crate::store::persons::{self, PersonRow};
use serde_json::Value;
use tracing::info;

/// What the browser posted.
pub struct PasskeyAttempt<'a> {
    pub credential: &'a str,
    pub session: Option<&'a str>,
    pub device: Option<&'a str>,
    pub agent: &'a str,
}

/// What a right passkey brings about.
pub enum Touched {
    SignedIn(SignedInNow),
    /// The person has frozen their number: the next page asks, and this interaction knows what about (PROTOCOL 22).
    AskToLift(Interaction),
}

/// The options for `navigator.credentials.get()`, with the challenge of this page.
pub fn offer(provider: &Provider, interaction: &Interaction) -> Option<Value> {
    provider.passkeys.request_options(interaction.challenge()).ok()
}

/// Verifies the assertion and begins the session. Of a person who is frozen it begins none: a touch in passing must not
/// lift what somebody stopped on purpose, so the next page asks (PROTOCOL 22).
///
/// # Errors
/// As [`NotSignedIn`]; the person reads one sentence, the log knows the cause.
pub async fn by_passkey(
    provider: &Provider,
    interaction: &Interaction,
    attempt: PasskeyAttempt<'_>,
) -> Result<Touched, NotSignedIn> {
    let holder = verify(provider, interaction, attempt.credential).await?;
    let now = provider.now();
    if holder.state == PersonState::Frozen {
        // Asked as if the freeze were lifted: who may not sign in then either is told so now.
        admitted(PersonState::Active, &holder)?;
        return Ok(Touched::AskToLift(interaction.clone().touched(attempt.credential, now)));
    }
    admitted(holder.state, &holder)?;
    enter(provider, interaction, attempt, holder, Lift::Nothing, now).await.map(Touched::SignedIn)
}

/// The person's answer to the page that asked: the same assertion once more, still unspent. One write lifts the freeze,
/// spends the ceremony and begins the session.
///
/// # Errors
/// As [`NotSignedIn`]: an assertion that nobody was asked about is refused.
pub async fn lift(
    provider: &Provider,
    interaction: &Interaction,
    attempt: PasskeyAttempt<'_>,
) -> Result<SignedInNow, NotSignedIn> {
    let asked = interaction.touched_by(attempt.credential);
    let touched = asked.ok_or_else(|| refuse(&authn::PasskeyRefused::OtherPasskey))?;
    let holder = verify(provider, interaction, attempt.credential).await?;
    // Lifted meanwhile, elsewhere: then this is an ordinary sign-in.
    let (state, lift) = match holder.state.lift() {
        Ok(lifted) => (lifted, Lift::Freeze),
        Err(_) => (holder.state, Lift::Nothing),
    };
    admitted(state, &holder)?;
    enter(provider, interaction, attempt, holder, lift, touched).await
}

/// A person who holds the passkey that was asked for.
struct Holder {
    person: PersonRow,
    state: PersonState,
    standing: Standing,
    passkey: PasskeyRow,
    proven: Proven,
}

fn refuse(cause: &authn::PasskeyRefused) -> NotSignedIn {
    info!(target: "hufu::signin", code = "signin.passkey", %cause, "refused");
    NotSignedIn::Refused(SignInRefused::Passkey)
}

fn admitted(state: PersonState, holder: &Holder) -> Result<(), NotSignedIn> {
    authn::admitted(state, holder.standing).map_err(NotSignedIn::from).inspect_err(sign_in::log)
}

async fn verify(provider: &Provider, interaction: &Interaction, credential: &str) -> Result<Holder, NotSignedIn> {
    let refuse = |cause: authn::PasskeyRefused| refuse(&cause);
    let assertion = Assertion::read(credential).map_err(refuse)?;
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
    let Some((passkey, person)) = found else { return Err(refuse(authn::PasskeyRefused::OtherPasskey)) };
    let stored: StoredPasskey =
        provider.keys.open_bytes(&passkey.sealed).map_err(|_| Unavailable::damaged("passkey"))?;
    let secrets = person::secrets(provider, &person).await?;
    let proven = provider
        .passkeys
        .verify(&assertion, interaction.challenge(), &stored, &secrets.webauthn_user)
        .map_err(refuse)?;
    let state = PersonState::parse(&person.state).ok_or_else(|| Unavailable::damaged("person state"))?;
    Ok(Holder { person, state, standing: secrets.standing, passkey, proven })
}

/// Begins the session, with the passkey's factor as of the instant when it was touched.
async fn enter(
    provider: &Provider,
    interaction: &Interaction,
    attempt: PasskeyAttempt<'_>,
    holder: Holder,
    lift: Lift,
    touched: Timestamp,
) -> Result<SignedInNow, NotSignedIn> {
    let Holder { person, passkey, proven, .. } = holder;
    let updated = match proven.updated {
        Some(passkey) => Some(provider.keys.seal_bytes(&passkey, &mut *provider.rng()).map_err(Unavailable::from)?),
        None => None,
    };
    let known = sign_in::known_browser(provider, attempt.device);
    let slots = Slots::of(provider, &person.number_digest, Some(person.id), known.as_ref(), provider.now());
    sign_in::begin(
        provider,
        interaction,
        Beginning {
            person,
            factors: FactorSet::cert(touched, proven.assurance),
            consumes: None,
            heard: Heard::Passkey(slots),
            passkey: Some((passkey.id, passkey.sealed, updated)),
            lift,
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
