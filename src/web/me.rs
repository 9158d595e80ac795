//! The person's own page and its forms. Every change needs a live session; factors change only after a recent sign-in.

use super::form::{self, Bound, OwnForm};
use super::page::{self, Binding, Day, Happened, MeProblem, Notice, PinProblem, Said};
use super::visit::Visit;
use super::{error, logout, sign_in};
use crate::authn::PinRule;
use crate::client::Client;
use crate::flow::me::{Overview, PasskeyKind, SignedInBy};
use crate::flow::{self, Provider, ending, export, freeze, interaction, passkeys, pin, recovery, session};
use crate::person::SecurityEvent;
use crate::spec::{ClientId, DynamicCode, Params, PasskeyId, Pin, SessionId, Timestamp};
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, web};
use serde_json::json;
use url::Url;

/// What was done or could not be done, shown on the page.
#[derive(Clone, Copy, Default)]
struct Shown {
    notice: Option<Notice>,
    problem: Option<MeProblem>,
}

/// `GET /me`.
pub async fn overview(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    let (params, _) = Params::read(request.query_string().as_bytes());
    let notice = params.get("done").and_then(Notice::of_word);
    show(&provider, &visit, Shown { notice, problem: None }).await
}

/// `GET /me/signin`.
pub async fn sign_in(provider: web::Data<Provider>, visit: Visit) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let interaction = interaction::own(&provider, &bound.browser);
    let answer = sign_in::own_page(&provider, &visit, &bound, &interaction, sign_in::Tried::nothing());
    bound.send(&provider, answer)
}

async fn show(provider: &Provider, visit: &Visit, said: Shown) -> HttpResponse {
    let live = match session::visit(provider, visit.session.as_deref()).await {
        Ok(Some(live)) => live,
        Ok(None) => return to("/me/signin"),
        Err(_) => return error::busy(provider, visit),
    };
    let overview = match flow::me::overview(provider, &live).await {
        Ok(overview) => overview,
        Err(_) => return error::busy(provider, visit),
    };
    let bound = Bound::of(provider, visit);
    let answer = render(provider, visit, &bound, &overview, said);
    bound.send(provider, answer)
}

/// The page once more, with what could not be done.
pub async fn again(provider: &Provider, visit: &Visit, problem: MeProblem) -> HttpResponse {
    show(provider, visit, Shown { notice: None, problem: Some(problem) }).await
}

/// Where a website or an app is: what a person can recognise. A sector of its own is a word for us only.
fn address(client: &Client) -> String {
    let sector = client.sector.as_str();
    let first = client.metadata.redirect_uris.first().map(String::as_str).unwrap_or_default();
    match (sector.starts_with("client:"), Url::parse(first)) {
        (false, _) => sector.to_owned(),
        (true, Ok(url)) => url.host_str().unwrap_or(first).to_owned(),
        (true, Err(_)) => first.to_owned(),
    }
}

/// Where a sign-in at the website begins, told who shall sign the person in (OpenID Connect Core §4).
fn sign_in_there(provider: &Provider, client: &Client) -> Option<String> {
    let mut url = Url::parse(client.metadata.initiate_login_uri.as_deref()?).ok()?;
    url.query_pairs_mut().append_pair("iss", provider.issuer.as_str());
    Some(url.into())
}

fn render(provider: &Provider, visit: &Visit, bound: &Bound, overview: &Overview, said: Shown) -> HttpResponse {
    let names: Vec<_> = overview.sites.iter().map(|site| site.client.metadata.name_in(visit.locale.tag())).collect();
    let addresses: Vec<_> = overview.sites.iter().map(|site| address(&site.client)).collect();
    let there: Vec<_> = overview.sites.iter().map(|site| sign_in_there(provider, &site.client)).collect();
    let known = overview.sites.iter().zip(names.iter().zip(&addresses)).zip(&there);
    let sites = known.map(|((site, (name, address)), there)| page::Site {
        client_id: site.client.client_id.as_str(),
        name,
        address,
        since: day(site.since),
        sign_in: there.as_deref(),
    });
    let sessions = overview.sessions.iter().map(|session| page::Session {
        id: &session.id,
        browser: &session.browser,
        way: match session.by {
            SignedInBy::Passkey => page::Way::Passkey,
            SignedInBy::Code => page::Way::Code,
        },
        idle_minutes: session.idle_minutes,
        here: session.here,
    });
    let passkeys = overview.passkeys.iter().map(|passkey| page::Passkey {
        id: &passkey.id,
        name: &passkey.name,
        added: day(passkey.added),
        binding: match &passkey.kind {
            PasskeyKind::DeviceBound => Binding::Device,
            PasskeyKind::Synced => Binding::Synced,
            PasskeyKind::Attested { aaguid } => Binding::Attested { model: aaguid },
        },
    });
    let events = overview.events.iter().map(|event| page::Event {
        day: day(event.at),
        what: match &event.what {
            SecurityEvent::SignedIn { browser } => page::What::SignedIn { browser },
            SecurityEvent::PasskeyAdded { name } => page::What::PasskeyAdded { name },
            SecurityEvent::PasskeyRemoved { name } => page::What::PasskeyRemoved { name },
            SecurityEvent::PinChanged => page::What::PinChanged,
            SecurityEvent::DocumentAdded => page::What::DocumentAdded,
            SecurityEvent::RecoveryBegun => page::What::RecoveryBegun,
            SecurityEvent::RecoveryStopped => page::What::RecoveryStopped,
            SecurityEvent::Recovered => page::What::Recovered,
            SecurityEvent::CertificatesIssued => page::What::CertificatesIssued,
            SecurityEvent::CertificatesRevoked => page::What::CertificatesRevoked,
            SecurityEvent::SignedOutEverywhere => page::What::SignedOutEverywhere,
            SecurityEvent::Frozen => page::What::Frozen,
            SecurityEvent::Lifted => page::What::Lifted,
            SecurityEvent::CodeReplaced => page::What::CodeReplaced,
        },
    });
    let status = if said.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page(
        status,
        None,
        &page::Me {
            chrome: visit.chrome(provider, bound.csrf(), Some("/me")),
            number: &overview.number,
            sites: sites.collect(),
            sessions: sessions.collect(),
            passkeys: passkeys.collect(),
            pin: if overview.has_pin { page::Standing::Present } else { page::Standing::Absent },
            events: events.collect(),
            recovery: overview.recovery.map(day),
            notice: said.notice,
            problem: said.problem,
        },
    )
}

/// A form of our own page, from a person who is signed in; others are sent to sign in.
pub struct Own {
    fields: Params,
    live: session::Live,
}

impl Own {
    pub fn live(&self) -> &session::Live {
        &self.live
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }
}

impl FromRequest for Own {
    type Error = Error;
    type Future = form::Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, form) = (request.clone(), OwnForm::from_request(request, payload));
        Box::pin(async move {
            let OwnForm(fields) = form.await?;
            let provider = form::provider(&request);
            let visit = Visit::extract(&request).await?;
            match session::visit(&provider, visit.session.as_deref()).await {
                Ok(Some(live)) => Ok(Self { fields, live }),
                Ok(None) => Err(form::answered(to("/me/signin"))),
                Err(_) => Err(form::answered(error::busy(&provider, &visit))),
            }
        })
    }
}

/// `POST /me/consents/withdraw`.
pub async fn withdraw(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let client = ClientId::new(own.field("client_id").to_owned());
    match flow::me::withdraw(&provider, &own.live, client).await {
        Ok(_) => done(Notice::ConsentWithdrawn),
        Err(_) => error::busy(&provider, &visit),
    }
}

/// `POST /me/sessions/end`.
pub async fn end_session(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let Some(id) = own.fields.get("session").and_then(SessionId::from_text) else {
        return error::small_page(
            &provider,
            &visit,
            Happened::BadRequest,
            "session.malformed",
            StatusCode::BAD_REQUEST,
        );
    };
    match ending::end(&provider, &own.live, id).await {
        Ok(_) => done(Notice::SessionEnded),
        Err(_) => error::busy(&provider, &visit),
    }
}

/// `POST /me/sessions/end-all`.
pub async fn end_all(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    match flow::sign_out_everywhere(&provider, &own.live).await {
        Ok(out) => logout::signed_out(&provider, &visit, &out),
        Err(_) => error::busy(&provider, &visit),
    }
}

/// `POST /me/passkeys/options`: by script, answers JSON.
pub async fn passkey_options(provider: web::Data<Provider>, visit: Visit, _form: OwnForm) -> HttpResponse {
    match session::live(&provider, visit.session.as_deref()).await {
        Ok(Some(live)) => match passkeys::options(&provider, &live).await {
            Ok(offer) => HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .json(json!({ "publicKey": offer.options, "ceremony": offer.ceremony })),
            Err(passkeys::Refused::NotRecent) => HttpResponse::Unauthorized().finish(),
            Err(passkeys::Refused::Unavailable) => error::unavailable_json(&visit),
            Err(_) => HttpResponse::UnprocessableEntity().finish(),
        },
        Ok(None) => HttpResponse::Unauthorized().finish(),
        Err(_) => error::unavailable_json(&visit),
    }
}

/// `POST /me/passkeys/add`.
pub async fn add_passkey(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let (name, ceremony, credential) = (own.field("name"), own.field("ceremony"), own.field("credential"));
    let added = passkeys::add(&provider, &own.live, name, ceremony, credential).await;
    changed(&provider, &visit, added, Notice::PasskeyAdded).await
}

/// `POST /me/passkeys/rename`.
pub async fn rename_passkey(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let id = own.fields.get("passkey").and_then(PasskeyId::from_text);
    let renamed = passkeys::rename(&provider, &own.live, id, own.field("name")).await;
    changed(&provider, &visit, renamed, Notice::PasskeyRenamed).await
}

/// `POST /me/passkeys/remove`.
pub async fn remove_passkey(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let id = own.fields.get("passkey").and_then(PasskeyId::from_text);
    let removed = passkeys::remove(&provider, &own.live, id).await;
    changed(&provider, &visit, removed, Notice::PasskeyRemoved).await
}

async fn changed(
    provider: &Provider,
    visit: &Visit,
    outcome: Result<(), passkeys::Refused>,
    notice: Notice,
) -> HttpResponse {
    let problem = match outcome {
        Ok(()) => return done(notice),
        Err(passkeys::Refused::Unavailable) => return error::busy(provider, visit),
        Err(passkeys::Refused::NotRecent | passkeys::Refused::SignedOut) => return to("/me/signin"),
        Err(passkeys::Refused::NameMissing) => MeProblem::PasskeyNameMissing,
        Err(passkeys::Refused::LastWay) => MeProblem::LastWay,
        Err(passkeys::Refused::Stale) => MeProblem::Stale,
        Err(passkeys::Refused::NotAccepted) => MeProblem::PasskeyRefused,
    };
    again(provider, visit, problem).await
}

/// `POST /me/pin`.
pub async fn change_pin(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let typed = |name| Pin::new(own.field(name));
    let change = pin::Change {
        pin: typed("pin"),
        code: DynamicCode::new(own.field("code")),
        new_pin: typed("new_pin"),
        new_pin_again: typed("new_pin_again"),
        device: visit.device.as_deref(),
    };
    let problem = match pin::change(&provider, &own.live, change).await {
        Ok(()) => return done(Notice::PinChanged),
        Err(pin::Refused::Unavailable) => return error::busy(&provider, &visit),
        Err(pin::Refused::SignedOut) => return to("/me/signin"),
        Err(pin::Refused::Mismatch) => PinProblem::Mismatch,
        Err(pin::Refused::TooMany) => PinProblem::TooMany,
        Err(pin::Refused::Differ) => PinProblem::Differ,
        Err(pin::Refused::Same) => PinProblem::Same,
        Err(pin::Refused::Rule(rule)) => match rule {
            PinRule::EightDigits => PinProblem::Shape,
            PinRule::Repeated => PinProblem::Repeated,
            PinRule::Sequential => PinProblem::Sequence,
            PinRule::Palindrome => PinProblem::Palindrome,
            PinRule::BirthDate => PinProblem::Birthdate,
            PinRule::Common => PinProblem::Common,
        },
    };
    again(&provider, &visit, MeProblem::Pin(problem)).await
}

/// `POST /me/freeze`: the number is frozen and this browser signed out like every other.
pub async fn freeze(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    let way_back = match own.field("understood") {
        "yes" => freeze::WayBack::Understood,
        _ => freeze::WayBack::Unsaid,
    };
    match freeze::own(&provider, &own.live, way_back).await {
        Ok(frames) => {
            let frames: Vec<&str> = frames.iter().map(Url::as_str).collect();
            let chrome = visit.chrome(&provider, "", None);
            let page = page::Frozen { chrome, said: Said::Certainly, frames: frames.clone() };
            logout::leave(&provider, visit.framing(StatusCode::OK, None, &frames, &page))
        }
        Err(freeze::Refused::NotRecent) => to("/me/signin"),
        Err(freeze::Refused::NoWayBack) => again(&provider, &visit, MeProblem::NoWayBack).await,
        Err(freeze::Refused::Unavailable) => error::busy(&provider, &visit),
    }
}

/// `POST /me/export`: everything that is kept, as a file.
pub async fn export(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    match export::export(&provider, &own.live).await {
        Ok(export) => HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"hufu-export.json\""))
            .json(export),
        Err(export::Refused::NotRecent) => to("/me/signin"),
        Err(export::Refused::Unavailable) => error::busy(&provider, &visit),
    }
}

/// `POST /me/recovery/stop`: what waits to replace the ways in waits no more.
pub async fn stop_recovery(provider: web::Data<Provider>, visit: Visit, own: Own) -> HttpResponse {
    match recovery::stop(&provider, &own.live).await {
        // Nothing waits any more: the page shows it.
        Ok(_) => to("/me"),
        Err(_) => error::busy(&provider, &visit),
    }
}

pub fn done(notice: Notice) -> HttpResponse {
    to(&format!("/me?done={}", notice.word()))
}

pub fn to(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// The calendar day of an instant, in UTC.
pub fn day(at: Timestamp) -> Day {
    let date = time::OffsetDateTime::from_unix_timestamp(at.unix()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH).date();
    Day { year: date.year(), month: date.month().into(), day: date.day() }
}
