//! The interaction: sealed into the page, opened again when the browser returns. Never a row.

use super::{Provider, Unavailable, session};
use crate::authn::{BrowserSecret, Interaction};

/// The page is too old, was made for another browser, or is no interaction of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the interaction does not open")]
pub struct Stale;

/// An interaction that no website began: the person signs in for their own page.
pub fn own(provider: &Provider, browser: &BrowserSecret) -> Interaction {
    Interaction::begin(String::new(), browser, provider.now(), &mut *provider.rng())
}

/// The interaction as text for a form field.
///
/// # Errors
/// Only what the keys cannot do.
pub fn seal(provider: &Provider, interaction: &Interaction) -> Result<String, Unavailable> {
    Ok(provider.keys.seal(interaction, &mut *provider.rng())?)
}

/// # Errors
/// [`Stale`].
pub fn open(provider: &Provider, sealed: &str, browser: &BrowserSecret) -> Result<Interaction, Stale> {
    let interaction: Interaction = provider.keys.open(sealed).map_err(|_| Stale)?;
    interaction.honoured(Some(browser), provider.now()).map_err(|_| Stale)
}

/// The same request with a ceremony of its own, after the first one was used up.
pub fn renew(provider: &Provider, interaction: Interaction) -> Interaction {
    interaction.renewed(&mut *provider.rng())
}

/// The same request of a person who goes on without the level that the website wishes for. Nobody signed in: as it was.
///
/// # Errors
/// The storage is unavailable.
pub async fn without_level(
    provider: &Provider,
    interaction: Interaction,
    cookie: Option<&str>,
) -> Result<Interaction, Unavailable> {
    let live = session::live(provider, cookie).await?;
    Ok(match live {
        Some(live) => interaction.without_level(live.session.id),
        None => interaction,
    })
}
