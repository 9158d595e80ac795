//! Everything that is kept of a person, in one JSON file for themselves (GDPR Article 20; PIPL Article 45).
//!
//! Made when it is asked for and kept nowhere. Websites are in it with the sub that each of them sees: computed, as on the person's
//! own page. Not in it: what only proves (the PIN's hash, the seed of the code, the keys of passkeys), which would open doors.

use super::apply::documents_of;
use super::me::{self, PasskeyKind};
use super::session::Live;
use super::{Provider, Unavailable, certificates, passkeys, person};
use crate::document::DocumentKind;
use crate::keys::Sub;
use crate::person::{Evidence, Happened};
use crate::spec::Timestamp;
use serde::{Serialize, Serializer};

/// The file. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Serialize)]
pub struct Export {
    exported_at: Timestamp,
    issuer: String,
    network_number: String,
    state: String,
    created_hour: Timestamp,
    /// What the document said, and the telephone.
    attributes: Option<Kept>,
    /// What the person was proved by.
    evidence: Evidence,
    /// The registry's own pseudonym of the person, for us alone.
    registry_ref: Option<String>,
    documents: Vec<Document>,
    pin_and_code: bool,
    passkeys: Vec<Passkey>,
    sessions: Vec<Session>,
    websites: Vec<Website>,
    certificate_batches: i64,
    /// When new ways in take over, where some wait.
    new_ways_in_from: Option<Timestamp>,
    events: Vec<Happened>,
}

#[derive(Serialize)]
struct Kept {
    name: String,
    birthdate: String,
    nationality: Option<String>,
    sex: Option<String>,
    document_kind: &'static str,
    document_number: String,
    phone_number: Option<String>,
}

#[derive(Serialize)]
struct Document {
    kind: &'static str,
    expires: Option<Timestamp>,
}

#[derive(Serialize)]
struct Passkey {
    name: String,
    added_hour: Timestamp,
    kind: &'static str,
}

#[derive(Serialize)]
struct Session {
    browser: String,
    here: bool,
    idle_minutes: u64,
}

/// A website that the person agreed to, and the code that only it has.
#[derive(Serialize)]
struct Website {
    client_id: String,
    name: String,
    sector: String,
    #[serde(serialize_with = "as_text")]
    sub: Sub,
    since_day: Timestamp,
}

fn as_text<S: Serializer>(sub: &Sub, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(sub.as_str())
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the sign-in is not recent enough")]
    NotRecent,
    #[error("the storage is unavailable")]
    Unavailable,
}

impl From<Unavailable> for Refused {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

/// Gathers all of it, for who has just come in.
///
/// # Errors
/// As [`Refused`].
pub async fn export(provider: &Provider, live: &Live) -> Result<Export, Refused> {
    passkeys::recent(provider, live).map_err(|_| Refused::NotRecent)?;
    Ok(gather(provider, live).await?)
}

async fn gather(provider: &Provider, live: &Live) -> Result<Export, Unavailable> {
    let overview = me::overview(provider, live).await?;
    let attributes = person::attributes(provider, &live.person).await?.map(|attributes| Kept {
        name: attributes.name.clone(),
        birthdate: attributes.birthdate.expose(),
        nationality: attributes.nationality.clone(),
        sex: attributes.sex.clone(),
        document_kind: attributes.document.kind().word(),
        document_number: attributes.document.expose().to_owned(),
        phone_number: attributes.phone_number.as_ref().map(|phone| phone.expose().to_owned()),
    });
    let documents = documents_of(provider, &live.person).await?;
    let document = |(kind, expires): (DocumentKind, _)| Document { kind: kind.word(), expires };
    let who = live.signed_in();
    let website = |site: me::Site| {
        Ok(Website {
            client_id: site.client.client_id.to_string(),
            name: site.client.metadata.client_name.clone(),
            sector: site.client.sector.as_str().to_owned(),
            sub: provider.keys.sub(&site.client.sector, &who.handle, who.epoch)?,
            since_day: site.since,
        })
    };
    Ok(Export {
        exported_at: provider.now(),
        issuer: provider.issuer.to_string(),
        network_number: live.secrets.number.grouped(),
        state: live.person.state.clone(),
        created_hour: live.person.created_hour,
        attributes,
        evidence: live.secrets.evidence,
        registry_ref: live.secrets.registry_ref.as_ref().map(|reference| reference.expose().to_owned()),
        documents: documents.into_iter().map(document).collect(),
        pin_and_code: overview.has_pin,
        passkeys: overview.passkeys.into_iter().map(passkey).collect(),
        sessions: overview.sessions.into_iter().map(session).collect(),
        websites: overview.sites.into_iter().map(website).collect::<Result<_, Unavailable>>()?,
        certificate_batches: certificates::holder(provider, live).await?.batches,
        new_ways_in_from: overview.recovery,
        events: overview.events,
    })
}

fn passkey(passkey: me::Passkey) -> Passkey {
    let kind = match passkey.kind {
        PasskeyKind::DeviceBound => "device_bound",
        PasskeyKind::Synced => "synced",
        PasskeyKind::Attested { .. } => "attested",
    };
    Passkey { name: passkey.name, added_hour: passkey.added, kind }
}

fn session(seen: me::Seen) -> Session {
    Session { browser: seen.browser, here: seen.here, idle_minutes: seen.idle_minutes }
}
