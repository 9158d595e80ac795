//! What a request presents as its client's credentials, believed by nobody yet. RFC 6749 §2.3, RFC 7521 §4.2.

use super::error::ClientAuthError as E;
use super::metadata::AuthMethod;
use crate::keys::{JwtError, MacAlg, UnverifiedJwt, UnverifiedMac};
use crate::spec::{ClientId, ClientSecret, Params};
use data_encoding::BASE64;
use zeroize::Zeroizing;

/// RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LONGEST_ID: usize = 200;
const LONGEST_HEADER: usize = 4096;

/// Credentials by one method, and the client that they name.
#[derive(Clone, Debug)]
pub struct Presented {
    client_id: ClientId,
    pub(super) proof: Proof,
}

#[derive(Clone, Debug)]
pub(super) enum Proof {
    Basic(ClientSecret),
    Post(ClientSecret),
    Assertion(Box<UnverifiedJwt>),
    Mac(Box<UnverifiedMac>),
    Nothing,
}

impl Presented {
    /// Reads the `Authorization` header and the form of a request.
    ///
    /// # Errors
    /// No client named, two methods at once (RFC 6749 §2.3: "MUST NOT"), or credentials that cannot be read.
    pub fn parse(authorization: Option<&str>, form: &Params) -> Result<Self, E> {
        let named = form.get("client_id");
        let secret = form.get("client_secret");
        let assertion = (form.get("client_assertion_type"), form.get("client_assertion"));
        let has_assertion = assertion != (None, None);
        if usize::from(authorization.is_some()) + usize::from(secret.is_some()) + usize::from(has_assertion) > 1 {
            return Err(E::TwoMethods);
        }
        let (client_id, proof) = match (authorization, secret, assertion) {
            (Some(header), _, _) => {
                let (id, secret) = basic(header)?;
                (id, Proof::Basic(secret))
            }
            (None, Some(secret), _) => (named.ok_or(E::Missing)?.to_owned(), Proof::Post(ClientSecret::new(secret))),
            (None, None, (None, None)) => (named.ok_or(E::Missing)?.to_owned(), Proof::Nothing),
            (None, None, (Some(JWT_BEARER), Some(jwt))) => {
                // RFC 7521 §4.2: client_id is optional here; the assertion names the client as its issuer.
                let (id, proof) = either_assertion(jwt).map_err(|error| E::Assertion(error.into()))?;
                (id.ok_or(E::AssertionWithoutIssuer)?, proof)
            }
            (None, None, (Some(JWT_BEARER), None)) => return Err(E::AssertionMissing),
            (None, None, (kind, _)) => return Err(E::AssertionType(kind.unwrap_or_default().to_owned())),
        };
        let presented = Self { client_id: ClientId::new(client_id), proof };
        if named.is_some_and(|named| named != presented.client_id.as_str()) {
            return Err(E::ClientIdsDiffer { presented: presented.method() });
        }
        if presented.client_id.len() > LONGEST_ID {
            return Err(E::UnknownClient { client_id: presented.client_id, presented: AuthMethod::None });
        }
        Ok(presented)
    }

    /// The client that the credentials name.
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The `kid` of an assertion by the client's own keys; the outer `None` when it is no such assertion.
    pub fn assertion_kid(&self) -> Option<Option<&str>> {
        match &self.proof {
            Proof::Assertion(jwt) => Some(jwt.kid()),
            Proof::Basic(_) | Proof::Post(_) | Proof::Mac(_) | Proof::Nothing => None,
        }
    }

    /// The method that was used.
    pub fn method(&self) -> AuthMethod {
        match self.proof {
            Proof::Basic(_) => AuthMethod::ClientSecretBasic,
            Proof::Post(_) => AuthMethod::ClientSecretPost,
            Proof::Assertion(_) => AuthMethod::PrivateKeyJwt,
            Proof::Mac(_) => AuthMethod::ClientSecretJwt,
            Proof::Nothing => AuthMethod::None,
        }
    }
}

/// An assertion by the client's secret or by its key, as the header says; the method must be the registered one, so the
/// header chooses nothing. With it the client that it claims to be from.
fn either_assertion(jwt: &str) -> Result<(Option<String>, Proof), JwtError> {
    match UnverifiedJwt::parse(jwt) {
        Ok(jwt) => Ok((jwt.claimed_issuer(), Proof::Assertion(Box::new(jwt)))),
        Err(JwtError::UnknownAlg(alg)) if MacAlg::parse(&alg).is_some() => {
            let jwt = UnverifiedMac::parse(jwt)?;
            Ok((jwt.claimed_issuer(), Proof::Mac(Box::new(jwt))))
        }
        Err(error) => Err(error),
    }
}

/// RFC 6749 §2.3.1: id and secret each form-encoded, then joined and encoded as in RFC 7617.
fn basic(header: &str) -> Result<(String, ClientSecret), E> {
    if header.len() > LONGEST_HEADER {
        return Err(E::Authorization("at most 4096 bytes"));
    }
    let (scheme, credentials) = header.split_once(' ').ok_or(E::Authorization("Basic and credentials (RFC 7617)"))?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Err(E::Authorization("the scheme Basic; an assertion goes into the form"));
    }
    let decoded = BASE64
        .decode(credentials.trim().as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| E::Authorization("credentials in base64 with padding (RFC 7617 §2)"))?;
    let text = std::str::from_utf8(&decoded).map_err(|_| E::Authorization("credentials in UTF-8"))?;
    let (id, secret) =
        text.split_once(':').ok_or(E::Authorization("client_id and client_secret with a colon between them"))?;
    if id.is_empty() {
        return Err(E::Authorization("a client_id before the colon"));
    }
    if secret.is_empty() {
        return Err(E::EmptySecret);
    }
    let readable = |text: &str| form_decode(text).ok_or(E::Authorization("form-encoded UTF-8 (RFC 6749 §2.3.1)"));
    Ok((readable(id)?, ClientSecret::new(readable(secret)?)))
}

/// `application/x-www-form-urlencoded` for one value; a `%` that begins no escape stands for itself.
fn form_decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let escape = (byte == b'%').then(|| text.get(place + 1..place + 3)).flatten();
        let escape = escape.filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(escaped) => {
                decoded.push(escaped);
                place += 3;
            }
            None => {
                decoded.push(if byte == b'+' { b' ' } else { byte });
                place += 1;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(authorization: Option<&str>, form: &str) -> Result<Presented, E> {
        Presented::parse(authorization, &Params::parse(form.as_bytes()).unwrap())
    }

    fn basic(credentials: &str) -> String {
        format!("Basic {}", BASE64.encode(credentials.as_bytes()))
    }

    fn secret(presented: &Presented) -> &str {
        match &presented.proof {
            Proof::Basic(secret) | Proof::Post(secret) => secret.expose(),
            _ => "",
        }
    }

    /// RFC 6749 §2.3.1: id and secret "encoded using the application/x-www-form-urlencoded encoding algorithm".
    #[test]
    fn id_and_secret_of_the_header_are_form_decoded() {
        for (credentials, id, expected) in [
            ("s6BhdRkqt3:gX1fBat3bV", "s6BhdRkqt3", "gX1fBat3bV"),
            ("my%3Aclient:a%2Bb+c%25", "my:client", "a+b c%"),
            ("c:with:colons", "c", "with:colons"),
            ("c:100%", "c", "100%"),
            ("c:%zz%4", "c", "%zz%4"),
            ("c:%+1%e4%bd%a0", "c", "% 1\u{4f60}"),
        ] {
            let presented = parse(Some(&basic(credentials)), "").unwrap();
            assert_eq!((presented.client_id().as_str(), secret(&presented)), (id, expected), "{credentials}");
            assert_eq!(presented.method(), AuthMethod::ClientSecretBasic);
        }
        assert!(parse(Some(&basic("c:s").replace("Basic", "bAsIc")), "").is_ok());
    }

    /// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
    #[test]
    fn two_methods_in_one_request_are_refused() {
        let header = basic("c:s");
        let assertion = "client_assertion_type=urn%3Ax&client_assertion=a.b.c";
        for (header, form) in [
            (Some(header.as_str()), "client_secret=s"),
            (Some(header.as_str()), assertion),
            (Some(header.as_str()), "client_assertion=a.b.c"),
            (None, "client_id=c&client_secret=s&client_assertion=a.b.c"),
        ] {
            assert_eq!(parse(header, form).unwrap_err(), E::TwoMethods);
        }
    }

    #[test]
    fn credentials_that_cannot_be_read_are_refused() {
        for header in
            ["Basic", "Basic ", "Bearer abc", "Basic !!!", "Basic YWJj", "Basic //8=", "", "Basic OnNlY3JldA=="]
        {
            assert!(matches!(parse(Some(header), ""), Err(E::Authorization(_))), "{header}");
        }
        assert!(matches!(parse(Some(&basic("c:%ff")), ""), Err(E::Authorization(_))));
        assert!(matches!(parse(Some(&basic(&"c".repeat(5000))), ""), Err(E::Authorization(_))));
        assert_eq!(parse(Some(&basic("c:")), "").unwrap_err(), E::EmptySecret);
        assert_eq!(parse(None, "").unwrap_err(), E::Missing);
        assert_eq!(parse(None, "client_secret=s").unwrap_err(), E::Missing);
        assert_eq!(
            parse(None, "client_assertion_type=urn%3Ax&client_assertion=a.b.c").unwrap_err(),
            E::AssertionType("urn:x".into())
        );
        let jwt_bearer = "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        assert_eq!(parse(None, jwt_bearer).unwrap_err(), E::AssertionMissing);
        assert!(matches!(parse(None, &format!("{jwt_bearer}&client_assertion=x")), Err(E::Assertion(_))));
    }

    #[test]
    fn the_form_may_repeat_the_client_id_but_not_contradict_it() {
        let header = basic("c:s");
        assert!(parse(Some(&header), "client_id=c").is_ok());
        assert!(matches!(parse(Some(&header), "client_id=d"), Err(E::ClientIdsDiffer { .. })));
    }

    #[test]
    fn a_public_client_presents_its_id_and_nothing_else() {
        let presented = parse(None, "client_id=c&client_secret=").unwrap();
        assert_eq!((presented.client_id().as_str(), presented.method()), ("c", AuthMethod::None));
    }
}
