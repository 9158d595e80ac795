//! What is asked of this very person: only what they have the means for. PROTOCOL 20.
//!
//! `authn` knows factors, evidence and state; which passkeys somebody has is in the store. Asking for one that is not there would
//! go round for ever: where the website insists, the person reads what is in the way; where it only wishes, they go on as they are.

use super::{Provider, Unavailable, passkeys, session};
use crate::authn::{self, Ask, Authenticated, Bar, Known, Missing, Steps, StoredPasskey, Why};
use crate::authorize::{AuthorizationRequest, AuthorizeError};
use crate::spec::{Assurance, Factor, KeyHome};

/// The answer of [`authn::ask`] for somebody whose means are known.
pub(super) enum Asked {
    Proceed(Authenticated),
    SignIn { why: Why, missing: Vec<Factor>, step: Step },
    Barred { bar: Bar, refusal: AuthorizeError },
    Refuse(AuthorizeError),
}

/// Whether the person gets to the website without this sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Required,
    /// The website wishes for it, and takes them as they are.
    Voluntary,
}

/// Asks, and looks at the person's means where a sign-in or a step-up follows.
///
/// # Errors
/// The storage is unavailable.
pub(super) async fn ask(
    provider: &Provider,
    request: &AuthorizationRequest,
    known: Known<'_>,
    live: Option<&session::Live>,
) -> Result<Asked, Unavailable> {
    let required = |why, missing: Missing| Asked::SignIn { why, missing: missing.factors, step: Step::Required };
    Ok(match (authn::ask(request, known), live) {
        (Ask::Refuse(error), _) => Asked::Refuse(error),
        (Ask::Barred { bar, refusal }, _) => Asked::Barred { bar, refusal },
        (Ask::SignIn { why, steps }, None) => required(why, steps.first),
        (Ask::SignIn { why, steps }, Some(live)) => match within_reach(provider, live, steps).await? {
            Ok(missing) => required(why, missing),
            Err(bar) => Asked::Barred { bar, refusal: authn::unmet(request) },
        },
        (Ask::Offer { steps, without }, Some(live)) => match within_reach(provider, live, steps).await? {
            Ok(missing) => Asked::SignIn { why: Why::LevelTooLow, missing: missing.factors, step: Step::Voluntary },
            Err(_) => Asked::Proceed(without),
        },
        (Ask::Proceed(authenticated) | Ask::Offer { without: authenticated, .. }, _) => Asked::Proceed(authenticated),
    })
}

/// The first step that the person has the means for; else what stands between them and the first of all.
async fn within_reach(
    provider: &Provider,
    live: &session::Live,
    steps: Steps,
) -> Result<Result<Missing, Bar>, Unavailable> {
    let Some(first) = bar(provider, live, &steps.first).await? else { return Ok(Ok(steps.first)) };
    for other in steps.otherwise {
        if bar(provider, live, &other).await?.is_none() {
            return Ok(Ok(other));
        }
    }
    Ok(Err(first))
}

async fn bar(provider: &Provider, live: &session::Live, missing: &Missing) -> Result<Option<Bar>, Unavailable> {
    let by_code = live.person.pin_hash.is_some() && live.person.totp.is_some();
    if missing.factors.iter().any(|factor| matches!(factor, Factor::Pin | Factor::Code)) && !by_code {
        return Ok(Some(Bar::NoPinAndCode));
    }
    if !missing.factors.contains(&Factor::Cert) {
        return Ok(None);
    }
    let passkeys = passkeys::all(provider, live.person.id).await?;
    let attested = |(_, passkey): &(_, StoredPasskey)| passkey.assurance() == Ok(Assurance::Attested);
    Ok(match missing.key {
        KeyHome::Anywhere => passkeys.is_empty().then_some(Bar::NoPasskey),
        KeyHome::AttestedDevice => (!passkeys.iter().any(attested)).then_some(Bar::NoAttestedPasskey),
    })
}
