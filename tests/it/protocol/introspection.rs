//! Revocation and introspection (RFC 7009, RFC 7662; PROTOCOL 6, 8).

use super::encrypted::{header, metadata, opened, own_keys, published, verified};
use crate::db::on_each_database;
use crate::house::{Answers, Documents, House, ISSUER, Website, renewing};
use hufu::client::{AuthMethod, ClientMetadata};
use hufu::keys::{ContentEncryption, EncryptionAlg, SigningAlg};
use serde_json::{Value, json};

/// The tokens of a login at this website.
async fn tokens(house: &House, website: &Website, extra: &[(&str, &str)]) -> Value {
    let person = house.person().await;
    let code = house.browser().log_in_with(website, &person, house.now(), extra).await.code();
    let answer = website.redeem(&code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

on_each_database! {
    /// RFC 7009 §2.1: "the authorization server SHOULD also invalidate all access tokens based on the same authorization
    /// grant".
    async fn revoking_a_refresh_token_ends_its_family_and_its_access_tokens(db) {
        let house = House::over(db).await;
        let website = house.registered(renewing("bank.example")).await;
        let first = tokens(&house, &website, &[]).await;
        let renewed = website.refresh(text(&first, "refresh_token"), &[]).await.json();
        let answer = website.post("/revoke", &[
            ("token", text(&renewed, "refresh_token")), ("token_type_hint", "access_token"),
        ]).await;
        assert_eq!((answer.status, &*answer.body), (200, ""), "a wrong hint is no error");
        assert_eq!(house.count("families"), 0);
        assert_eq!(website.refresh(text(&renewed, "refresh_token"), &[]).await.error(), "invalid_grant");
        for token in [text(&first, "access_token"), text(&renewed, "access_token")] {
            assert_eq!(website.userinfo(token).await.error(), "invalid_token");
        }
        assert_eq!(website.revoke(text(&renewed, "refresh_token")).await.status, 200, "it is revoked, as was wanted");
    }

    /// RFC 7009 §2.1, with and without a refresh token beside it.
    async fn a_revoked_access_token_is_dead_at_once(db) {
        let house = House::over(db).await;
        for website in [house.website("plain.example").await, house.registered(renewing("bank.example")).await] {
            let tokens = tokens(&house, &website, &[]).await;
            let token = text(&tokens, "access_token");
            assert_eq!(website.userinfo(token).await.status, 200);
            assert_eq!(website.revoke(token).await.status, 200);
            assert_eq!(website.userinfo(token).await.error(), "invalid_token");
            assert_eq!(website.introspect(token).await, json!({ "active": false }));
        }
    }

    /// RFC 7009 §2.1: "verifies whether the token was issued to the client making the revocation request. If this validation
    /// fails, the request is refused and the client is informed of the error".
    async fn another_clients_tokens_are_not_revoked(db) {
        let house = House::over(db).await;
        let website = house.registered(renewing("bank.example")).await;
        let thief = house.registered(renewing("thief.example")).await;
        let tokens = tokens(&house, &website, &[]).await;
        for name in ["access_token", "refresh_token"] {
            let answer = thief.revoke(text(&tokens, name)).await;
            assert_eq!((answer.status, &*answer.error()), (400, "invalid_grant"), "{name}");
        }
        assert_eq!(website.userinfo(text(&tokens, "access_token")).await.status, 200);
        assert_eq!(website.refresh(text(&tokens, "refresh_token"), &[]).await.status, 200);
    }

    /// RFC 7009 §2.2: "The authorization server responds with HTTP status code 200 if … the client submitted an invalid
    /// token"; §2.1: client authentication as at the token endpoint.
    async fn an_unknown_token_is_no_error_and_an_unknown_client_is_one(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let before = house.provider.store.writes();
        assert_eq!(website.revoke("nonsense").await.status, 200);
        assert_eq!(website.post("/revoke", &[]).await.error(), "invalid_request");
        let mut impostor = website.clone();
        impostor.secret = Some("wrong".to_owned());
        for path in ["/revoke", "/introspect"] {
            let answer = impostor.post(path, &[("token", "nonsense")]).await;
            assert_eq!((answer.status, &*answer.error()), (401, "invalid_client"), "{path}");
            assert!(answer.header("www-authenticate").starts_with("Basic"), "{path}");
        }
        assert_eq!(house.provider.store.writes() - before, 0);
        let expired = tokens(&house, &website, &[]).await;
        house.pass(601);
        assert_eq!(website.revoke(text(&expired, "access_token")).await.status, 200);
    }

    /// RFC 7662 §2.2; RFC 9470 §6.2: `acr` and `auth_time`.
    async fn a_client_learns_of_its_own_tokens(db) {
        let house = House::over(db).await;
        let website = house.registered(renewing("bank.example")).await;
        let tokens = tokens(&house, &website, &[("max_age", "600")]).await;
        let now = house.now().unix();
        let sub = website.userinfo(text(&tokens, "access_token")).await.json()["sub"].clone();
        let said = website.introspect(text(&tokens, "access_token")).await;
        assert_eq!(said, json!({
            "active": true, "iss": ISSUER, "sub": sub, "client_id": website.id(), "aud": ISSUER, "scope": "openid",
            "iat": now, "exp": now + 600, "token_type": "Bearer", "acr": "urn:hufu:acr:code", "auth_time": now,
        }));
        let said = website.introspect(text(&tokens, "refresh_token")).await;
        assert_eq!((said["active"].clone(), said["sub"].clone()), (json!(true), sub));
        website.refresh(text(&tokens, "refresh_token"), &[]).await;
        assert_eq!(website.introspect(text(&tokens, "refresh_token")).await, json!({ "active": false }));
    }

    /// PROTOCOL 4: `auth_time` is a correlator, told only where it was asked for.
    async fn introspection_keeps_auth_time_to_itself_unless_it_was_asked_for(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let tokens = tokens(&house, &website, &[]).await;
        let said = website.introspect(text(&tokens, "access_token")).await;
        assert!(said["active"] == json!(true) && said["auth_time"].is_null(), "{said}");
    }

    /// RFC 7662 §2.2: "if the … authenticated protected resource is not allowed to know about this particular token, then the
    /// authorization server MUST return an introspection response with the "active" field set to "false"", and no more.
    async fn whoever_a_token_does_not_concern_learns_nothing(db) {
        let house = House::over(db).await;
        let website = house.registered(renewing("bank.example")).await;
        let stranger = house.website("stranger.example").await;
        let tokens = tokens(&house, &website, &[]).await;
        for token in [text(&tokens, "access_token"), text(&tokens, "refresh_token"), text(&tokens, "id_token"), "x", "a.b.c"] {
            assert_eq!(stranger.introspect(token).await, json!({ "active": false }));
        }
        for not_a_token in [text(&tokens, "id_token"), "x", "a.b.c"] {
            assert_eq!(website.introspect(not_a_token).await, json!({ "active": false }));
        }
        house.pass(600);
        assert_eq!(website.introspect(text(&tokens, "access_token")).await, json!({ "active": false }));
    }

    /// PROTOCOL 6: introspection looks at person and session too.
    async fn introspection_of_a_token_whose_session_ended_is_inactive(db) {
        let house = House::over(db).await;
        let (website, person) = (house.registered(renewing("bank.example")).await, house.person().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let tokens = website.redeem(&code).await.json();
        browser.own_form("/signout", &[]).await;
        for name in ["access_token", "refresh_token"] {
            assert_eq!(website.introspect(text(&tokens, name)).await, json!({ "active": false }), "{name}");
        }
    }

    /// RFC 7662 §2.1: "To prevent token scanning attacks, the endpoint MUST also require some form of authorization".
    async fn a_stranger_and_a_public_client_are_not_told(db) {
        let house = House::over(db).await;
        let public = ClientMetadata { token_endpoint_auth_method: AuthMethod::None, ..renewing("spa.example") };
        let website = house.registered(public).await;
        let tokens = tokens(&house, &website, &[]).await;
        let answer = website.post("/introspect", &[("token", text(&tokens, "access_token"))]).await;
        assert_eq!((answer.status, &*answer.error()), (401, "invalid_client"));
        // The public client may still revoke what is its own (RFC 7009 §2.1).
        assert_eq!(website.revoke(text(&tokens, "refresh_token")).await.status, 200);
        assert_eq!(house.count("families"), 0);
    }

    /// RFC 9701 §5: a JWT about the token, that can be taken neither for the token nor for an ID token.
    async fn the_answer_is_signed_for_who_asks_for_a_jwt(db) {
        let house = House::over(db).await;
        for alg in [None, Some(SigningAlg::ES256)] {
            let metadata = ClientMetadata { introspection_signed_response_alg: alg, ..renewing("bank.example") };
            let website = house.registered(metadata).await;
            let tokens = tokens(&house, &website, &[]).await;
            let access_token = text(&tokens, "access_token");
            let answer = website.introspect_signed(access_token).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "application/token-introspection+jwt"));
            assert_eq!((answer.header("cache-control"), answer.header("vary")), ("no-store", "Accept"));
            assert_eq!(header(&answer.body)["typ"], "token-introspection+jwt");
            let alg = alg.unwrap_or(SigningAlg::RS256);
            let plain = website.introspect(access_token).await;
            assert_eq!(verified(&house, &answer.body, alg).await, json!({
                "iss": ISSUER, "aud": website.id(), "iat": house.now().unix(), "token_introspection": plain,
            }));
            let dead = website.introspect_signed("nonsense").await;
            assert_eq!(verified(&house, &dead.body, alg).await["token_introspection"], json!({ "active": false }));
            for jwt in [&answer.body, &dead.body] {
                assert_eq!(website.userinfo(jwt).await.error(), "invalid_token", "it is no token");
                let hinted = website.request(&[("prompt", "none"), ("id_token_hint", jwt)]);
                assert_eq!(house.browser().get(&hinted).await.param("error").as_deref(), Some("invalid_request"));
            }
        }
    }

    /// RFC 9701 §6: `introspection_encrypted_response_alg`.
    async fn the_signed_answer_is_encrypted_where_that_was_registered(db) {
        let (house, keys) = (House::over(db).await, own_keys());
        let (alg, enc) = (EncryptionAlg::EcdhEs, ContentEncryption::A256GCM);
        let website = house.registered(ClientMetadata {
            introspection_encrypted_response_alg: Some(alg),
            introspection_encrypted_response_enc: Some(enc),
            ..metadata(&keys)
        });
        let website = website.await;
        let tokens = tokens(&house, &website, &[]).await;
        let answer = website.introspect_signed(text(&tokens, "access_token")).await;
        let inside = opened(&keys, &answer.body, alg, enc);
        assert_eq!(verified(&house, &inside, SigningAlg::RS256).await["token_introspection"]["active"], true);
    }

    /// RFC 9701 §6, of a website whose keys cannot be had: nothing is sent open, and the same token is told of once they are back.
    async fn an_answer_that_cannot_be_encrypted_is_refused_and_never_sent_open(db) {
        let (house, keys, documents) = (House::over(db).await, own_keys(), Documents::start().await);
        let (alg, enc) = (EncryptionAlg::EcdhEs, ContentEncryption::A256GCM);
        let website = house.registered(ClientMetadata {
            jwks: None,
            jwks_uri: Some(documents.put("/keys", Answers::Status(500))),
            introspection_encrypted_response_alg: Some(alg),
            introspection_encrypted_response_enc: Some(enc),
            ..metadata(&keys)
        });
        let website = website.await;
        let tokens = tokens(&house, &website, &[]).await;
        let refused = website.introspect_signed(text(&tokens, "access_token")).await;
        assert_eq!((refused.status, &*refused.error()), (400, "invalid_client_metadata"), "{}", refused.body);
        assert!(refused.body.contains("[client.no_encryption_key]"), "{}", refused.body);
        for word in ["active", "token_introspection", "sub"] {
            assert!(refused.json()[word].is_null(), "{}", refused.body);
        }
        documents.put("/keys", Answers::With(published(&keys).to_string()));
        house.pass(31);
        let answer = website.introspect_signed(text(&tokens, "access_token")).await;
        let inside = opened(&keys, &answer.body, alg, enc);
        assert_eq!(verified(&house, &inside, SigningAlg::RS256).await["token_introspection"]["active"], true);
    }
}
