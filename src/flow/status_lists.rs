//! Status lists as they are published: what has become of the certificates that expire on one day. Token Status List
//! (draft-ietf-oauth-status-list) §5.1, §8; PROTOCOL 26; ADR 15.
//!
//! Nothing is kept of a status: it is computed from persons' states and revoked batches, signed, and stands for a quarter of an
//! hour. What changed in the meantime changes together, so that no change is told by its instant.

use super::discovery::Document;
use super::{Provider, Unavailable};
use crate::keys::{PLACES, SigningAlg};
use crate::person::{ListId, PersonState, Places, STATUS_BITS, Status, StatusList};
use crate::spec::{IssuerUrl, Timestamp, lifetime};
use crate::store::certificates::{self, Stopped};
use crate::store::status_lists;
use serde::Serialize;
use std::collections::HashMap;
use tokio::sync::Mutex;

/// `typ` of the JWT (§5.1).
const TYP: &str = "statuslist+jwt";

/// The lists of this step that were asked for. Locked while one is computed: a thousand who ask at once cost one look.
#[derive(Default)]
pub(super) struct StatusLists(Mutex<HashMap<ListId, (Timestamp, Document)>>);

/// §5.1.
#[derive(Serialize)]
struct Claims {
    /// Its own address, which the certificates name.
    sub: String,
    iat: Timestamp,
    exp: Timestamp,
    ttl: u64,
    status_list: Lst,
}

/// §4.2.
#[derive(Serialize)]
struct Lst {
    bits: u8,
    lst: String,
}

/// The list, signed; `None` when there is none, or none any more.
///
/// # Errors
/// Unavailable storage or keys.
pub async fn status_list(provider: &Provider, list: ListId) -> Result<Option<Document>, Unavailable> {
    let now = provider.now();
    let step = now.step(lifetime::STATUS_STEP);
    let mut kept = provider.status_lists.0.lock().await;
    if let Some((_, document)) = kept.get(&list).filter(|(of, _)| *of == step) {
        return Ok(Some(document.clone()));
    }
    let expires = list.expires();
    if now >= expires {
        return Ok(None);
    }
    let found = provider.store.read(move |db| {
        if !status_lists::is_there(db, expires, i64::from(list.nth()))? {
            return Ok(None);
        }
        certificates::stopped(db, expires).map(Some)
    });
    let Some(stopped) = found.await? else { return Ok(None) };
    let claims = claims(list.uri(&provider.issuer), step, compressed(provider, list, &stopped)?);
    let signing = &provider.published().ok_or_else(Unavailable::busy)?.signing;
    let document = Document::of(signing.sign(SigningAlg::ES256, TYP, &claims)?.into());
    kept.retain(|_, (of, _)| *of == step);
    kept.insert(list, (step, document.clone()));
    Ok(Some(document))
}

fn claims(sub: String, step: Timestamp, lst: String) -> Claims {
    Claims {
        sub,
        iat: step,
        exp: step.plus(lifetime::STATUS_LIST),
        ttl: lifetime::STATUS_STEP.as_secs(),
        status_list: Lst { bits: STATUS_BITS, lst },
    }
}

fn compressed(provider: &Provider, list: ListId, stopped: &[Stopped]) -> Result<String, Unavailable> {
    let mut statuses = StatusList::new(PLACES as usize);
    for batch in stopped {
        let places: Places =
            provider.keys.open_bytes(&batch.sealed).map_err(|_| Unavailable::damaged("certificate's places"))?;
        if places.list != list {
            continue;
        }
        let state = PersonState::parse(&batch.state).ok_or_else(|| Unavailable::damaged("person state"))?;
        let status = if batch.revoked { Status::Invalid } else { Status::of(state) };
        places.places.iter().for_each(|place| statuses.set(*place as usize, status));
    }
    statuses.compressed().map_err(|_| Unavailable::damaged("status list"))
}

/// Where a verifier finds whose keys sign certificates (SD-JWT VC §5).
pub fn issuer_metadata(issuer: &IssuerUrl) -> serde_json::Value {
    let jwks_uri = format!("{}/jwks", issuer.as_str().trim_end_matches('/'));
    serde_json::json!({ "issuer": issuer.as_str(), "jwks_uri": jwks_uri })
}
