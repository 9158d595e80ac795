//! Persons, requests and questions for the tests of `ask` and `level`.

use super::ask::{Ask, Hinted, Known, Why, Wish, ask};
use super::signed_in::{Caps, FaceReference, SignedIn};
use crate::authorize::AuthorizationRequest;
use crate::client::{BareRequests, Client};
use crate::keys::Epoch;
use crate::spec::{Acr, FactorSet, Handle, Ladder, Params, PersonId, SessionId, Timestamp};
use std::sync::Arc;

pub const THEN: Timestamp = Timestamp::from_unix(1_000);
pub const NOW: Timestamp = Timestamp::from_unix(1_500);

pub fn request(extra: &str) -> AuthorizationRequest {
    let text = format!(
        "client_id=c&redirect_uri=https://bank.example/cb&response_type=code&scope=openid&\
         code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&{extra}"
    );
    let client = Arc::new(Client::for_tests("c", &["https://bank.example/cb"]));
    let params = Params::parse(text.as_bytes()).expect("params");
    AuthorizationRequest::parse(&params, None, client, BareRequests::Refused).expect("valid")
}

pub fn person(factors: FactorSet) -> SignedIn {
    SignedIn {
        session: SessionId::from_bytes([1; 16]),
        person: PersonId::from_bytes([2; 16]),
        factors,
        handle: Handle::from_bytes([3; 32]),
        epoch: Epoch(1),
        caps: Caps { evidence: Acr::CertPinFace, state: Acr::CertPinFace },
        face: FaceReference::Known,
    }
}

pub fn known<'a>(ladder: &'a Ladder, signed_in: Option<&'a SignedIn>) -> Known<'a> {
    Known { ladder, signed_in, hinted: Hinted::Nobody, proven: None, too_old: false, wish: Wish::Open, now: NOW }
}

pub fn essential(acr: &str) -> String {
    let claims = format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
    url::form_urlencoded::Serializer::new(String::new()).append_pair("claims", &claims).finish()
}

pub fn pin_and_code() -> SignedIn {
    person(FactorSet::pin_and_code(THEN))
}

pub fn why(answer: Ask) -> Option<Why> {
    match answer {
        Ask::SignIn { why, .. } => Some(why),
        _ => None,
    }
}

pub fn asked(extra: &str, who: Option<&SignedIn>, proven: Option<Timestamp>) -> Ask {
    ask(&request(extra), Known { proven, ..known(&Ladder::default().with_faces(), who) })
}
