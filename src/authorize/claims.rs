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
    #[error("{0} is asked for by neither null nor an object")]
    RequestNotAnObject(&'static str),
    #[error("sub is asked for with one value in id_token and another in userinfo")]
    SubsDiffer,
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
    /// The only persons that the request is about (Core §3.1.2.2: no tokens for anybody else); empty: anybody.
    pub sub: Vec<String>,
}

impl ClaimsRequest {
    /// # Errors
    /// JSON that is no object, or an `acr` request that is malformed.
    pub fn parse(text: &str) -> Result<Self, ClaimsError> {
        let Ok(Value::Object(top)) = serde_json::from_str(text) else { return Err(ClaimsError::NotAnObject) };
        let nothing = Map::new();
        let userinfo = member(&top, "userinfo")?.unwrap_or(&nothing);
        let id_token = member(&top, "id_token")?.unwrap_or(&nothing);
        asked(id_token, "auth_time")?;
        let auth_time =
            if id_token.contains_key("auth_time") { AuthTimeClaim::Requested } else { AuthTimeClaim::Omitted };
        // Both answers are about one person, so both members name the same.
        let sub = match (sub(id_token)?, sub(userinfo)?) {
            (one, other) if one == other || other.is_empty() => one,
            (one, other) if one.is_empty() => other,
            (_, _) => return Err(ClaimsError::SubsDiffer),
        };
        Ok(Self { acr: acr(id_token)?, auth_time, sub })
    }
}

/// How a claim is asked for (Core §5.5.1): by an object, or by null, which says no more than its name.
fn asked<'a>(
    member: &'a Map<String, Value>,
    claim: &'static str,
) -> Result<Option<&'a Map<String, Value>>, ClaimsError> {
    match member.get(claim) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(request)) => Ok(Some(request)),
        Some(_) => Err(ClaimsError::RequestNotAnObject(claim)),
    }
}

fn member<'a>(top: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a Map<String, Value>>, ClaimsError> {
    match top.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(member)) => Ok(Some(member)),
        Some(_) => Err(ClaimsError::MemberNotAnObject(name)),
    }
}

fn sub(member: &Map<String, Value>) -> Result<Vec<String>, ClaimsError> {
    match asked(member, "sub")? {
        None => Ok(Vec::new()),
        Some(request) => wanted(request).ok_or(ClaimsError::SubNotText),
    }
}

/// The texts of "value" and "values" (Core §5.5.1); `None` where one is no text.
fn wanted(request: &Map<String, Value>) -> Option<Vec<String>> {
    let several = match request.get("values") {
        None => &Vec::new(),
        Some(values) => values.as_array()?,
    };
    request.get("value").into_iter().chain(several).map(|value| value.as_str().map(str::to_owned)).collect()
}

fn acr(member: &Map<String, Value>) -> Result<AcrRequest, ClaimsError> {
    let Some(request) = asked(member, "acr")? else { return Ok(AcrRequest::default()) };
    let levels = wanted(request).ok_or(ClaimsError::AcrNotText)?;
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
        assert_eq!(parsed.sub, ["x"]);
        let parsed = ClaimsRequest::parse(r#"{"id_token":{"sub":{"values":["x","y"]}}}"#).expect("well formed");
        assert_eq!(parsed.sub, ["x", "y"], "one of a set of values (§5.5.1)");
        assert_eq!(ClaimsRequest::parse(r#"{"id_token":{"sub":{"value":1}}}"#), Err(ClaimsError::SubNotText));
    }

    /// OpenID Connect Core §5.5: the userinfo member asks about the same person.
    #[test]
    fn both_members_name_one_person() {
        let sub = |text: &str| ClaimsRequest::parse(text).map(|parsed| parsed.sub);
        let x = || Ok(vec!["x".to_owned()]);
        assert_eq!(sub(r#"{"userinfo":{"sub":{"value":"x"}}}"#), x());
        assert_eq!(sub(r#"{"id_token":{"sub":{"value":"x"}},"userinfo":{"sub":{"value":"x"}}}"#), x());
        assert_eq!(sub(r#"{"id_token":{"sub":{"value":"x"}},"userinfo":{"sub":null}}"#), x());
        let two = r#"{"id_token":{"sub":{"value":"x"}},"userinfo":{"sub":{"value":"y"}}}"#;
        assert_eq!(sub(two), Err(ClaimsError::SubsDiffer));
        assert_eq!(sub(r#"{"userinfo":{"sub":"x"}}"#), Err(ClaimsError::RequestNotAnObject("sub")));
    }

    /// OpenID Connect Core §5.5.1: "value" and "values"; null asks for no particular one.
    #[test]
    fn a_claim_is_asked_for_by_null_or_by_an_object() {
        let acr = |text: &str| ClaimsRequest::parse(text).map(|parsed| parsed.acr.essential);
        let one = r#"{"id_token":{"acr":{"essential":true,"value":"a"}}}"#;
        assert_eq!(acr(one), Ok(vec!["a".to_owned()]));
        assert_eq!(acr(r#"{"id_token":{"acr":null}}"#), Ok(vec![]));
        assert_eq!(acr(r#"{"id_token":{"acr":true}}"#), Err(ClaimsError::RequestNotAnObject("acr")));
        assert_eq!(acr(r#"{"id_token":{"auth_time":1}}"#), Err(ClaimsError::RequestNotAnObject("auth_time")));
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
