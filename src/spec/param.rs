//! Request parameters at the door: bounded, never twice, unknown ones ignored. RFC 6749 §3.1, §3.2.

use super::{OAuthError, Refusal, Refuse};
use std::borrow::Cow;

/// The bounds of what a request may carry.
pub mod limits {
    /// Bytes of a query or a form.
    pub const BODY: usize = 64 * 1024;
    /// Bytes of an authorization request, encoded: it is sealed into the page and travels in a URL.
    pub const REQUEST: usize = 6 * 1024;
    /// Bytes of a name for a level that an operator configures: it too travels inside the code.
    pub const ACR: usize = 64;
    /// Parameters in a request.
    pub const PARAMETERS: usize = 100;
    /// Bytes of a parameter's value; a smaller bound may stand beside the parameter itself.
    pub const VALUE: usize = 16 * 1024;
    /// Bytes of `state`: it travels back in a URL.
    pub const STATE: usize = 4096;
    /// Bytes of `nonce`: it travels inside the code, which stays under 1,024 characters (PROTOCOL 13).
    pub const NONCE: usize = 320;
}

/// The one parameter that a specification allows several times (RFC 8707 §2), and this provider does not.
const RESOURCE: &str = "resource";

/// Parameters in the order they came; parsing has refused duplicates and dropped empty values.
#[derive(Clone, Default)]
pub struct Params(Vec<(String, String)>);

/// Why a set of parameters cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    #[error("parameter {0} more than once")]
    Duplicate(String),
    #[error("parameter {name} of {bytes} bytes")]
    TooLong { name: String, bytes: usize, limit: usize },
    #[error("{0} parameters")]
    TooMany(usize),
    #[error("{0} bytes of parameters")]
    TooLarge(usize),
    #[error("parameters are not UTF-8")]
    NotUtf8,
    /// Nothing is unpacked before it is known who asks: a few bytes may stand for gigabytes.
    #[error("parameters in the content coding {0}")]
    Coded(String),
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text, the form of a query and of a body.
    ///
    /// # Errors
    /// A parameter included more than once (RFC 6749 §3.1: "MUST NOT"), or a bound of [`limits`] passed.
    pub fn parse(encoded: &[u8]) -> Result<Self, ParamError> {
        match Self::read(encoded) {
            (params, None) => Ok(params),
            (_, Some(problem)) => Err(problem),
        }
    }

    /// Reads as [`Self::parse`] does, but hands on what could be read beside the first problem, for an endpoint that
    /// must know where to send its refusal. What the problem spoils is absent.
    pub fn read(encoded: &[u8]) -> (Self, Option<ParamError>) {
        if encoded.len() > limits::BODY {
            return (Self::default(), Some(ParamError::TooLarge(encoded.len())));
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        let mut problem = None;
        for (name, value) in url::form_urlencoded::parse(encoded) {
            if seen.len() == limits::PARAMETERS {
                return (Self::default(), Some(ParamError::TooMany(limits::PARAMETERS + 1)));
            }
            let twice = seen.contains(&name);
            seen.push(name.clone());
            let found = if twice {
                pairs.retain(|(known, _)| *known != name);
                ParamError::Duplicate(name.into_owned())
            } else if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                // The decoder replaces bad UTF-8 by U+FFFD; a value that held one would not be what was sent.
                ParamError::NotUtf8
            } else if value.len() > limits::VALUE {
                ParamError::TooLong { name: name.into_owned(), bytes: value.len(), limit: limits::VALUE }
            } else {
                pairs.push((name.into_owned(), value.into_owned()));
                continue;
            };
            // A duplicate of what says where to redirect outweighs a problem that came before it.
            if problem.is_none() || found.spoils(&["client_id", "redirect_uri"]) {
                problem = Some(found);
            }
        }
        // "Parameters sent without a value MUST be treated as if they were omitted" (RFC 6749 §3.1).
        pairs.retain(|(_, value)| !value.is_empty());
        (Self(pairs), problem)
    }

    /// Parameters of another form than an encoded text, within the same bounds.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of(pairs: Vec<(String, String)>) -> Result<Self, ParamError> {
        Self::parse(Self(pairs).encode().as_bytes())
    }

    /// These with those of `inside` in place of their namesakes.
    #[must_use]
    pub fn superseded_by(mut self, inside: Self) -> Self {
        self.0.retain(|(name, _)| inside.get(name).is_none());
        self.0.extend(inside.0);
        self
    }

    /// These with another value of `name`.
    #[must_use]
    pub fn with(self, name: &str, value: &str) -> Self {
        self.superseded_by(Self(vec![(name.to_owned(), value.to_owned())]))
    }

    /// These without the ones of such a name.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    /// The value of `name`, when it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of `name` within `limit` bytes.
    ///
    /// # Errors
    /// [`ParamError::TooLong`].
    pub fn within(&self, name: &str, limit: usize) -> Result<Option<&str>, ParamError> {
        match self.get(name) {
            Some(value) if value.len() > limit => {
                Err(ParamError::TooLong { name: name.to_owned(), bytes: value.len(), limit })
            }
            value => Ok(value),
        }
    }

    /// Encoded again, for a URL or to be sealed.
    pub fn encode(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

impl ParamError {
    /// Whether this problem leaves one of `names` unknown.
    pub fn spoils(&self, names: &[&str]) -> bool {
        match self {
            Self::Duplicate(name) | Self::TooLong { name, .. } => names.contains(&name.as_str()),
            Self::TooMany(_) | Self::TooLarge(_) | Self::Coded(_) => true,
            Self::NotUtf8 => false,
        }
    }
}

impl From<&ParamError> for OAuthError {
    fn from(error: &ParamError) -> Self {
        match error {
            ParamError::Duplicate(name) if name == RESOURCE => Self::InvalidTarget,
            ParamError::Duplicate(_)
            | ParamError::TooLong { .. }
            | ParamError::TooMany(_)
            | ParamError::TooLarge(_)
            | ParamError::NotUtf8
            | ParamError::Coded(_) => Self::InvalidRequest,
        }
    }
}

impl Refuse for ParamError {
    fn refusal(&self) -> Refusal {
        let refuse = |code| Refusal::new(self.into(), code);
        match self {
            Self::Duplicate(name) if name == RESOURCE => refuse("resource.several")
                .received("resource more than once")
                .expected("one resource in each request, so that each token is good at one place (RFC 8707 §2)")
                .fix("ask for a token for each resource by itself"),
            Self::Duplicate(name) => refuse("param.duplicate")
                .received(format!("{name} more than once"))
                .expected("each parameter at most once (RFC 6749 §3.1)")
                .fix("send the parameter once"),
            Self::TooLong { name, bytes, limit } => refuse("param.too_long")
                .received(format!("{name} of {bytes} bytes"))
                .expected(format!("at most {limit} bytes"))
                .fix("shorten the value; keep long data on your side and send its id"),
            Self::TooMany(count) => refuse("param.too_many")
                .received(format!("{count} or more parameters"))
                .expected(format!("at most {}", limits::PARAMETERS))
                .fix("send only the parameters of the specification"),
            Self::TooLarge(bytes) => refuse("param.too_large")
                .received(format!("{bytes} bytes of parameters"))
                .expected(format!(
                    "at most {} bytes; {} in an authorization request, encoded",
                    limits::BODY,
                    limits::REQUEST
                ))
                .fix("shorten the request"),
            Self::NotUtf8 => refuse("param.not_utf8")
                .received("bytes that are not UTF-8")
                .expected("application/x-www-form-urlencoded in UTF-8 (RFC 6749 Appendix B)")
                .fix("encode the values as UTF-8 and percent-encode them"),
            Self::Coded(coding) => refuse("param.coded")
                .received(format!("Content-Encoding: {coding}"))
                .expected("a body as it is (RFC 9110 §8.4)")
                .fix("send it uncompressed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 §3.1: "Request and response parameters MUST NOT be included more than once."
    #[test]
    fn a_parameter_included_twice_is_refused() {
        assert_eq!(Params::parse(b"a=1&a=1").err(), Some(ParamError::Duplicate("a".into())));
    }

    /// RFC 6749 §3.1: a third one is as little believed as the second, and so is one after a value that cannot be read.
    #[test]
    fn what_a_problem_spoils_stays_absent() {
        for text in ["a=1&a=2&a=3", "a=%ff&a=1", "a=1&a=%ff", &format!("a={}&a=1", "x".repeat(limits::VALUE + 1))] {
            let (params, problem) = Params::read(text.as_bytes());
            assert_eq!(params.get("a"), None, "{text:.20}");
            assert!(problem.is_some());
        }
        let (_, problem) = Params::read(b"client_id=%ff&client_id=a");
        assert_eq!(problem, Some(ParamError::Duplicate("client_id".into())));
    }

    /// RFC 6749 §3.1.
    #[test]
    fn a_parameter_without_a_value_is_treated_as_omitted() {
        let params = Params::parse(b"scope=&state=x").expect("well formed");
        assert_eq!(params.get("scope"), None);
        assert_eq!(params.get("state"), Some("x"));
    }

    #[test]
    fn oversized_and_malformed_parameters_are_refused() {
        let long = format!("a={}", "x".repeat(limits::VALUE + 1));
        assert!(matches!(Params::parse(long.as_bytes()), Err(ParamError::TooLong { .. })));
        let many: String = (0..=limits::PARAMETERS).map(|n| format!("p{n}=1&")).collect();
        assert!(matches!(Params::parse(many.as_bytes()), Err(ParamError::TooMany(_))));
        assert!(matches!(Params::parse(&vec![b'a'; limits::BODY + 1]), Err(ParamError::TooLarge(_))));
        assert_eq!(Params::parse(b"state=%ff").err(), Some(ParamError::NotUtf8));
    }

    #[test]
    fn encoding_again_loses_nothing() {
        let params = Params::parse("state=%20%2B+&scope=openid&x=蓝".as_bytes()).expect("well formed");
        let again = Params::parse(params.encode().as_bytes()).expect("well formed");
        assert_eq!(again.get("state"), Some(" + "));
        assert_eq!(again.get("x"), Some("蓝"));
    }
}
