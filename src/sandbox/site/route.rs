//! The website's URLs.

use super::Bank;
use super::initiated::Initiated;
use super::login::{Callback, NotSignedIn};
use super::page::{Declined, FILES, Failed, Gone, Index, Lang, Other, SignedIn, Template, Word, WordOf};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// Cookies ignore ports: the name must not be one of the provider's.
const COOKIE: &str = "blue_bank";

/// No script at all; a form may lead home, or to the provider to sign out there.
fn policy(bank: &Bank) -> String {
    let provider = bank.registration.issuer.url().origin().ascii_serialization();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {provider}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

pub(super) fn all(app: &mut web::ServiceConfig, bank: &Bank) {
    let headers = DefaultHeaders::new()
        .add((CONTENT_SECURITY_POLICY, policy(bank)))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "no-referrer"));
    let mut site = web::scope("")
        .wrap(headers)
        .route("/", web::get().to(index))
        .route("/login", web::get().to(login))
        .route("/login", web::post().to(login_by_form))
        .route("/callback", web::get().to(callback))
        .route("/other", web::get().to(other))
        .route("/privacy", web::get().to(privacy))
        .route("/terms", web::get().to(terms))
        .route("/logout", web::post().to(logout))
        .route("/bye", web::get().to(bye))
        .route("/backchannel-logout", web::post().to(told))
        .route("/healthz", web::get().to(HttpResponse::Ok));
    for (path, media_type, bytes) in FILES {
        let file = move || async move { HttpResponse::Ok().content_type(media_type).body(bytes) };
        site = site.route(path, web::get().to(file));
    }
    app.service(site);
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

fn lang(request: &HttpRequest, asked: &Asked) -> Lang {
    let browser = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::choose(asked.lang.as_deref(), browser)
}

fn name(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// A page is the visitor's own: nobody keeps a copy.
fn show(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponse::build(status)
            .insert_header((CACHE_CONTROL, "no-store"))
            .content_type("text/html; charset=utf-8")
            .body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn not_signed_in(lang: Lang, why: &NotSignedIn) -> HttpResponse {
    match why {
        NotSignedIn::Declined => show(StatusCode::OK, &Declined { lang }),
        NotSignedIn::Failed { error, description } => {
            show(StatusCode::BAD_REQUEST, &Failed { lang, error, description })
        }
    }
}

/// To `place`, known there under `name`. `Lax`: the provider's redirect back is a top-level GET and brings it along.
fn send(place: &str, name: &str) -> HttpResponse {
    let cookie = Cookie::build(COOKIE, name).path("/").http_only(true).same_site(SameSite::Lax).finish();
    HttpResponse::SeeOther()
        .insert_header((LOCATION, place))
        .insert_header((CACHE_CONTROL, "no-store"))
        .cookie(cookie)
        .finish()
}

async fn index(request: HttpRequest, bank: web::Data<Bank>, asked: web::Query<Asked>) -> HttpResponse {
    let lang = lang(&request, &asked);
    match name(&request).and_then(|name| bank.visitors.guest(&name)) {
        None => {
            let told = name(&request).is_some_and(|name| bank.visitors.was_told_gone(&name));
            show(StatusCode::OK, &Index { lang, gone: if told { Gone::Told } else { Gone::Not } })
        }
        Some(guest) => {
            let (csrf, issuer, sub) = (guest.csrf.as_str(), guest.issuer.as_str(), guest.sub.as_str());
            let (acr, amr, at) = (guest.acr.as_str(), guest.amr.as_str(), guest.at.as_str());
            show(StatusCode::OK, &SignedIn { lang, csrf, issuer, sub, acr, amr, at })
        }
    }
}

async fn login(
    request: HttpRequest,
    bank: web::Data<Bank>,
    asked: web::Query<Asked>,
    initiated: web::Query<Initiated>,
) -> HttpResponse {
    leave(lang(&request, &asked), &bank, initiated.into_inner()).await
}

/// "via HTTP GET and HTTP POST" (OpenID Connect Core §4).
async fn login_by_form(request: HttpRequest, bank: web::Data<Bank>, initiated: web::Form<Initiated>) -> HttpResponse {
    leave(lang(&request, &Asked { lang: None }), &bank, initiated.into_inner()).await
}

async fn leave(lang: Lang, bank: &Bank, initiated: Initiated) -> HttpResponse {
    match bank.leave(lang.tag(), initiated).await {
        Ok((url, pending)) => {
            let name = bank.random();
            bank.visitors.leave(name.clone(), pending);
            send(url.as_str(), &name)
        }
        Err(why) => not_signed_in(lang, &why),
    }
}

async fn callback(request: HttpRequest, bank: web::Data<Bank>, said: web::Query<Callback>) -> HttpResponse {
    let lang = lang(&request, &Asked { lang: None });
    let pending = name(&request).and_then(|name| bank.visitors.come_back(&name));
    let target = pending.as_ref().map_or_else(|| "/".to_owned(), |pending| pending.target.clone());
    match bank.come_back(pending, said.into_inner()).await {
        Ok(guest) => {
            // A name that was known before the sign-in must not be the one that is signed in.
            let name = bank.random();
            bank.visitors.sign_in(name.clone(), guest);
            send(&target, &name)
        }
        Err(why) => not_signed_in(lang, &why),
    }
}

async fn other(request: HttpRequest, asked: web::Query<Asked>) -> HttpResponse {
    show(StatusCode::OK, &Other { lang: lang(&request, &asked) })
}

async fn privacy(request: HttpRequest, asked: web::Query<Asked>) -> HttpResponse {
    show(StatusCode::OK, &Word { lang: lang(&request, &asked), of: WordOf::Privacy })
}

async fn terms(request: HttpRequest, asked: web::Query<Asked>) -> HttpResponse {
    show(StatusCode::OK, &Word { lang: lang(&request, &asked), of: WordOf::Terms })
}

#[derive(Deserialize)]
struct Logout {
    csrf: String,
    #[serde(rename = "where", default)]
    place: String,
}

async fn logout(request: HttpRequest, bank: web::Data<Bank>, form: web::Form<Logout>) -> HttpResponse {
    let home = || HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish();
    let Some(name) = name(&request) else { return home() };
    let Some(guest) = bank.visitors.guest(&name).filter(|guest| guest.csrf == form.csrf) else { return home() };
    bank.visitors.forget(&name);
    if form.place != "both" {
        return home();
    }
    match bank.sign_out_at_provider(&guest).await {
        Some(url) => HttpResponse::SeeOther().insert_header((LOCATION, url.as_str())).finish(),
        None => home(),
    }
}

async fn bye(request: HttpRequest, asked: web::Query<Asked>) -> HttpResponse {
    show(StatusCode::OK, &Index { lang: lang(&request, &asked), gone: Gone::SignedOut })
}

#[derive(Deserialize)]
struct Told {
    logout_token: String,
}

/// The provider's server, not a browser (Back-Channel Logout 1.0 §2.5, §2.8).
async fn told(bank: web::Data<Bank>, form: web::Form<Told>) -> HttpResponse {
    let mut answer = match bank.told_of_logout(&form.logout_token).await {
        Ok(()) => HttpResponse::Ok(),
        Err(why) => {
            let mut answer = HttpResponse::BadRequest();
            answer.insert_header(("X-Why", why));
            answer
        }
    };
    answer.insert_header((CACHE_CONTROL, "no-store")).finish()
}

#[cfg(test)]
mod tests {
    /// PROTOCOL 24: "the demo website never shares a cookie with the provider", whose own are all named so (`web/cookie`).
    #[test]
    fn the_websites_cookie_has_a_name_of_its_own() {
        assert!(!super::COOKIE.contains("hufu"));
    }
}
