//! One login, one insert (PROTOCOL 17; RFC 6749 §4.1.2, §4.1.3; RFC 9700 §4.5).

use crate::db::on_each_database;
use crate::house::{Answer, House, Plan, START, Website, claims, paying_with};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// A house with one person at one website, and the code of a login.
async fn logged_in(house: &House) -> (Website, String) {
    let website = house.website("bank.example").await;
    let person = house.person().await;
    let code = house.browser().log_in(&website, &person, house.now()).await.code();
    (website, code)
}

fn assert_refused(answer: &Answer, error: &str) {
    assert_eq!((answer.status, &*answer.error()), (if error == "invalid_client" { 401 } else { 400 }, error));
}

fn assert_granted(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.body);
}

on_each_database! {
    /// RFC 6749 §4.1.2: "The client MUST NOT use the authorization code more than once. If an authorization code is used
    /// more than once, the authorization server MUST deny the request and SHOULD revoke … all tokens previously issued
    /// based on that authorization code."
    async fn one_code_from_64_connections_at_once_is_redeemed_once_and_its_token_is_dead_afterwards(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let attempts: Vec<_> = (0..64)
            .map(|_| {
                let (website, code) = (website.clone(), code.clone());
                tokio::spawn(async move { website.redeem(&code).await })
            })
            .collect();
        let mut answers = BTreeMap::new();
        let mut granted = Vec::new();
        for attempt in attempts {
            let answer = attempt.await.expect("no panic");
            let said = if answer.status == 200 { "granted".to_owned() } else { answer.error() };
            if answer.status == 200 {
                granted.push(answer);
            }
            *answers.entry(said).or_insert(0) += 1;
        }
        let expected = BTreeMap::from([("granted".to_owned(), 1), ("invalid_grant".to_owned(), 63)]);
        assert_eq!(answers, expected);
        let token = granted[0].json()["access_token"].as_str().expect("a token").to_owned();
        let answer = website.userinfo(&token).await;
        assert_eq!((answer.status, &*answer.error()), (401, "invalid_token"));
    }

    /// RFC 6749 §4.1.2: "SHOULD revoke (when possible) all tokens previously issued based on that authorization code".
    async fn a_code_used_twice_is_denied_and_its_tokens_are_revoked(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let token = website.access_token(&code).await;
        assert_granted(&website.userinfo(&token).await);
        assert_refused(&website.redeem(&code).await, "invalid_grant");
        assert_eq!(website.userinfo(&token).await.error(), "invalid_token");
        assert_refused(&website.redeem(&code).await, "invalid_grant");
    }

    /// PROTOCOL 17: "does the row exist? revoke, `Replayed`, *whatever its age*".
    async fn a_replay_after_the_code_has_expired_still_revokes(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let token = website.access_token(&code).await;
        house.pass(5 * 60);
        assert_granted(&website.userinfo(&token).await);
        assert_refused(&website.redeem(&code).await, "invalid_grant");
        assert_eq!(website.userinfo(&token).await.error(), "invalid_token");
    }

    /// PROTOCOL 17: a replay with the wrong verifier is a replay all the same.
    async fn a_replay_with_everything_wrong_still_revokes(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let token = website.access_token(&code).await;
        let wrong = [("redirect_uri", "https://bank.example/other"), ("code_verifier", "")];
        assert_refused(&website.redeem_with(&code, &wrong).await, "invalid_grant");
        assert_eq!(website.userinfo(&token).await.error(), "invalid_token");
    }

    /// RFC 6749 §4.1.2: "A maximum authorization code lifetime of 10 minutes is RECOMMENDED"; ours is 60 seconds.
    async fn a_code_of_sixty_seconds_is_late_and_one_of_fifty_nine_is_not(db) {
        let house = House::over(db).await;
        let (website, late) = logged_in(&house).await;
        house.pass(60);
        assert_refused(&website.redeem(&late).await, "invalid_grant");
        house.pass(1);
        assert_refused(&website.redeem(&late).await, "invalid_grant");
        assert_eq!(house.count("grants"), 0, "a late code writes no row");
        let person = house.person().await;
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        house.pass(59);
        assert_granted(&website.redeem(&code).await);
        assert_eq!(house.count("grants"), 1);
    }

    /// RFC 6749 §4.1.3 "ensure that the "redirect_uri" parameter is present … and … identical"; RFC 7636 §4.6;
    /// PROTOCOL 17: "redirect and verifier (refuse, do not consume)".
    async fn a_wrong_redirect_or_verifier_refuses_without_consuming_the_code(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let other = "a-verifier-that-is-long-enough-but-was-never-announced";
        for (name, value, error) in [
            ("redirect_uri", "https://bank.example/cb/", "invalid_grant"),
            ("redirect_uri", "https://bank.example/CB", "invalid_grant"),
            ("redirect_uri", "", "invalid_request"),
            ("code_verifier", other, "invalid_grant"),
            ("code_verifier", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "invalid_grant"),
            ("code_verifier", "short", "invalid_request"),
            ("code_verifier", "", "invalid_grant"),
        ] {
            assert_refused(&website.redeem_with(&code, &[(name, value)]).await, error);
        }
        assert_eq!(house.count("grants"), 0);
        assert_granted(&website.redeem(&code).await);
    }

    /// RFC 6749 §4.1.3: "ensure that the authorization code was issued to the authenticated confidential client".
    async fn a_code_in_the_hands_of_another_client_is_refused_and_stays_good_for_its_own(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let thief = house.website("thief.example").await;
        assert_refused(&thief.redeem(&code).await, "invalid_grant");
        let as_sent = [("redirect_uri", &*website.redirect_uri)];
        assert_refused(&thief.redeem_with(&code, &as_sent).await, "invalid_grant");
        let token = website.access_token(&code).await;
        // Nor is it a replay that would revoke somebody else's tokens.
        assert_refused(&thief.redeem_with(&code, &as_sent).await, "invalid_grant");
        assert_granted(&website.userinfo(&token).await);
    }

    /// PROTOCOL 17: "a token without its row is revoked".
    async fn a_token_whose_row_is_gone_is_revoked(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let token = website.access_token(&code).await;
        house.db().execute("DELETE FROM grants", "DELETE FROM grants");
        assert_eq!(website.userinfo(&token).await.error(), "invalid_token");
    }

    /// PROTOCOL 17: "The row outlives code and access token by twice the clock skew."
    async fn the_row_of_a_grant_outlives_its_token(db) {
        let house = House::over(db).await;
        // Rows go by the hour, so the hour must turn within the skew: at the next full hour the row is good for two seconds
        // more, which is what a node whose clock is behind by twice the skew still needs it for.
        let skew = 2 * hufu::spec::lifetime::CLOCK_SKEW.as_secs();
        let row_lives = 60 + 10 * 60 + skew;
        house.pass(3600 + 2 - row_lives);
        let (website, code) = logged_in(&house).await;
        house.pass(59);
        let token = website.access_token(&code).await;
        let behind = house.second_node(Plan { seed: 2, ..Plan::default() });
        house.set_clock(START.plus(Duration::from_secs(3600)));
        behind.set_clock(house.now().minus(Duration::from_secs(skew)));
        let mut upkeep = hufu::flow::Upkeep::new(&house.provider);
        upkeep.tick(&house.provider).await;
        assert_eq!(house.count("grants"), 1, "the hour has turned, the row stays");
        assert_granted(&website.at(&behind.address).userinfo(&token).await);
        assert_eq!(website.userinfo(&token).await.error(), "invalid_token");
        house.pass(3600);
        upkeep.tick(&house.provider).await;
        assert_eq!(house.count("grants"), 0, "swept when nothing can ask for it");
        assert_refused(&website.redeem(&code).await, "invalid_grant");
    }

    /// RFC 7523 §3 (7): "MAY ensure that JWTs are not replayed by maintaining the set of used "jti" values"; PROTOCOL 17:
    /// in the same commit as what it pays for.
    async fn a_client_assertion_is_good_for_one_request(db) {
        let house = House::over(db).await;
        let (website, signer) = house.website_with_a_key("keys.example").await;
        let person = house.person().await;
        let mut browser = house.browser();
        let (first, second) = (
            browser.log_in(&website, &person, house.now()).await.code(),
            browser.log_in(&website, &person, house.now()).await.code(),
        );
        let assertion = signer.assertion(&house, &website, "jti-1");
        assert_granted(&website.redeem_with(&first, &paying_with(&assertion)).await);
        assert_refused(&website.redeem_with(&second, &paying_with(&assertion)).await, "invalid_client");
        assert_eq!(house.count("grants"), 1, "the second code has no row");
        let fresh = signer.assertion(&house, &website, "jti-2");
        assert_granted(&website.redeem_with(&second, &paying_with(&fresh)).await);
    }

    /// PROTOCOL 17: "authenticate the client and match it → does the row exist? revoke". A request that somebody captured
    /// and sends again proves nothing, so it ends no token either.
    async fn a_captured_request_sent_again_does_not_revoke_the_clients_tokens(db) {
        let house = House::over(db).await;
        let (website, signer) = house.website_with_a_key("keys.example").await;
        let person = house.person().await;
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        let assertion = signer.assertion(&house, &website, "jti-1");
        let granted = website.redeem_with(&code, &paying_with(&assertion)).await;
        let token = granted.json()["access_token"].as_str().expect("a token").to_owned();
        assert_refused(&website.redeem_with(&code, &paying_with(&assertion)).await, "invalid_client");
        assert_granted(&website.userinfo(&token).await);
        // The client itself, by a fresh assertion, says that the code came twice.
        let fresh = signer.assertion(&house, &website, "jti-2");
        assert_refused(&website.redeem_with(&code, &paying_with(&fresh)).await, "invalid_grant");
        assert_eq!(website.userinfo(&token).await.error(), "invalid_token");
    }

    /// RFC 7523 §3 (7), from sixteen connections at once: of as many codes with one assertion one is redeemed.
    async fn a_client_assertion_from_sixteen_connections_at_once_pays_once(db) {
        let house = House::over(db).await;
        let (website, signer) = house.website_with_a_key("keys.example").await;
        let person = house.person().await;
        let mut browser = house.browser();
        let assertion = signer.assertion(&house, &website, "jti-1");
        let mut codes = Vec::new();
        for _ in 0..16 {
            codes.push(browser.log_in(&website, &person, house.now()).await.code());
        }
        let attempts: Vec<_> = codes
            .into_iter()
            .map(|code| {
                let (website, assertion) = (website.clone(), assertion.clone());
                tokio::spawn(async move { website.redeem_with(&code, &paying_with(&assertion)).await })
            })
            .collect();
        let mut granted = 0;
        for attempt in attempts {
            let answer = attempt.await.expect("no panic");
            if answer.status == 200 { granted += 1 } else { assert_refused(&answer, "invalid_client") }
        }
        assert_eq!(granted, 1);
    }

    /// OpenID Connect Core §3.1.3.6; PROTOCOL 4: "ID token: `iss sub aud exp iat nonce acr amr`".
    async fn the_id_token_says_this_and_no_more(db) {
        let house = House::over(db).await;
        let (website, code) = logged_in(&house).await;
        let said = claims(website.redeem(&code).await.json()["id_token"].as_str().expect("an ID token"));
        let mut names: Vec<_> = said.as_object().expect("an object").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["acr", "amr", "aud", "exp", "iat", "iss", "nonce", "sub"]);
        assert_eq!(said["nonce"], json!("a-nonce"));
        assert_eq!(said["aud"], json!(website.id()));
        assert_eq!(said["acr"], json!("urn:hufu:acr:code"));
    }
}
