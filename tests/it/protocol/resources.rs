//! Resources and the tokens for them (RFC 8707, RFC 9068; PROTOCOL 8).

use crate::db::on_each_database;
use crate::house::{Answer, House, ISSUER, Person, Website, claims, renewing};
use data_encoding::BASE64URL_NOPAD;
use hufu::client::ClientMetadata;
use hufu::store::clients;
use reqwest::Method;
use serde_json::{Value, json};

const OWN: &str = "https://bank.example/api";
const FOREIGN: &str = "https://files.example/";

struct Town {
    house: House,
    person: Person,
    bank: Website,
    files: Website,
}

/// A bank with an API of its own, and another website with one.
async fn town(db: crate::db::TestDb) -> Town {
    let house = House::over(db).await;
    let answering = |host: &str, uri: &str| ClientMetadata { resources: vec![uri.to_owned()], ..renewing(host) };
    let bank = house.registered(answering("bank.example", OWN)).await;
    let files = house.registered(answering("files.example", FOREIGN)).await;
    let person = house.person().await;
    Town { house, person, bank, files }
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

fn assert_invalid_target(answer: &Answer, code: &str) {
    assert_eq!((answer.status, &*answer.error()), (400, "invalid_target"), "{}", answer.body);
    assert!(answer.body.contains(&format!("[{code}]")), "{}", answer.body);
}

impl Town {
    async fn code(&self, extra: &[(&str, &str)]) -> String {
        self.house.browser().log_in_with(&self.bank, &self.person, self.house.now(), extra).await.code()
    }

    async fn tokens(&self, extra: &[(&str, &str)]) -> Value {
        let answer = self.bank.redeem(&self.code(extra).await).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// The person as that website knows them.
    async fn sub_at(&self, website: &Website) -> Value {
        let code = self.house.browser().log_in(website, &self.person, self.house.now()).await.code();
        claims(text(&website.redeem(&code).await.json(), "id_token"))["sub"].clone()
    }
}

on_each_database! {
    /// RFC 9068 §2.1, §2.2: the type, and the claims that are REQUIRED; §2.2.1: `acr`. PROTOCOL 8: the same sector's sub.
    async fn a_resource_of_the_clients_own_sector_gets_a_jwt(db) {
        let town = town(db).await;
        let tokens = town.tokens(&[("resource", OWN)]).await;
        let token = text(&tokens, "access_token");
        let header = BASE64URL_NOPAD.decode(token.split('.').next().expect("a header").as_bytes()).expect("base64url");
        let header: Value = serde_json::from_slice(&header).expect("JSON");
        assert_eq!((header["typ"].clone(), header["alg"].clone()), (json!("at+jwt"), json!("RS256")));
        let mut said = claims(token);
        let jti = said["jti"].take();
        assert!(jti.as_str().is_some_and(|jti| jti.len() > 100), "{jti}");
        let (now, sub) = (town.house.now().unix(), claims(text(&tokens, "id_token"))["sub"].clone());
        assert_eq!(said, json!({
            "iss": ISSUER, "aud": OWN, "sub": sub, "client_id": town.bank.id(), "iat": now, "exp": now + 600,
            "jti": null, "acr": "urn:hufu:acr:code", "scope": "openid",
        }));
        let published = town.house.provider.published().expect("keys");
        published.signing.verify_own(token, "at+jwt").expect("signed by us");
        // No ID token may pass for it, nor it for one (RFC 9068 §5; RFC 8725 §3.11).
        assert!(published.signing.verify_own(text(&tokens, "id_token"), "at+jwt").is_err());
        let hinted = town.house.browser().authorize(&town.bank, &[("id_token_hint", token), ("prompt", "none")]).await;
        assert_eq!(hinted.param("error").as_deref(), Some("invalid_request"));
        assert_eq!(town.bank.introspect(jti.as_str().expect("text")).await, json!({ "active": false }), "a jti is no token");
    }

    /// RFC 9068 §2.2.1: `auth_time`, where it was asked for (PROTOCOL 4).
    async fn a_jwt_says_when_somebody_signed_in_only_where_that_was_asked_for(db) {
        let town = town(db).await;
        let tokens = town.tokens(&[("resource", OWN), ("max_age", "600")]).await;
        assert_eq!(claims(text(&tokens, "access_token"))["auth_time"], town.house.now().unix());
    }

    /// PROTOCOL 8: "a foreign one gets an opaque token and, by introspection, its own sector's sub."
    async fn another_websites_resource_gets_an_opaque_token_and_hears_its_own_sub(db) {
        let town = town(db).await;
        let (here, there) = (town.sub_at(&town.bank).await, town.sub_at(&town.files).await);
        assert_ne!(here, there);
        let tokens = town.tokens(&[("resource", FOREIGN)]).await;
        let token = text(&tokens, "access_token");
        assert!(!token.contains('.'));
        let said = town.files.introspect(token).await;
        assert_eq!((&said["active"], &said["sub"], &said["aud"]), (&json!(true), &there, &json!(FOREIGN)));
        assert_eq!(said["client_id"], town.bank.id());
        assert!(!said.to_string().contains(here.as_str().expect("text")));
        assert_eq!(town.bank.introspect(token).await["sub"], here);
        // Nor may the resource server act as the client (RFC 7009 §2.1).
        assert_eq!(town.files.revoke(token).await.error(), "invalid_grant");
    }

    /// RFC 7592 §2.3: "invalidate … currently active access tokens": whoever answers for the resource hears nothing of them.
    async fn a_removed_clients_token_is_dead_at_anothers_resource_too(db) {
        let town = town(db).await;
        let tokens = town.tokens(&[("resource", FOREIGN)]).await;
        let token = text(&tokens, "access_token");
        assert_eq!(town.files.introspect(token).await["active"], true);
        let id = town.bank.client.client_id.clone();
        town.house.provider.store.write(move |tx| clients::delete(tx, &id)).await.expect("removed");
        assert_eq!(town.files.introspect(token).await, json!({ "active": false }));
    }

    /// PROTOCOL 7: what another website learns is part of what is shown and remembered.
    async fn another_websites_resource_is_shown_and_agreed_to(db) {
        let town = town(db).await;
        let mut browser = town.house.browser();
        browser.log_in(&town.bank, &town.person, town.house.now()).await.code();
        assert!(browser.authorize(&town.bank, &[("resource", OWN)]).await.param("code").is_some(), "nothing new");
        let silent = browser.authorize(&town.bank, &[("resource", FOREIGN), ("prompt", "none")]).await;
        assert_eq!(silent.param("error").as_deref(), Some("consent_required"));
        let page = browser.authorize(&town.bank, &[("resource", FOREIGN)]).await;
        assert!(page.is_consent() && page.body.contains(r#"id="elsewhere""#) && page.body.contains("files.example"));
        browser.decide(&page, "allow").await.code();
        assert!(browser.authorize(&town.bank, &[("resource", FOREIGN)]).await.param("code").is_some(), "remembered");
        // At the token endpoint it is too late to ask for it.
        let code = town.code(&[]).await;
        assert_invalid_target(&town.bank.redeem_with(&code, &[("resource", FOREIGN)]).await, "resource.not_agreed");
        assert_eq!(town.bank.redeem_with(&code, &[("resource", OWN)]).await.status, 200, "the code was not consumed");
    }

    /// RFC 8707 §2: "invalid_target: The requested resource is invalid, missing, unknown, or malformed."
    async fn an_unknown_resource_and_several_are_an_invalid_target(db) {
        let town = town(db).await;
        let mut browser = town.house.browser();
        for unknown in ["https://bank.example/api/", "https://nowhere.example/", "api", "https://bank.example/api#f"] {
            let answer = browser.authorize(&town.bank, &[("resource", unknown)]).await;
            assert_eq!(answer.param("error").as_deref(), Some("invalid_target"), "{unknown}");
            assert_eq!(town.bank.push(&[("resource", unknown)]).await.error(), "invalid_target", "{unknown}");
        }
        let twice = format!("{}&resource={FOREIGN}", town.bank.request(&[("resource", OWN)]));
        let answer = browser.get(&twice).await;
        assert_eq!(answer.param("error").as_deref(), Some("invalid_target"));
        assert!(answer.param("error_description").is_some_and(|text| text.contains("one resource")));
        let code = town.code(&[("resource", OWN)]).await;
        let redeem = async |resource| town.bank.redeem_with(&code, &[("resource", resource)]).await;
        assert_invalid_target(&redeem("https://nowhere.example/").await, "resource.not_granted");
        let form = [("grant_type", "authorization_code"), ("code", &*code), ("resource", OWN), ("resource", FOREIGN)];
        assert_invalid_target(&town.bank.post("/token", &form).await, "resource.several");
        assert_eq!(redeem(OWN).await.status, 200);
    }

    /// RFC 9068 §4: "The resource server MUST validate that the "aud" claim contains a resource indicator value
    /// corresponding to an identifier the resource server expects for itself."
    async fn userinfo_accepts_only_tokens_that_are_for_it(db) {
        let town = town(db).await;
        for resource in [OWN, FOREIGN] {
            let tokens = town.tokens(&[("resource", resource)]).await;
            let answer = town.bank.userinfo(text(&tokens, "access_token")).await;
            assert_eq!((answer.status, &*answer.error()), (401, "invalid_token"));
            assert!(answer.body.contains("[access_token.other_audience]"), "{}", answer.body);
        }
    }

    /// RFC 8707 §2.2: with a refresh token too.
    async fn a_refresh_keeps_to_the_granted_resource(db) {
        let town = town(db).await;
        let tokens = town.tokens(&[("resource", OWN)]).await;
        let renewed = town.bank.refresh(text(&tokens, "refresh_token"), &[]).await.json();
        let token = text(&renewed, "access_token");
        assert_eq!(claims(token)["aud"], OWN);
        assert_eq!(town.bank.introspect(token).await["active"], json!(true));
        let next = text(&renewed, "refresh_token");
        assert_invalid_target(&town.bank.refresh(next, &[("resource", FOREIGN)]).await, "resource.not_granted");
        assert_eq!(town.bank.revoke(token).await.status, 200, "a JWT is revoked by its jti");
        assert_eq!(town.bank.introspect(token).await, json!({ "active": false }));
        assert_eq!(town.bank.refresh(next, &[]).await.error(), "invalid_grant");
    }

    /// PROTOCOL 8: the agreement to another website's resource is looked at by every refresh.
    async fn a_refresh_for_another_websites_resource_stands_by_that_agreement(db) {
        let town = town(db).await;
        let mut browser = town.house.browser();
        let asked = [("resource", FOREIGN), ("scope", "openid offline_access"), ("prompt", "consent")];
        let code = browser.log_in_with(&town.bank, &town.person, town.house.now(), &asked).await.code();
        let tokens = town.bank.redeem(&code).await.json();
        let renewed = town.bank.refresh(text(&tokens, "refresh_token"), &[]).await.json();
        assert_eq!(town.files.introspect(text(&renewed, "access_token")).await["active"], json!(true));
        browser.own_form("/me/consents/withdraw", &[("client_id", town.bank.id())]).await;
        assert_eq!(town.bank.refresh(text(&renewed, "refresh_token"), &[]).await.error(), "invalid_grant");
        assert_eq!(town.files.introspect(text(&renewed, "access_token")).await, json!({ "active": false }));
    }

    /// RFC 8707 §2, and the rules of registration: nobody answers for another website.
    async fn a_resource_is_registered_once_and_on_the_websites_own_host(db) {
        let town = town(db).await;
        let answering = |host: &str, uri: &str| ClientMetadata { resources: vec![uri.to_owned()], ..renewing(host) };
        for (host, uri) in [("bank.example", OWN), ("bank.example", FOREIGN), ("bank.example", "http://bank.example/")] {
            let refused = hufu::flow::register::register(&town.house.provider, answering(host, uri)).await;
            let said = refused.err().expect("refused").to_string();
            assert!(said.starts_with("resources "), "{said}");
        }
        assert_eq!(town.house.count("clients"), 2);
        assert_eq!(town.house.count("resources"), 2);
    }

    /// PROTOCOL 8: one website answers for a resource, however it registers.
    async fn a_resource_that_is_taken_is_not_registered_again(db) {
        let town = town(db).await;
        let registrar = town.house.registrar();
        let mut rival = json!({
            "client_name": "Rival", "redirect_uris": ["https://bank.example/other"], "resources": [OWN],
        });
        let refused = registrar.register(&rival).await;
        assert_eq!((refused.status, &*refused.error()), (400, "invalid_client_metadata"), "{}", refused.body);
        assert!(refused.body.contains("resources") && refused.body.contains(OWN), "{}", refused.body);
        rival["resources"] = json!(["https://bank.example/other-api"]);
        let created = registrar.register(&rival).await.json();
        rival["resources"] = json!([OWN]);
        rival["client_id"] = created["client_id"].clone();
        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let refused = registrar.send(Method::PUT, uri, Some(token), Some(&rival)).await;
        assert_eq!((refused.status, &*refused.error()), (400, "invalid_client_metadata"), "{}", refused.body);
        assert!(refused.body.contains(OWN), "{}", refused.body);
    }
}
