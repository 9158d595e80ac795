//! The `claims` parameter and the levels asked for. OpenID Connect Core §5.5, §5.5.1.1.
//!
//! Of all claims only `acr` and `auth_time` mean something here; the others exist for nobody, so they are ignored.

use serde_json::{Map, Value};

/// The levels that a request asks for. Essential ones refuse, voluntary ones prefer (Core §5.5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcrRequest {
    /// In request order; empty when none is essential.
    pub essential: Vec<String>,
    /// In request order; empty when no level was asked for.
    pub voluntary: Vec<String>,
}

/// Whether the ID token must say when the person signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthTimeClaim {
    #[default]
    Omitted,
    Requested,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    #[error("claims is not a JSON object")]
    NotAnObject,
    #[error("claims member {0} is not an object")]
    MemberNotAnObject(&'static str),
    #[error("acr is asked for with a value that is not a string")]
    AcrNotText,
    #[error("sub is asked for with a value that is not a string")]
    SubNotText,
}

/// What the `claims` parameter says about the sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClaimsRequest {
    pub acr: AcrRequest,
    pub auth_time: AuthTimeClaim,
    /// The one person that the request is about (Core §3.1.2.2: no tokens for anybody else).
    pub sub: Option<String>,
}

impl ClaimsRequest {
    /// # Errors
    /// JSON that is no object, or an `acr` request that is malformed.
    pub fn parse(text: &str) -> Result<Self, ClaimsError> {
        let Ok(Value::Object(top)) = serde_json::from_str(text) else { return Err(ClaimsError::NotAnObject) };
        member(&top, "userinfo")?;
        let Some(id_token) = member(&top, "id_token")? else { return Ok(Self::default()) };
        let auth_time =
            if id_token.contains_key("auth_time") { AuthTimeClaim::Requested } else { AuthTimeClaim::Omitted };
        Ok(Self { acr: acr(id_token.get("acr"))?, auth_time, sub: sub(id_token.get("sub"))? })
    }
}

fn member<'a>(top: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a Map<String, Value>>, ClaimsError> {
    match top.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(member)) => Ok(Some(member)),
        Some(_) => Err(ClaimsError::MemberNotAnObject(name)),
    }
}

fn sub(request: Option<&Value>) -> Result<Option<String>, ClaimsError> {
    match request.and_then(|request| request.get("value")) {
        None => Ok(None),
        Some(Value::String(sub)) => Ok(Some(sub.clone())),
        Some(_) => Err(ClaimsError::SubNotText),
    }
}

fn acr(request: Option<&Value>) -> Result<AcrRequest, ClaimsError> {
    let Some(Value::Object(request)) = request else { return Ok(AcrRequest::default()) };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(ClaimsError::AcrNotText);
    let mut levels = Vec::new();
    if let Some(value) = request.get("value") {
        levels.push(text(value)?);
    }
    if let Some(values) = request.get("values") {
        for value in values.as_array().ok_or(ClaimsError::AcrNotText)? {
            levels.push(text(value)?);
        }
    }
    Ok(if request.get("essential") == Some(&Value::Bool(true)) {
        AcrRequest { essential: levels, voluntary: Vec::new() }
    } else {
        AcrRequest { essential: Vec::new(), voluntary: levels }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core §5.5.1.1.
    #[test]
    fn an_essential_acr_with_values_is_read_in_order() {
        let parsed =
            ClaimsRequest::parse(r#"{"id_token":{"acr":{"essential":true,"values":["b","a"]},"auth_time":null}}"#);
        let parsed = parsed.expect("well formed");
        assert_eq!(parsed.acr.essential, ["b", "a"]);
        assert_eq!(parsed.auth_time, AuthTimeClaim::Requested);
    }

    #[test]
    fn a_voluntary_acr_only_prefers() {
        let parsed = ClaimsRequest::parse(r#"{"id_token":{"acr":{"value":"a"}}}"#).expect("well formed");
        assert_eq!((parsed.acr.essential.len(), parsed.acr.voluntary.len()), (0, 1));
    }

    /// OpenID Connect Core §5.5: claims that are not understood are ignored.
    #[test]
    fn claims_that_nobody_has_are_ignored() {
        let parsed = ClaimsRequest::parse(r#"{"userinfo":{"name":{"essential":true}},"id_token":null}"#);
        assert_eq!(parsed, Ok(ClaimsRequest::default()));
    }

    /// OpenID Connect Core §3.1.2.2: "the sub … MUST NOT reply with an ID Token … for a different user".
    #[test]
    fn a_request_for_one_person_names_the_sub() {
        let parsed = ClaimsRequest::parse(r#"{"id_token":{"sub":{"value":"x"}}}"#).expect("well formed");
        assert_eq!(parsed.sub.as_deref(), Some("x"));
        assert_eq!(ClaimsRequest::parse(r#"{"id_token":{"sub":{"value":1}}}"#), Err(ClaimsError::SubNotText));
    }

    #[test]
    fn malformed_claims_are_refused() {
        assert_eq!(ClaimsRequest::parse("[]"), Err(ClaimsError::NotAnObject));
        assert_eq!(ClaimsRequest::parse("{"), Err(ClaimsError::NotAnObject));
        assert_eq!(ClaimsRequest::parse(r#"{"id_token":1}"#), Err(ClaimsError::MemberNotAnObject("id_token")));
        assert_eq!(ClaimsRequest::parse(r#"{"id_token":{"acr":{"values":"a"}}}"#), Err(ClaimsError::AcrNotText));
        assert_eq!(ClaimsRequest::parse(r#"{"id_token":{"acr":{"value":1}}}"#), Err(ClaimsError::AcrNotText));
    }
}
