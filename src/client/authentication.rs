//! From claimed to authenticated: the only way to an [`AuthenticatedClient`]. RFC 6749 §2.3, OpenID Connect Core §9.

use super::assertion::{self, AssertionError};
use super::error::ClientAuthError as E;
use super::metadata::AuthMethod;
use super::presented::{Presented, Proof};
use super::registered::Client;
use crate::keys::{JwkSet, Keys};
use crate::spec::{AssertionId, ClientId, ClientSecret, Timestamp};
use std::sync::Arc;

/// A client that somebody claims to be.
#[derive(Debug)]
pub struct ClaimedClient {
    presented: Presented,
    client: Option<Arc<Client>>,
}

impl Presented {
    /// Brings the credentials together with the registered client of that id, when there is one.
    pub fn claim(self, client: Option<Arc<Client>>) -> ClaimedClient {
        let client = client.filter(|client| client.client_id == *self.client_id());
        ClaimedClient { presented: self, client }
    }
}

impl ClaimedClient {
    /// The client whose published keys are needed to go on, and the `kid` that its assertion names.
    pub fn needs_keys(&self) -> Option<(&Arc<Client>, Option<&str>)> {
        let client = self.client.as_ref()?;
        let kid = self.presented.assertion_kid()?;
        // Nobody fetches keys for a client that registered another method.
        (client.metadata.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt).then_some((client, kid))
    }

    /// Believes the claim when its credentials prove it. `published` are the client's own keys where
    /// [`Self::needs_keys`]; `endpoint` is the path called, which an assertion may name.
    ///
    /// # Errors
    /// Why it does not.
    pub fn authenticate(
        self,
        keys: &Keys,
        published: Option<&JwkSet>,
        endpoint: &str,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, E> {
        let presented = self.presented.method();
        let Some(client) = self.client else {
            return Err(E::UnknownClient { client_id: self.presented.client_id().clone(), presented });
        };
        let registered = client.metadata.token_endpoint_auth_method;
        if presented != registered {
            return Err(E::MethodDiffers { presented, registered });
        }
        let assertion = match self.presented.proof {
            Proof::Basic(secret) | Proof::Post(secret) => check_secret(&client, &secret, presented)?,
            // RFC 7523 §3 (9): the signature, by one of the client's own keys or under its secret.
            Proof::Assertion(jwt) => {
                let published = published.ok_or(AssertionError::NoKeys)?;
                let verified =
                    jwt.verify(published, &client.metadata.assertion_algs()).map_err(AssertionError::from)?;
                Some(assertion::check(&verified, &client, keys, endpoint, now)?)
            }
            Proof::Mac(jwt) => {
                let secret = client.sealed_secret(keys).ok_or(AssertionError::NoSecret)?;
                let verified = jwt.verify(&secret).map_err(AssertionError::from)?;
                Some(assertion::check(&verified, &client, keys, endpoint, now)?)
            }
            Proof::Nothing => None,
        };
        Ok(AuthenticatedClient { client, assertion })
    }
}

fn check_secret(client: &Client, secret: &ClientSecret, presented: AuthMethod) -> Result<Option<AssertionId>, E> {
    match client.secret_hash() {
        Some(hash) if hash.matches(&secret.hash()) => Ok(None),
        _ => Err(E::SecretDiffers { presented }),
    }
}

/// A client that proved who it is, or a public one, which cannot.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
    assertion: Option<AssertionId>,
}

impl AuthenticatedClient {
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    pub fn client_id(&self) -> &ClientId {
        &self.client.client_id
    }

    /// The assertion that was used: to be spent in the same commit, and the request refused when it was spent before.
    pub fn assertion(&self) -> Option<AssertionId> {
        self.assertion
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{AssertionAlg, AssertionProfile, ClientMetadata, Environment};
    use crate::keys::{JwkSet, JwtError, KeyRecord, Publication, SigningAlg, SigningKeys, UnverifiedMac};
    use crate::spec::{OAuthError, Params, Refuse};
    use rand::{SeedableRng, rngs::StdRng};
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
    const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    fn keys() -> Keys {
        Keys::for_tests("https://hufu.example")
    }

    /// The key of a client, borrowed from our own signing room.
    fn key_of_client(alg: SigningAlg) -> SigningKeys {
        let publication = Publication { alg: alg.into(), published: NOW, used_from: NOW };
        let keys = Keys::for_tests("https://client.example");
        let record = KeyRecord::generate(&keys, &publication, &mut StdRng::seed_from_u64(1)).unwrap();
        SigningKeys::open(&keys, &[record], NOW).unwrap()
    }

    fn client(method: AuthMethod, change: impl FnOnce(&mut ClientMetadata)) -> Client {
        let mut metadata = ClientMetadata {
            client_name: "x".into(),
            redirect_uris: vec!["https://a.example/cb".into()],
            token_endpoint_auth_method: method,
            ..ClientMetadata::default()
        };
        change(&mut metadata);
        let mut client = Client::register(ClientId::new("c".into()), metadata, Environment::Sandbox).unwrap();
        if matches!(method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost) {
            client.set_secret(&ClientSecret::new("s3cret"));
        }
        client
    }

    fn authenticate(client: &Client, header: Option<&str>, form: &str) -> Result<AuthenticatedClient, E> {
        Presented::parse(header, &Params::parse(form.as_bytes()).unwrap())?
            .claim(Some(Arc::new(client.clone())))
            .authenticate(&keys(), client.metadata.jwks.as_ref(), "/token", NOW)
    }

    fn basic(credentials: &str) -> String {
        format!("Basic {}", data_encoding::BASE64.encode(credentials.as_bytes()))
    }

    #[test]
    fn the_right_secret_by_the_registered_method_authenticates() {
        let by_header = client(AuthMethod::ClientSecretBasic, |_| {});
        let by_form = client(AuthMethod::ClientSecretPost, |_| {});
        assert!(authenticate(&by_header, Some(&basic("c:s3cret")), "").is_ok());
        assert!(authenticate(&by_form, None, "client_id=c&client_secret=s3cret").is_ok());
        for wrong in ["c:s3cret ", "c:S3cret", "c:s3cre", "c:x"] {
            let error = authenticate(&by_header, Some(&basic(wrong)), "").unwrap_err();
            assert_eq!(error, E::SecretDiffers { presented: AuthMethod::ClientSecretBasic });
            assert!(!format!("{error} {:?}", error.refusal()).contains("s3cre"));
        }
        assert!(matches!(
            authenticate(&by_header, None, "client_id=c&client_secret=s3cret"),
            Err(E::MethodDiffers { .. })
        ));
        assert!(matches!(authenticate(&by_header, None, "client_id=c"), Err(E::MethodDiffers { .. })));
    }

    #[test]
    fn a_client_without_a_stored_secret_is_never_authenticated_by_one() {
        let client = Client::for_tests("c", &["https://a.example/cb"]);
        assert!(matches!(authenticate(&client, Some(&basic("c:x")), ""), Err(E::SecretDiffers { .. })));
    }

    #[test]
    fn a_public_client_is_known_by_its_id_alone() {
        let public = client(AuthMethod::None, |_| {});
        assert_eq!(authenticate(&public, None, "client_id=c").unwrap().client_id().as_str(), "c");
        assert!(matches!(authenticate(&public, Some(&basic("c:x")), ""), Err(E::MethodDiffers { .. })));
    }

    /// RFC 6749 §5.2: invalid_client, and "WWW-Authenticate" where the Authorization header was used.
    #[test]
    fn an_unknown_client_is_invalid_client_and_challenged_where_it_used_the_header() {
        let stranger = client(AuthMethod::ClientSecretBasic, |_| {});
        let by_header = authenticate(&stranger, Some(&basic("d:s3cret")), "").unwrap_err();
        let by_form = authenticate(&stranger, None, "client_id=d&client_secret=s3cret").unwrap_err();
        assert!(matches!(by_header, E::UnknownClient { .. }));
        assert_eq!((OAuthError::from(&by_header), by_header.asked_by_header()), (OAuthError::InvalidClient, true));
        assert_eq!((OAuthError::from(&by_form), by_form.asked_by_header()), (OAuthError::InvalidClient, false));
        assert_eq!(OAuthError::from(&E::TwoMethods), OAuthError::InvalidRequest);
    }

    fn assertion_client(key: &SigningKeys, profile: AssertionProfile) -> Client {
        let jwks = json!({ "keys": key.public() });
        client(AuthMethod::PrivateKeyJwt, |metadata| {
            metadata.jwks = Some(JwkSet::try_from(jwks).unwrap());
            metadata.assertion_profile = profile;
        })
    }

    fn claims() -> Value {
        let now = NOW.unix();
        json!({ "iss": "c", "sub": "c", "aud": "https://hufu.example", "jti": "j1", "exp": now + 60, "iat": now })
    }

    fn with(member: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[member] = value;
        claims
    }

    fn assert_with(
        key: &SigningKeys,
        alg: SigningAlg,
        client: &Client,
        claims: &Value,
    ) -> Result<AuthenticatedClient, E> {
        let token = key.sign(alg, "JWT", claims).unwrap();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_assertion_type", TYPE), ("client_assertion", &token)])
            .finish();
        authenticate(client, None, &form)
    }

    /// RFC 7523 §3, OpenID Connect Core §9.
    #[test]
    fn an_assertion_authenticates_and_tells_what_to_spend() {
        let key = key_of_client(SigningAlg::ES256);
        let client = assertion_client(&key, AssertionProfile::Basic);
        let spend = |claims: &Value| {
            assert_with(&key, SigningAlg::ES256, &client, claims).unwrap().assertion().expect("an id to spend")
        };
        assert_eq!(spend(&claims()), spend(&claims()));
        assert_ne!(spend(&claims()), spend(&with("jti", json!("j2"))));
    }

    #[test]
    fn an_assertion_that_says_anything_else_is_refused() {
        let key = key_of_client(SigningAlg::ES256);
        let client = assertion_client(&key, AssertionProfile::Basic);
        let now = NOW.unix();
        let refused = |claims: Value| match assert_with(&key, SigningAlg::ES256, &client, &claims) {
            Err(E::Assertion(error)) => error,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(with("sub", json!("d"))), AssertionError::SubjectDiffers);
        assert_eq!(refused(with("jti", Value::Null)), AssertionError::NoJti);
        assert_eq!(refused(with("jti", json!(""))), AssertionError::NoJti);
        assert_eq!(refused(with("jti", json!("j".repeat(513)))), AssertionError::JtiTooLong(513));
        assert_eq!(refused(with("exp", json!(now - 60))), AssertionError::Jwt(JwtError::Expired));
        assert_eq!(refused(with("exp", Value::Null)), AssertionError::Jwt(JwtError::NoExpiry));
        assert_eq!(refused(with("exp", json!(now + 3_661))), AssertionError::LivesTooLong);
        assert_eq!(refused(with("iat", json!(now + 61))), AssertionError::Jwt(JwtError::NotYetValid));
        assert_eq!(refused(with("nbf", json!(now + 61))), AssertionError::Jwt(JwtError::NotYetValid));
        assert!(matches!(refused(with("exp", json!("soon"))), AssertionError::Jwt(JwtError::Claims(_))));
        for aud in [json!("https://evil.example"), json!([]), json!(["https://hufu.example", "https://evil.example"])] {
            assert!(matches!(refused(with("aud", aud)), AssertionError::AudienceDiffers(_)));
        }
        // Another client's assertion names another client, which these keys are not looked up for.
        assert!(matches!(
            assert_with(&key, SigningAlg::ES256, &client, &with("iss", json!("d"))),
            Err(E::UnknownClient { .. })
        ));
    }

    /// PROTOCOL 19.
    #[test]
    fn the_profile_decides_which_audiences_are_accepted() {
        let key = key_of_client(SigningAlg::ES256);
        let accepted = |profile, aud: Value| {
            let client = assertion_client(&key, profile);
            assert_with(&key, SigningAlg::ES256, &client, &with("aud", aud)).is_ok()
        };
        let issuer = json!("https://hufu.example");
        let endpoint = json!("https://hufu.example/token");
        for aud in [issuer.clone(), endpoint.clone(), json!([issuer.clone()]), json!([endpoint.clone()])] {
            assert!(accepted(AssertionProfile::Basic, aud));
        }
        assert!(accepted(AssertionProfile::Fapi2, issuer.clone()));
        assert!(!accepted(AssertionProfile::Fapi2, endpoint));
        assert!(!accepted(AssertionProfile::Fapi2, json!([issuer])));
    }

    /// FAPI 2.0 Security Profile §5.4.1; OpenID Connect Registration §2, token_endpoint_auth_signing_alg.
    #[test]
    fn an_assertion_is_signed_by_an_allowed_algorithm_and_by_the_clients_own_key() {
        let rsa = key_of_client(SigningAlg::RS256);
        assert!(
            assert_with(&rsa, SigningAlg::RS256, &assertion_client(&rsa, AssertionProfile::Basic), &claims()).is_ok()
        );
        let (ours, stranger) = (key_of_client(SigningAlg::ES256), key_of_client(SigningAlg::ES256));
        let mut client = assertion_client(&ours, AssertionProfile::Basic);
        assert_eq!(
            assert_with(&stranger, SigningAlg::ES256, &client, &claims()).unwrap_err(),
            E::Assertion(JwtError::NoKey.into())
        );
        client.metadata.token_endpoint_auth_signing_alg = Some(AssertionAlg::Signature(SigningAlg::PS256));
        assert_eq!(
            assert_with(&ours, SigningAlg::ES256, &client, &claims()).unwrap_err(),
            E::Assertion(JwtError::AlgNotAllowed(SigningAlg::ES256).into())
        );
    }

    fn mac_assertion(secret: &str, claims: &Value) -> String {
        let token = UnverifiedMac::for_tests(&json!({ "alg": "HS256" }), &claims.to_string(), secret);
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_assertion_type", TYPE), ("client_assertion", &token)])
            .finish()
    }

    /// OpenID Connect Core §9, client_secret_jwt; PROTOCOL 14: the secret is sealed, and no hash of it kept.
    #[test]
    fn an_assertion_under_the_clients_secret_authenticates_and_tells_what_to_spend() {
        let mut client = client(AuthMethod::ClientSecretJwt, |_| {});
        let secret = client.issue_secret(&keys(), &mut StdRng::seed_from_u64(3)).unwrap().expect("a secret");
        assert!(client.secret_hash().is_none());
        let good = authenticate(&client, None, &mac_assertion(secret.expose(), &claims())).unwrap();
        assert!(good.assertion().is_some());
        let other = authenticate(&client, None, &mac_assertion("another", &claims())).unwrap_err();
        assert_eq!(other, E::Assertion(JwtError::SignatureDiffers.into()));
        let elsewhere = mac_assertion(secret.expose(), &with("aud", json!("https://evil.example")));
        assert!(matches!(
            authenticate(&client, None, &elsewhere),
            Err(E::Assertion(AssertionError::AudienceDiffers(_)))
        ));
        assert!(matches!(
            authenticate(&client, None, &format!("client_id=c&client_secret={}", secret.expose())),
            Err(E::MethodDiffers { .. })
        ));
    }

    /// RFC 8725 §2.1: a public key is nobody's HMAC secret, whatever the header says.
    #[test]
    fn a_public_key_is_never_taken_for_a_secret() {
        let key = key_of_client(SigningAlg::RS256);
        let client = assertion_client(&key, AssertionProfile::Basic);
        let public = json!({ "keys": key.public() }).to_string();
        let refused = authenticate(&client, None, &mac_assertion(&public, &claims())).unwrap_err();
        let (presented, registered) = (AuthMethod::ClientSecretJwt, AuthMethod::PrivateKeyJwt);
        assert_eq!(refused, E::MethodDiffers { presented, registered });
    }

    /// A row's sealed secret is good for its own client only.
    #[test]
    fn a_secret_moved_into_another_clients_row_opens_nothing() {
        let mut theirs = client(AuthMethod::ClientSecretJwt, |_| {});
        let secret = theirs.issue_secret(&keys(), &mut StdRng::seed_from_u64(3)).unwrap().expect("a secret");
        theirs.client_id = ClientId::new("d".into());
        let claims =
            json!({ "iss": "d", "sub": "d", "aud": "https://hufu.example", "jti": "j", "exp": NOW.unix() + 60 });
        let refused = authenticate(&theirs, None, &mac_assertion(secret.expose(), &claims)).unwrap_err();
        assert_eq!(refused, E::Assertion(AssertionError::NoSecret));
    }
}
