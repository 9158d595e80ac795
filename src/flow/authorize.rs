//! The street, walked once per visit of the browser: valid? sign-in needed? consent needed? then issue.
//!
//! Nothing is kept between visits but the interaction sealed into the page: the raw parameters are parsed again and the
//! same questions asked in the same order. A repeat login reads and writes nothing here.

use super::reach::{self, Asked, Step};
use super::{Provider, Unavailable, request, resource, session};
use crate::authn::{self, Bar, BrowserSecret, Hint, Hinted, Interaction, SignedIn, Why, Wish};
use crate::authorize::{
    AuthorizationRequest, AuthorizationResponse, AuthorizeError, AuthorizeRefused, RequestUriError, client_id,
};
use crate::client::{Client, Resource, TrustedRedirect};
use crate::code::IssuedCode;
use crate::consent::{self, Consented, Decision, Memory, Remember, Shown};
use crate::keys::{JwtError, Sub};
use crate::spec::{ClientId, Factor, ParamError, Params, Timestamp, lifetime};
use crate::store::consents::{self, ConsentRow};
use crate::store::{Db, StoreError, clients, pushed, sessions};
use std::borrow::Cow;
use std::sync::Arc;

/// A browser at the authorization endpoint, for the first time or again.
pub struct Arrival<'a> {
    /// The parameters as sent, or as the interaction kept them.
    pub params: Params,
    pub problem: Option<ParamError>,
    /// The browser's binding.
    pub browser: &'a BrowserSecret,
    /// The session cookie.
    pub session: Option<&'a str>,
    /// What the page that it returns from had sealed.
    pub interaction: Option<Interaction>,
    /// What was answered on the consent page.
    pub decision: Option<Decision>,
}

/// What the browser gets next.
pub enum Next {
    SignIn(SignInPage),
    Consent(ConsentPage),
    Barred(BarredPage),
    Answer(AuthorizationResponse),
}

/// What the sign-in page needs.
pub struct SignInPage {
    pub client: Arc<Client>,
    pub redirect: TrustedRedirect,
    pub why: Why,
    pub missing: Vec<Factor>,
    pub step: Step,
    pub interaction: Interaction,
    pub login_hint: Option<String>,
    /// The languages that the website asks for, wherever the request said so.
    pub ui_locales: Option<String>,
}

/// What the page needs that says why this person does not reach the level.
pub struct BarredPage {
    pub client: Arc<Client>,
    pub redirect: TrustedRedirect,
    pub bar: Bar,
    pub interaction: Interaction,
    pub ui_locales: Option<String>,
}

/// What the consent page needs.
pub struct ConsentPage {
    pub client: Arc<Client>,
    pub redirect: TrustedRedirect,
    pub shown: Shown,
    /// The last group of the person's number, so that they see who they are here.
    pub number_end: String,
    pub interaction: Interaction,
    pub ui_locales: Option<String>,
}

/// A refusal and whose it was, where that is known.
pub struct Refused {
    pub client: Option<Arc<Client>>,
    pub refused: AuthorizeRefused,
}

/// What one snapshot of the store says.
struct Known {
    client: Option<Arc<Client>>,
    live: Option<session::Live>,
}

/// Walks the street as far as it goes without the person.
///
/// # Errors
/// A page until the redirect is trusted, a redirect after.
pub async fn authorize(provider: &Provider, arrival: Arrival<'_>) -> Result<Next, Refused> {
    let now = provider.now();
    let id =
        client_id(&arrival.params, arrival.problem.as_ref()).map_err(|refused| Refused { client: None, refused })?;
    // An id that nobody registered is nobody's: refusals are bounded for each client that there is.
    let page = |error: AuthorizeError| Refused { client: None, refused: AuthorizeRefused::Page(error) };
    let known =
        look(provider, id.clone(), arrival.session, now).await.map_err(|_| page(AuthorizeError::Unavailable))?;
    let client = known.client.ok_or_else(|| page(AuthorizeError::ClientUnknown(id.to_string())))?;
    let refused = |refused: AuthorizeRefused| Refused { client: Some(client.clone()), refused };
    let params = match &arrival.interaction {
        // What was sealed into the page was resolved before.
        Some(_) => arrival.params,
        None => {
            let problem = arrival.problem.as_ref();
            request::resolve(provider, &client, arrival.params, problem).await.map_err(refused)?
        }
    };
    let request = AuthorizationRequest::parse(&params, arrival.problem, client.clone(), provider.bare_requests)
        .map_err(refused)?;
    let refuse = |error: AuthorizeError| refused(request.refuse(error));
    let resource = resource::find(provider, request.resource.as_deref()).await;
    let resource = resource.map_err(|_| refuse(AuthorizeError::Unavailable))?.map_err(|error| refuse(error.into()))?;

    let before = arrival.interaction.as_ref();
    // Begun where a page is shown: a repeat login sees none.
    let interaction = || match before {
        Some(before) => before.clone(),
        None => Interaction::begin(params.encode(), arrival.browser, now, &mut *provider.rng()),
    };
    let live = known.live.as_ref();
    let hinted = hint(provider, &request, live).map_err(refuse)?;
    let signed_in = live.map(session::Live::signed_in);
    let returned = before.zip(signed_in.as_ref());
    let proven = returned.and_then(|(before, who)| before.proven(who.session));
    let wish = returned.map_or(Wish::Open, |(before, who)| before.wish(who.session));
    let too_old = before.is_some_and(Interaction::redoes_all);
    let known =
        authn::Known { ladder: &provider.ladder, signed_in: signed_in.as_ref(), hinted, proven, too_old, wish, now };
    let asked = reach::ask(provider, &request, known, live).await;
    let authenticated = match asked.map_err(|_| refuse(AuthorizeError::Unavailable))? {
        Asked::Proceed(authenticated) => authenticated,
        Asked::Refuse(error) => return Err(refuse(error)),
        Asked::Barred { refusal, .. } if arrival.decision == Some(Decision::Decline) => return Err(refuse(refusal)),
        Asked::Barred { bar, .. } => {
            return Ok(Next::Barred(BarredPage {
                client: request.client.clone(),
                redirect: request.redirect.clone(),
                bar,
                interaction: interaction(),
                ui_locales: request.ui_locales.clone(),
            }));
        }
        Asked::SignIn { .. } if arrival.decision == Some(Decision::Decline) => {
            return Err(refuse(AuthorizeError::Declined));
        }
        Asked::SignIn { why, missing, step } => {
            return Ok(Next::SignIn(SignInPage {
                client: request.client.clone(),
                redirect: request.redirect.clone(),
                why,
                missing,
                step,
                interaction: if why == Why::TooOld { interaction().too_old() } else { interaction() },
                login_hint: request.login_hint.clone(),
                ui_locales: request.ui_locales.clone(),
            }));
        }
    };
    let consent_page = |shown| ConsentPage {
        client: request.client.clone(),
        redirect: request.redirect.clone(),
        shown,
        number_end: live.map(session::Live::number_end).unwrap_or_default(),
        interaction: live.map_or_else(&interaction, |live| interaction().asked(live.session.id)),
        ui_locales: request.ui_locales.clone(),
    };
    // What was allowed on a page that somebody else was shown is not allowed.
    let decision = arrival.decision.filter(|decision| {
        *decision == Decision::Decline || before.is_some_and(|it| it.asked_of(authenticated.session()))
    });
    let sub = provider
        .keys
        .sub(&request.client.sector, authenticated.handle(), authenticated.epoch())
        .map_err(Unavailable::from)
        .map_err(|_| refuse(AuthorizeError::Unavailable))?;
    let memory = remembered(provider, &request, resource.as_ref(), &sub, now).await;
    let memory = memory.map_err(|_| refuse(AuthorizeError::Unavailable))?;
    let shown = Shown::of(&request, resource.as_ref(), &memory);
    let consented = match consent::ask(&request, authenticated, shown.clone(), &memory, decision) {
        consent::Ask::Proceed(consented) => consented,
        consent::Ask::Refuse(error) => return Err(refuse(error)),
        consent::Ask::Consent(_) => return Ok(Next::Consent(consent_page(shown))),
    };
    keep(provider, &request, &consented, &sub, now).await.map_err(|_| refuse(AuthorizeError::Unavailable))?;
    if let Some(live) = live {
        session::used(provider, live, Some(&request.client), now)
            .await
            .map_err(|_| refuse(AuthorizeError::Unavailable))?;
    }
    take_away(provider, &request).await.map_err(refuse)?;
    let code = IssuedCode::issue(&request, &consented, &provider.keys, now, &mut *provider.rng())
        .map_err(|_| refuse(AuthorizeError::Unavailable))?;
    Ok(Next::Answer(AuthorizationResponse::code(&request.reply_to(), code.as_str(), &provider.issuer)))
}

/// A pushed request leads to one code (RFC 9126 §4): its row goes, in a write of its own.
async fn take_away(provider: &Provider, request: &AuthorizationRequest) -> Result<(), AuthorizeError> {
    let Some(uri) = &request.pushed else { return Ok(()) };
    let id = uri.id();
    match provider.store.write(move |tx| pushed::spend(tx, &id)).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(RequestUriError::Spent(uri.as_str().to_owned()).into()),
        Err(_) => Err(AuthorizeError::Unavailable),
    }
}

async fn look(provider: &Provider, id: ClientId, cookie: Option<&str>, now: Timestamp) -> Result<Known, Unavailable> {
    let cookie = cookie.and_then(authn::SessionCookie::parse);
    let session_id = cookie.as_ref().map(authn::SessionCookie::id);
    let (row, pair) = provider
        .store
        .read(move |db: &mut Db| -> Result<_, StoreError> {
            let client = clients::by_id(db, &id)?;
            let pair = match &session_id {
                Some(id) => sessions::with_person(db, id)?,
                None => None,
            };
            Ok((client, pair))
        })
        .await?;
    let live = match (cookie, pair) {
        (Some(cookie), Some(pair)) => session::open(provider, &cookie, pair, now).await?,
        _ => None,
    };
    Ok(Known { client: row.map(|row| provider.known_clients.of(row)).transpose()?, live })
}

/// Whom the request is about: `id_token_hint`, and a `sub` in the `claims` parameter (Core §3.1.2.1, §3.1.2.2). A hint
/// that is not ours is refused; one for somebody else asks for a sign-in.
fn hint(
    provider: &Provider,
    request: &AuthorizationRequest,
    live: Option<&session::Live>,
) -> Result<Hinted, AuthorizeError> {
    let hinted = match &request.id_token_hint {
        None => None,
        Some(token) => {
            let published = provider.published().ok_or(AuthorizeError::Unavailable)?;
            let client_id = &request.client.client_id;
            let read = |token: Cow<'_, str>| published.signing.verify_hint(&token, &provider.issuer, client_id);
            match published.hinted(token).and_then(read) {
                Ok(hinted) => Some(hinted),
                // Its key is gone since a rotation: nobody can say any more whom it means.
                Err(JwtError::NoKey) if request.silent() => {
                    return Err(AuthorizeError::LoginRequired("id_token_hint is older than the signing keys"));
                }
                Err(JwtError::NoKey) => None,
                Err(_) => return Err(AuthorizeError::IdTokenHint),
            }
        }
    };
    if hinted.is_none() && request.sub.is_empty() {
        return Ok(Hinted::Nobody);
    }
    let Some(SignedIn { handle, epoch, .. }) = live.map(session::Live::signed_in) else { return Ok(Hinted::Nobody) };
    let sub = provider.keys.sub(&request.client.sector, &handle, epoch).map_err(Unavailable::from);
    let sub = sub.map_err(|_| AuthorizeError::Unavailable)?;
    if hinted.is_some_and(|hinted| !hinted.is_about(&sub)) {
        return Ok(Hinted::SomebodyElse(Hint::IdToken));
    }
    let meant = request.sub.is_empty() || request.sub.iter().any(|wanted| wanted == sub.as_str());
    Ok(if meant { Hinted::ThisPerson } else { Hinted::SomebodyElse(Hint::Sub) })
}

async fn remembered(
    provider: &Provider,
    request: &AuthorizationRequest,
    resource: Option<&Resource>,
    sub: &Sub,
    now: Timestamp,
) -> Result<Memory, Unavailable> {
    let (digest, client) = (provider.keys.sub_digest(sub), request.client.client_id.clone());
    let shown = Shown::possible(request, resource);
    let given = provider.store.read(move |db| consents::given(db, &digest, &client, &shown, now)).await?;
    Ok(Memory::of(given.into_iter().map(|given| given.shown).collect()))
}

/// Writes the agreement down where it is new. Its own transaction: no person's row is near (PROTOCOL 1).
async fn keep(
    provider: &Provider,
    request: &AuthorizationRequest,
    consented: &Consented,
    sub: &Sub,
    now: Timestamp,
) -> Result<(), Unavailable> {
    if consented.remember() == Remember::Already {
        return Ok(());
    }
    let row = ConsentRow {
        sub_digest: provider.keys.sub_digest(sub),
        client_id: request.client.client_id.clone(),
        shown: consented.shown().digest(),
        expires_day: now.plus(lifetime::CONSENT).day(),
    };
    provider.store.write(move |tx| consents::remember(tx, &row)).await?;
    Ok(())
}
