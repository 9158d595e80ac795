//! What every handler wants to know of a request, and how a page is sent: the security headers stand here, once.

use super::cookie::Jar;
use super::page::{Chrome, Locale, Template, TypeSize, World};
use super::trace;
use crate::flow::{Mode, Provider};
use crate::spec::TraceId;
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use std::borrow::Cow;
use std::convert::Infallible;
use std::future::{Ready, ready};
use url::Url;

/// One request, as far as pages and refusals care.
#[derive(Clone)]
pub struct Visit {
    pub trace: TraceId,
    spoken: String,
    /// The route's pattern.
    pub endpoint: String,
    /// Where this very page can be had once more: path and query of a GET.
    pub again: Option<String>,
    pub locale: Locale,
    /// The person's own choice goes before the website's.
    chose_language: bool,
    pub type_size: TypeSize,
    pub session: Option<String>,
    pub browser: Option<String>,
    pub device: Option<String>,
    pub application: Option<String>,
    /// A short name of the browser, for the person's list of sessions.
    pub agent: String,
}

impl FromRequest for Visit {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let provider = request.app_data::<web::Data<Provider>>().expect("the provider is mounted first");
        let issuer = &provider.issuer;
        let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let ui_locales = url::form_urlencoded::parse(request.query_string().as_bytes())
            .find(|(name, _)| name == "ui_locales")
            .map(|(_, value)| value.into_owned());
        let sent = Jar::sent(request, issuer);
        let chosen = sent(Jar::Locale);
        ready(Ok(Self {
            trace: trace::of(request),
            spoken: trace::of(request).spoken(),
            endpoint: request.match_pattern().unwrap_or_else(|| "unmatched".to_owned()),
            again: again(request),
            locale: Locale::choose(ui_locales.as_deref(), chosen.as_deref(), text(header::ACCEPT_LANGUAGE)),
            chose_language: chosen.is_some(),
            type_size: sent(Jar::TypeSize).map(|word| TypeSize::of_word(&word)).unwrap_or_default(),
            session: sent(Jar::Session),
            browser: sent(Jar::Browser),
            device: sent(Jar::Device),
            application: sent(Jar::Application),
            agent: agent(text(header::USER_AGENT).unwrap_or_default()),
        }))
    }
}

impl Visit {
    /// This visit in the language that the website asked for on the way here, unless the person chose one.
    pub fn asked_in(&self, ui_locales: Option<&str>) -> Cow<'_, Self> {
        let asked = ui_locales.into_iter().flat_map(str::split_ascii_whitespace).find_map(Locale::of_tag);
        match asked.filter(|asked| !self.chose_language && *asked != self.locale) {
            Some(locale) => Cow::Owned(Self { locale, ..self.clone() }),
            None => Cow::Borrowed(self),
        }
    }

    /// The frame of a page. `back` is where the language switch returns to.
    pub fn chrome<'a>(&'a self, provider: &Provider, csrf: &'a str, back: Option<&'a str>) -> Chrome<'a> {
        Chrome {
            locale: self.locale,
            type_size: self.type_size,
            world: match provider.mode {
                Mode::Sandbox => World::Sandbox,
                Mode::Production => World::Production,
            },
            csrf,
            back,
            trace_id: &self.spoken,
        }
    }

    /// A page with everything that must be around it. `target` is the website that a form here may end at.
    pub fn page(&self, status: StatusCode, target: Option<&str>, page: &impl Template) -> HttpResponse {
        self.framing(status, target, &[], page)
    }

    /// As [`Self::page`], and the page loads `frames` of other websites.
    pub fn framing(
        &self,
        status: StatusCode,
        target: Option<&str>,
        frames: &[&str],
        page: &impl Template,
    ) -> HttpResponse {
        let Ok(html) = page.render() else {
            return HttpResponse::InternalServerError().finish();
        };
        HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_SECURITY_POLICY, policy(&here_or_at(target), frames)))
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .insert_header(("Cross-Origin-Opener-Policy", "same-origin"))
            .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
            .insert_header(("Permissions-Policy", "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()"))
            .body(html)
    }
}

/// Longer than any address of ours; the form that carries it has bounds of its own.
const LONGEST_AGAIN: usize = 8192;

fn again(request: &HttpRequest) -> Option<String> {
    let path = request.uri().path_and_query()?.as_str();
    (request.method() == Method::GET && path.len() <= LONGEST_AGAIN).then(|| path.to_owned())
}

/// No inline anything; forms may end here, or at the website that the person came from (PROTOCOL 24); nothing is framed but
/// what tells a website of a sign-out.
fn policy(form_action: &str, frames: &[&str]) -> String {
    let mut framed: Vec<String> = frames.iter().copied().filter_map(form_target).collect();
    framed.sort_unstable();
    framed.dedup();
    let frames = if framed.is_empty() { String::new() } else { format!("frame-src {}; ", framed.join(" ")) };
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; {frames}\
         form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
}

fn here_or_at(target: Option<&str>) -> String {
    ["'self'".to_owned()].into_iter().chain(target.and_then(form_target)).collect::<Vec<_>>().join(" ")
}

/// The policy of a page whose only form goes to the website.
pub fn policy_of_posting_to(redirect_uri: &str) -> String {
    policy(&form_target(redirect_uri).unwrap_or_else(|| "'none'".to_owned()), &[])
}

/// The source expression of a website's URI: its origin, or its scheme when it has none.
fn form_target(redirect_uri: &str) -> Option<String> {
    let url = Url::parse(redirect_uri).ok()?;
    match url.origin() {
        // The grammar of CSP knows no IPv6 address (CSP 3 §2.3.1), so its scheme must do.
        url::Origin::Tuple(scheme, url::Host::Ipv6(_), _) => Some(format!("{scheme}:")),
        origin @ url::Origin::Tuple(..) => Some(origin.ascii_serialization()),
        url::Origin::Opaque(_) => Some(format!("{}:", url.scheme())),
    }
}

/// "Firefox, Windows": enough for a person to know the browser by, and no more.
fn agent(header: &str) -> String {
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| header.contains(mark)).map(|(_, name)| *name);
    let browser = find(&[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_end_at_the_website_and_nowhere_else() {
        let policy = |target| policy(&here_or_at(target), &[]);
        assert!(policy(Some("https://bank.example/cb?x=1")).contains("form-action 'self' https://bank.example;"));
        assert!(policy(Some("http://127.0.0.1:5050/cb")).contains("form-action 'self' http://127.0.0.1:5050;"));
        assert!(policy(Some("com.example.app:/cb")).contains("form-action 'self' com.example.app:;"));
        assert!(policy(None).contains("form-action 'self';"));
        assert!(!policy(None).contains("unsafe") && !policy(None).contains("frame-src"));
        assert!(policy_of_posting_to("https://bank.example/cb").contains("form-action https://bank.example;"));
    }

    /// Front-Channel Logout 1.0 §2: the pages of exactly the websites to tell.
    #[test]
    fn only_the_websites_to_tell_are_framed() {
        let frames = ["https://a.example/out?iss=x&sid=y", "https://a.example/bye", "http://localhost:81/out"];
        assert!(
            policy(&here_or_at(None), &frames)
                .contains("; frame-src http://localhost:81 https://a.example; form-action")
        );
    }

    #[test]
    fn a_browser_is_named_coarsely() {
        assert_eq!(
            agent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"),
            "Chrome, Linux"
        );
        assert_eq!(agent("curl/8"), "");
    }
}
