//! Signing out: at a website's wish or the person's own. OpenID Connect RP-Initiated Logout 1.0; Front-Channel Logout 1.0.
//!
//! Whoever shows the ID token of this very session signs its person out at once: the website could as well have let them
//! press the button. Everybody else makes us ask, for a link in a mail must sign nobody out.

use super::session::{self, Live};
use super::{Provider, Unavailable, ending, register};
use crate::authn::{self, ClientList, LogoutRefused, LogoutRequest, LogoutReturn};
use crate::client::Client;
use crate::keys::{IdTokenHint, JwtError};
use crate::spec::{ClientId, ParamError, Params, SessionId};
use crate::store::clients;
use std::borrow::Cow;
use std::sync::Arc;
use url::Url;

/// A browser at the logout endpoint.
pub struct Leaving<'a> {
    pub params: Params,
    pub problem: Option<ParamError>,
    /// The session cookie.
    pub session: Option<&'a str>,
}

/// What the browser gets next.
pub enum LeavingNext {
    /// The person is asked. `unheeded` is for the website's developer.
    Ask {
        back: Option<Back>,
        unheeded: Option<LogoutRefused>,
    },
    Done(SignedOut),
}

/// The way back to a website, and whose it is.
#[derive(Clone)]
pub struct Back {
    pub client: Arc<Client>,
    pub to: LogoutReturn,
}

/// Signed out: whom this browser has to tell, and where it goes then.
#[derive(Default)]
pub struct SignedOut {
    /// Pages of websites that end their own sessions when this browser loads them (Front-Channel Logout 1.0 §2).
    pub frames: Vec<Url>,
    pub back: Option<Back>,
}

/// A refusal and whose it was, where that is known.
pub struct NotHeard {
    pub client_id: Option<ClientId>,
    pub refused: LeavingRefused,
}

pub enum LeavingRefused {
    Request(LogoutRefused),
    Unavailable,
}

impl From<Unavailable> for NotHeard {
    fn from(_: Unavailable) -> Self {
        Self { client_id: None, refused: LeavingRefused::Unavailable }
    }
}

/// Hears a website's wish.
///
/// # Errors
/// A hint that is not ours or not the client's, or an address that is not registered: a page, never a redirect.
pub async fn logout(provider: &Provider, leaving: Leaving<'_>) -> Result<LeavingNext, NotHeard> {
    let now = provider.now();
    let refuse = |client_id: Option<&ClientId>, refused| NotHeard {
        client_id: client_id.cloned(),
        refused: LeavingRefused::Request(refused),
    };
    let request = LogoutRequest::read(&leaving.params, leaving.problem).map_err(|refused| refuse(None, refused))?;
    let live = session::live(provider, leaving.session).await?;
    let Some(hint) = hint(provider, &request).map_err(|refused| refuse(None, refused))? else {
        let unheeded = request.unheeded();
        return Ok(match live {
            Some(_) => LeavingNext::Ask { back: None, unheeded },
            None => LeavingNext::Done(SignedOut::default()),
        });
    };
    let client_id = request.client(&hint).map_err(|refused| refuse(None, refused))?;
    let client = register::by_id(provider, client_id.clone()).await?;
    let client = client.ok_or_else(|| refuse(None, LogoutRefused::ClientGone))?;
    let to = request.way_back(&client, now).map_err(|refused| refuse(Some(&client_id), refused))?;
    let back = to.map(|to| Back { client: client.clone(), to });
    match live {
        None => Ok(LeavingNext::Done(SignedOut { frames: Vec::new(), back })),
        Some(live) if is_meant(provider, &hint, &client, &live)? => {
            let list = ending::here(provider, &live).await?;
            Ok(LeavingNext::Done(SignedOut { frames: frames(provider, live.session.id, &list).await?, back }))
        }
        Some(_) => Ok(LeavingNext::Ask { back, unheeded: None }),
    }
}

/// The person's own wish, on a page of ours. `sealed` is what [`seal`] put there, or nothing.
///
/// # Errors
/// Unavailable storage.
pub async fn sign_out(provider: &Provider, cookie: Option<&str>, sealed: &str) -> Result<SignedOut, Unavailable> {
    // A page that is too old signs out all the same; only the way back is lost.
    let back = match provider.keys.open::<LogoutReturn>(sealed) {
        Ok(to) => {
            let client = register::by_id(provider, to.client_id()).await?;
            client.filter(|client| to.stands(client, provider.now())).map(|client| Back { client, to })
        }
        Err(_) => None,
    };
    let frames = match session::live(provider, cookie).await? {
        Some(live) => {
            let list = ending::here(provider, &live).await?;
            frames(provider, live.session.id, &list).await?
        }
        None => Vec::new(),
    };
    Ok(SignedOut { frames, back })
}

/// In every browser.
///
/// # Errors
/// Unavailable storage.
pub async fn sign_out_everywhere(provider: &Provider, live: &Live) -> Result<SignedOut, Unavailable> {
    let list = ending::everywhere(provider, live).await?;
    Ok(SignedOut { frames: frames(provider, live.session.id, &list).await?, back: None })
}

/// The way back as text for a form field.
///
/// # Errors
/// Only what the keys cannot do.
pub fn seal(provider: &Provider, to: &LogoutReturn) -> Result<String, Unavailable> {
    Ok(provider.keys.seal(to, &mut *provider.rng())?)
}

/// The hint, if there is one to believe. One whose key is gone since a rotation says nothing any more, and is no fault.
fn hint(provider: &Provider, request: &LogoutRequest) -> Result<Option<IdTokenHint>, LogoutRefused> {
    let (Some(token), Some(published)) = (&request.id_token_hint, provider.published()) else { return Ok(None) };
    let read = |token: Cow<'_, str>| published.signing.verify_any_hint(&token, &provider.issuer);
    match published.hinted(token).and_then(read) {
        Ok(hint) => Ok(Some(hint)),
        Err(JwtError::NoKey) => Ok(None),
        Err(cause) => Err(LogoutRefused::Hint(cause)),
    }
}

fn is_meant(provider: &Provider, hint: &IdTokenHint, client: &Client, live: &Live) -> Result<bool, Unavailable> {
    let who = live.signed_in();
    let sub = provider.keys.sub(&client.sector, &who.handle, who.epoch)?;
    Ok(authn::means_session(hint, &sub, &authn::sid(&provider.keys, live.session.id, &client.client_id)))
}

/// The pages to load: each with `iss` and with the `sid` of that website (Front-Channel Logout 1.0 §2).
pub(super) async fn frames(
    provider: &Provider,
    session: SessionId,
    list: &ClientList,
) -> Result<Vec<Url>, Unavailable> {
    let visited: Vec<ClientId> = list.iter().collect();
    if visited.is_empty() {
        return Ok(Vec::new());
    }
    let rows =
        provider.store.read(move |db| visited.iter().map(|id| clients::by_id(db, id)).collect::<Result<Vec<_>, _>>());
    let mut frames = Vec::new();
    for row in rows.await?.into_iter().flatten() {
        let client = register::from_row(row)?;
        let Some(mut url) = client.metadata.frontchannel_logout_uri.as_deref().and_then(|uri| Url::parse(uri).ok())
        else {
            continue;
        };
        let sid = authn::sid(&provider.keys, session, &client.client_id);
        url.query_pairs_mut().append_pair("iss", provider.issuer.as_str()).append_pair("sid", &sid);
        frames.push(url);
    }
    Ok(frames)
}
