//! From a desktop to a telephone, by a QR code: exactly one browser goes on, the other looks on.

use super::cookie::ApplyCookie;
use super::{Image, Refused, hold, named, nonce, same};
use crate::flow::{Provider, Unavailable};
use crate::keys::Sealable;
use crate::person::application::Link;
use crate::spec::{ApplicationId, lifetime};
use crate::store::applications::{self, ApplicationRow};
use serde::{Deserialize, Serialize};

/// What the link holds.
#[derive(Serialize, Deserialize)]
struct HandOver {
    application: ApplicationId,
    nonce: [u8; 16],
}

impl Sealable for HandOver {
    const PURPOSE: &'static str = "hand-over";
    const CLASSES: &'static [usize] = &[64];
    const LIMIT: usize = 63;
}

/// Makes the token of a link, for a QR code: good once, for five minutes, in place of any earlier one.
///
/// # Errors
/// As [`Refused`].
pub async fn hand_over(provider: &Provider, cookie: Option<&str>) -> Result<String, Refused> {
    let held = hold(provider, cookie).await?;
    let link = Link { nonce: nonce(provider), until: provider.now().plus(lifetime::HAND_OVER) };
    let token = HandOver { application: held.row.id, nonce: link.nonce };
    let token = provider.keys.seal(&token, &mut *provider.rng()).map_err(Unavailable::from)?;
    let next = held.application.clone().offer(link)?;
    held.step(provider, next, Image::Stays).await?;
    Ok(token)
}

/// Follows a link: this browser holds the application from now on, by the cookie that is answered. By POST only, for a link
/// is also followed by whatever looks at links.
///
/// # Errors
/// [`Refused::LinkOver`], [`Refused::Over`], [`Refused::Unavailable`].
pub async fn take_over(provider: &Provider, token: &str) -> Result<String, Refused> {
    let (token, held) = named(provider, token, |token: &HandOver| token.application).await?;
    let stands = |link: &Link| same(&link.nonce, &token.nonce) && provider.now() < link.until;
    if !held.application.link.as_ref().is_some_and(stands) {
        return Err(Refused::LinkOver);
    }
    let cookie = ApplyCookie::random(held.row.id, &mut *provider.rng());
    let next = held.application.clone().handed_over(held.row.secret_hash);
    let row = ApplicationRow { secret_hash: cookie.hash(), ..held.after(provider, &next, Image::Stays)? };
    match provider.store.write(move |tx| applications::step(tx, &row)).await? {
        true => Ok(cookie.expose()),
        false => Err(Refused::LinkOver),
    }
}
