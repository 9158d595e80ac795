//! The authorization endpoint and the two pages on its way. OpenID Connect Core §3.1.2; PROTOCOL 23, 24.

use super::form::{Body, Bound, OwnForm};
use super::page::{self, ClientKind, Happened};
use super::visit::Visit;
use super::{error, reply, sign_in, sign_in_face};
use crate::authn::Interaction;
use crate::client::{Client, RedirectKind, TrustedRedirect};
use crate::consent::{Access, Decision};
use crate::flow::{self, Arrival, ConsentPage, Next, Provider, interaction};
use crate::spec::{Params, Sector};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use url::Url;

/// `GET /authorize`.
pub async fn by_query(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    let (params, problem) = Params::read(request.query_string().as_bytes());
    let bound = Bound::of(&provider, &visit);
    let arrival = Arrival {
        params,
        problem,
        browser: &bound.browser,
        session: visit.session.as_deref(),
        interaction: None,
        decision: None,
    };
    walk(&provider, &visit, &bound, arrival, sign_in::Tried::nothing()).await
}

/// `POST /authorize`: becomes a same-site GET, so that our `SameSite=Lax` cookies come along (PROTOCOL 24).
pub async fn by_form(provider: web::Data<Provider>, visit: Visit, body: Body) -> HttpResponse {
    same_site(&provider, &visit, "/authorize", &body)
}

/// A form that another website posted, as a GET to `path` of ours.
pub fn same_site(provider: &Provider, visit: &Visit, path: &str, body: &Body) -> HttpResponse {
    let base = provider.issuer.as_str().trim_end_matches('/');
    match body.bytes().ok().and_then(|bytes| std::str::from_utf8(bytes).ok()) {
        Some(query) if query.bytes().all(|byte| byte.is_ascii_graphic()) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("{base}{path}?{query}")))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish(),
        _ => error::small_page(provider, visit, Happened::BadRequest, "param.not_form", StatusCode::BAD_REQUEST),
    }
}

/// `GET /continue?i=…`: the same questions again, after a page of ours.
pub async fn again(provider: web::Data<Provider>, visit: Visit, request: HttpRequest) -> HttpResponse {
    let (params, _) = Params::read(request.query_string().as_bytes());
    let bound = Bound::of(&provider, &visit);
    resume(&provider, &visit, &bound, params.get("i").unwrap_or_default(), None).await
}

/// `POST /consent`: the person's answer.
pub async fn decide(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let decision = match fields.get("decision") {
        Some("allow") => Decision::Allow,
        Some("decline") => Decision::Decline,
        _ => {
            return error::small_page(
                &provider,
                &visit,
                Happened::BadRequest,
                "consent.decision",
                StatusCode::BAD_REQUEST,
            );
        }
    };
    let bound = Bound::of(&provider, &visit);
    resume(&provider, &visit, &bound, fields.get("interaction").unwrap_or_default(), Some(decision)).await
}

async fn resume(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    sealed: &str,
    decision: Option<Decision>,
) -> HttpResponse {
    let interaction = match interaction::open(provider, sealed, &bound.browser) {
        Ok(interaction) => interaction,
        Err(_) => {
            return error::small_page(provider, visit, Happened::Stale, "interaction.stale", StatusCode::BAD_REQUEST);
        }
    };
    if interaction.params().is_empty() {
        return to_own_page();
    }
    walk(provider, visit, bound, returning(visit, bound, interaction, decision), sign_in::Tried::nothing()).await
}

/// The arrival of a browser that was here before.
pub fn returning<'a>(
    visit: &'a Visit,
    bound: &'a Bound,
    interaction: Interaction,
    decision: Option<Decision>,
) -> Arrival<'a> {
    let (params, problem) = Params::read(interaction.params().as_bytes());
    Arrival {
        params,
        problem,
        browser: &bound.browser,
        session: visit.session.as_deref(),
        interaction: Some(interaction),
        decision,
    }
}

/// The way on for a person who came of their own accord.
pub fn to_own_page() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/me"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// As far as the street goes without the person. `tried` is for the sign-in page, if it comes to that.
pub async fn walk(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    arrival: Arrival<'_>,
    tried: sign_in::Tried<'_>,
) -> HttpResponse {
    // A request object or a pushed request may say more than what the browser brings: the pages know what counts.
    let visit = &visit.asked_in(arrival.params.get("ui_locales"));
    let asked_in = |ui_locales: &Option<String>| visit.asked_in(ui_locales.as_deref());
    let answer = match flow::authorize(provider, arrival).await {
        Ok(Next::Answer(response)) => reply::send(provider, visit, &response),
        Ok(Next::SignIn(pending)) => sign_in::page(provider, &asked_in(&pending.ui_locales), bound, &pending, tried),
        Ok(Next::Barred(pending)) => sign_in_face::barred(provider, &asked_in(&pending.ui_locales), bound, &pending),
        Ok(Next::Consent(pending)) => consent(provider, &asked_in(&pending.ui_locales), bound, &pending),
        Err(refused) => error::authorize(provider, visit, refused.client.as_deref(), &refused.refused),
    };
    bound.send(provider, answer)
}

fn consent(provider: &Provider, visit: &Visit, bound: &Bound, pending: &ConsentPage) -> HttpResponse {
    let Ok(sealed) = interaction::seal(provider, &pending.interaction) else { return error::busy(provider, visit) };
    let back = format!("/continue?i={sealed}");
    let host = host_of(&pending.redirect);
    let elsewhere = pending.shown.elsewhere.as_ref().map(Sector::as_str);
    visit.page(
        StatusCode::OK,
        Some(pending.redirect.as_str()),
        &page::Consent {
            chrome: visit.chrome(provider, bound.csrf(), Some(&back)),
            client: who_asks(&pending.client, &pending.redirect, &host, visit),
            interaction: &sealed,
            number_end: Some(&pending.number_end),
            offline: pending.shown.access == Access::Offline,
            elsewhere,
        },
    )
}

/// The host that a website registered, for the page.
pub fn host_of(redirect: &TrustedRedirect) -> String {
    Url::parse(redirect.as_str()).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Who asks, in the page's language.
pub fn who_asks<'a>(
    client: &'a Client,
    redirect: &'a TrustedRedirect,
    host: &'a str,
    visit: &Visit,
) -> page::Client<'a> {
    page::Client {
        name: client.metadata.name_in(visit.locale.tag()),
        other_way: client.metadata.alternative_login_uri.as_deref(),
        kind: match redirect.kind() {
            RedirectKind::Web => ClientKind::Website { host },
            RedirectKind::Loopback | RedirectKind::PrivateUse => ClientKind::App { redirect: redirect.as_str() },
        },
        logo: client.metadata.logo_uri.as_ref().map(|_| client.client_id.as_str()),
        policy: client.metadata.policy_uri.as_deref(),
        terms: client.metadata.tos_uri.as_deref(),
    }
}
