//! A person's own page: computed, not stored. From the person to websites there is no table; the sub of every sector is
//! computed and its digest looked up (PROTOCOL 5).

use super::session::Live;
use super::{Provider, Unavailable, events, passkeys, recovery, register, session};
use crate::client::Client;
use crate::person::Happened;
use crate::spec::{Assurance, ClientId, Factor, SubDigest, Timestamp, lifetime};
use crate::store::{clients, consents, sessions};
use std::collections::HashMap;
use std::sync::Arc;

/// Everything on the page.
pub struct Overview {
    /// Ungrouped.
    pub number: String,
    pub sites: Vec<Site>,
    pub sessions: Vec<Seen>,
    pub passkeys: Vec<Passkey>,
    pub has_pin: bool,
    /// When new ways in take the place of all that are listed here, where somebody asked for that.
    pub recovery: Option<Timestamp>,
    /// What happened to the ways in, the latest first.
    pub events: Vec<Happened>,
}

/// A website that this person agreed to.
pub struct Site {
    pub client: Arc<Client>,
    pub since: Timestamp,
}

/// A browser signed in.
pub struct Seen {
    pub id: String,
    pub browser: String,
    pub by: SignedInBy,
    pub idle_minutes: u64,
    pub here: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedInBy {
    Passkey,
    Code,
}

/// A passkey, as its owner knows it.
pub struct Passkey {
    pub id: String,
    pub name: String,
    pub added: Timestamp,
    pub kind: PasskeyKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasskeyKind {
    /// It says so of itself.
    DeviceBound,
    Synced,
    /// A maker whom the operator trusts vouches for it; its model (AAGUID) is for its owner's eyes only.
    Attested {
        aaguid: String,
    },
}

/// Computes the page.
///
/// # Errors
/// Unavailable storage.
pub async fn overview(provider: &Provider, live: &Live) -> Result<Overview, Unavailable> {
    Ok(Overview {
        number: live.secrets.number.grouped().replace('-', ""),
        sites: sites(provider, live).await?,
        sessions: seen(provider, live).await?,
        passkeys: own_passkeys(provider, live).await?,
        has_pin: live.person.pin_hash.is_some() && live.person.totp.is_some(),
        recovery: recovery::waits(provider, live).await?,
        events: events::of(provider, live).await?,
    })
}

/// The digest of this person's sub at each client.
async fn digests(provider: &Provider, live: &Live) -> Result<HashMap<SubDigest, Vec<Arc<Client>>>, Unavailable> {
    let rows = provider.store.read(clients::all).await?;
    let who = live.signed_in();
    let mut by_digest: HashMap<SubDigest, Vec<Arc<Client>>> = HashMap::new();
    for row in rows {
        let client = register::from_row(row)?;
        let sub = provider.keys.sub(&client.sector, &who.handle, who.epoch)?;
        by_digest.entry(provider.keys.sub_digest(&sub)).or_default().push(client);
    }
    Ok(by_digest)
}

async fn sites(provider: &Provider, live: &Live) -> Result<Vec<Site>, Unavailable> {
    let by_digest = digests(provider, live).await?;
    let subs: Vec<SubDigest> = by_digest.keys().copied().collect();
    let rows = provider.store.read(move |db| consents::of(db, &subs)).await?;
    let mut sites: Vec<Site> = rows
        .into_iter()
        .filter_map(|row| {
            let clients = by_digest.get(&row.sub_digest)?;
            let client = clients.iter().find(|client| client.client_id == row.client_id)?;
            Some(Site { client: client.clone(), since: row.expires_day.minus(lifetime::CONSENT) })
        })
        .collect();
    sites.sort_by(|one, other| one.client.client_id.as_str().cmp(other.client.client_id.as_str()));
    sites.dedup_by(|one, other| one.client.client_id == other.client.client_id);
    Ok(sites)
}

async fn seen(provider: &Provider, live: &Live) -> Result<Vec<Seen>, Unavailable> {
    let person = live.person.id;
    let now = provider.now();
    let rows = provider.store.read(move |db| sessions::of_person(db, &person)).await?;
    let mut seen = Vec::with_capacity(rows.len());
    for row in rows {
        let session = session::opened(provider, row)?;
        let crate::authn::Life::Live(factors) = session.life(now) else { continue };
        let here = session.id == live.session.id;
        seen.push(Seen {
            id: session.id.to_text(),
            by: if factors.has(Factor::Cert) { SignedInBy::Passkey } else { SignedInBy::Code },
            idle_minutes: if here { 0 } else { now.since(session.last_seen).as_secs() / 60 },
            browser: session.sealed.browser,
            here,
        });
    }
    // This browser first, then those used last.
    seen.sort_by_key(|seen| (!seen.here, seen.idle_minutes));
    Ok(seen)
}

async fn own_passkeys(provider: &Provider, live: &Live) -> Result<Vec<Passkey>, Unavailable> {
    let rows = passkeys::all(provider, live.person.id).await?;
    rows.into_iter()
        .map(|(row, passkey)| {
            Ok(Passkey {
                id: row.id.to_text(),
                name: passkey.name().to_owned(),
                added: row.created_hour,
                kind: match passkey.assurance().map_err(|_| Unavailable::damaged("passkey"))? {
                    Assurance::DeviceBound => PasskeyKind::DeviceBound,
                    Assurance::Synced => PasskeyKind::Synced,
                    Assurance::Attested => {
                        PasskeyKind::Attested { aaguid: passkey.aaguid().unwrap_or_default().to_owned() }
                    }
                },
            })
        })
        .collect()
}

/// Withdraws the consent for one website: its next request asks again. False when there was none.
///
/// # Errors
/// Unavailable storage.
pub async fn withdraw(provider: &Provider, live: &Live, client_id: ClientId) -> Result<bool, Unavailable> {
    let id = client_id.clone();
    let Some(row) = provider.store.read(move |db| clients::by_id(db, &id)).await? else { return Ok(false) };
    let client = register::from_row(row)?;
    let who = live.signed_in();
    let sub = provider.keys.sub(&client.sector, &who.handle, who.epoch)?;
    let digest = provider.keys.sub_digest(&sub);
    Ok(provider.store.write(move |tx| consents::withdraw(tx, &digest, &client_id)).await?)
}
