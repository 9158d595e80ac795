//! The answer to the website: the code or the error, `state` unchanged, `iss` always. RFC 6749 §4.1.2, RFC 9207 §2, OAuth 2.0
//! Form Post Response Mode 1.0.

use crate::client::{RedirectKind, TrustedRedirect};
use crate::spec::{IssuerUrl, Refusal, TraceId};

/// How the parameters of the answer travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseMode {
    #[default]
    Query,
    FormPost,
}

impl ResponseMode {
    /// The mode of that name at this redirect URI; `None` for one that is not served. No browser posts a form to an app's
    /// own scheme.
    pub fn parse(wire: Option<&str>, redirect: &TrustedRedirect) -> Option<Self> {
        match wire {
            None | Some("query") => Some(Self::Query),
            Some("form_post") if redirect.kind() != RedirectKind::PrivateUse => Some(Self::FormPost),
            Some(_) => None,
        }
    }
}

/// Where and how the website is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    pub redirect: TrustedRedirect,
    pub state: Option<String>,
    pub mode: ResponseMode,
}

/// An answer to the website, ready to send.
#[derive(Debug, PartialEq, Eq)]
pub enum AuthorizationResponse {
    /// The parameters in the query (RFC 6749 §4.1.2).
    Redirect { location: String },
    /// The parameters in a form that the browser posts to `action`.
    FormPost { action: TrustedRedirect, fields: Vec<(&'static str, String)> },
}

impl AuthorizationResponse {
    /// A code for the website.
    pub fn code(to: &ReplyTo, code: &str, issuer: &IssuerUrl) -> Self {
        Self::build(to, vec![("code", code.to_owned())], issuer)
    }

    /// A refusal for the website; the trace id lets its developer ask the operator.
    pub fn error(to: &ReplyTo, refusal: &Refusal, trace: TraceId, issuer: &IssuerUrl) -> Self {
        let description = format!("{} (trace {})", refusal.error_description(), trace.spoken());
        Self::build(to, vec![("error", refusal.error.wire().to_owned()), ("error_description", description)], issuer)
    }

    fn build(to: &ReplyTo, mut fields: Vec<(&'static str, String)>, issuer: &IssuerUrl) -> Self {
        fields.extend(to.state.as_ref().map(|state| ("state", state.clone())));
        fields.push(("iss", issuer.as_str().to_owned()));
        match to.mode {
            ResponseMode::FormPost => Self::FormPost { action: to.redirect.clone(), fields },
            ResponseMode::Query => Self::Redirect { location: with_query(to.redirect.as_str(), &encoded(&fields)) },
        }
    }
}

fn encoded(fields: &[(&'static str, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// `uri` with more in its query. The registered query "MUST be retained" (RFC 6749 §3.1.2), so nothing of it is rewritten.
pub fn with_query(uri: &str, query: &str) -> String {
    let lead = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{lead}{query}")
}
