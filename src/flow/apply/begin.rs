//! The notice is agreed to: an application begins. The first row that somebody unknown can make, so it is bounded.

use super::bounds::Bound;
use super::cookie::ApplyCookie;
use super::{Refused, log, note, ports};
use crate::authn::BrowserSecret;
use crate::flow::Provider;
use crate::person::application::Application;
use crate::spec::{ApplicationId, lifetime};
use crate::store::applications::{self, ApplicationRow};

/// Begins one in this browser; answers the cookie to hold it by. Another that this browser held lapses.
///
/// # Errors
/// [`Refused::NotHere`], [`Refused::TooMany`], [`Refused::Unavailable`].
pub async fn begin(provider: &Provider, browser: &BrowserSecret) -> Result<String, Refused> {
    ports(provider)?;
    let now = provider.now();
    let application = Application::begin(now);
    let (row, cookie) = {
        let mut rng = provider.rng();
        let cookie =
            ApplyCookie::random(ApplicationId::expiring(now.plus(lifetime::APPLICATION), &mut *rng), &mut *rng);
        let sealed = provider.keys.seal_bytes(&application, &mut *rng).map_err(crate::flow::Unavailable::from)?;
        let row = ApplicationRow { id: cookie.id(), secret_hash: cookie.hash(), sealed, image: None, version: 0 };
        (row, cookie)
    };
    let bounds = [Bound::beginning_here(provider, browser), Bound::beginning(provider)];
    let begun = provider.store.write(move |tx| {
        // A refusal of the second leaves the first counted: whoever comes that often is not the one to be kind to.
        Ok(bounds[0].draw(tx, now)? && bounds[1].draw(tx, now)? && applications::insert(tx, &row)?)
    });
    if !begun.await? {
        return log(Refused::TooMany);
    }
    note(&application);
    Ok(cookie.expose())
}
