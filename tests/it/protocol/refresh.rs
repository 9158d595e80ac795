//! Refresh tokens (PROTOCOL 18; RFC 6749 §6; RFC 9700 §4.14; OpenID Connect Core §11, §12).

use crate::db::on_each_database;
use crate::house::{Answer, Browser, House, Person, Website, claims, paying_with, renewing, tables};
use hufu::client::{AuthMethod, ClientMetadata, GrantType};
use hufu::flow::Upkeep;
use hufu::person::PersonState;
use hufu::store::clients;
use serde_json::Value;
use std::collections::BTreeMap;

const DAY: u64 = 86_400;
const OFFLINE: &[(&str, &str)] = &[("scope", "openid offline_access"), ("prompt", "consent")];

struct Login {
    house: House,
    website: Website,
    person: Person,
    browser: Browser,
    code: String,
    tokens: Value,
}

/// A person who signed in at a website that renews its tokens.
async fn login(house: House, extra: &[(&str, &str)]) -> Login {
    let website = house.registered(renewing("bank.example")).await;
    login_at(house, website, extra).await
}

async fn login_at(house: House, website: Website, extra: &[(&str, &str)]) -> Login {
    let person = house.person().await;
    let mut browser = house.browser();
    let code = browser.log_in_with(&website, &person, house.now(), extra).await.code();
    let answer = website.redeem(&code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Login { house, website, person, browser, code, tokens: answer.json() }
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

fn granted(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn assert_refused(answer: &Answer, error: &str, code: &str) {
    assert_eq!((answer.status, &*answer.error()), (400, error), "{}", answer.body);
    assert!(answer.body.contains(&format!("[{code}]")), "{}", answer.body);
}

/// Of the families one row differs, by one generation; these tables have one row more, and all others are as they were.
fn assert_one_rotation(changes: &BTreeMap<String, tables::Change>, assertions: Option<&str>, attempts: Option<&str>) {
    let longer: Vec<_> = assertions.into_iter().chain(attempts).collect();
    for (table, change) in changes.iter().filter(|(table, _)| *table != "families") {
        assert!(longer.contains(&table.as_str()), "{table}: {change:?}");
        assert_eq!((change.gone.len(), change.come.len()), (0, 1), "{table}: {change:?}");
    }
    assert_eq!(changes.len(), longer.len() + 1, "{changes:?}");
    let families = &changes["families"];
    let ([was], [is]) = (&*families.gone, &*families.come) else { panic!("{families:?}") };
    let generation = |row: &tables::Row| row["generation"].as_i64().expect("a number");
    assert_eq!((&was["id"], generation(was) + 1), (&is["id"], generation(is)));
}

impl Login {
    fn token(&self) -> &str {
        text(&self.tokens, "refresh_token")
    }

    async fn refresh(&self) -> Answer {
        self.website.refresh(self.token(), &[]).await
    }

    /// The refresh token, and the access token that came with it, are worth nothing any more.
    async fn assert_ended(&self, code: &str) {
        assert_refused(&self.refresh().await, "invalid_grant", code);
        assert_eq!(self.house.count("families"), 0, "and never again");
        let answer = self.website.userinfo(text(&self.tokens, "access_token")).await;
        assert_eq!(answer.error(), "invalid_token");
    }
}

on_each_database! {
    /// RFC 6749 §6: "The authorization server MAY issue a new refresh token, in which case the client MUST discard the old".
    async fn a_refresh_answers_new_tokens_that_work(db) {
        let login = login(House::over(db).await, &[]).await;
        login.house.pass(300);
        let renewed = granted(&login.refresh().await);
        assert_eq!((text(&renewed, "token_type"), text(&renewed, "scope")), ("Bearer", "openid"));
        assert_ne!(text(&renewed, "refresh_token"), login.token());
        assert_eq!(login.website.userinfo(text(&renewed, "access_token")).await.status, 200);
        login.house.pass(20 * 60);
        // Its grant's row may be swept: the token stands by the family.
        let again = granted(&login.website.refresh(text(&renewed, "refresh_token"), &[]).await);
        Upkeep::new(&login.house.provider).tick(&login.house.provider).await;
        assert_eq!(login.website.userinfo(text(&again, "access_token")).await.status, 200);
        assert_eq!(login.house.count("families"), 1);
    }

    /// OpenID Connect Core §12.2: "its iss … sub … aud Claim Value MUST be the same as in the ID Token issued when the
    /// original authentication occurred", "its iat Claim MUST represent the time that the new ID Token is issued",
    /// "if the ID Token contains an auth_time Claim, its value MUST represent the time of the original authentication", "it
    /// SHOULD NOT have a nonce Claim".
    async fn an_id_token_after_a_refresh_says_the_same_at_another_time(db) {
        let login = login(House::over(db).await, &[("max_age", "3600")]).await;
        login.house.pass(600);
        let renewed = granted(&login.refresh().await);
        let (first, second) = (claims(text(&login.tokens, "id_token")), claims(text(&renewed, "id_token")));
        for same in ["iss", "sub", "aud", "auth_time", "acr", "amr"] {
            assert_eq!(first[same], second[same], "{same}");
            assert!(!second[same].is_null(), "{same}");
        }
        assert_eq!(second["iat"], login.house.now().unix());
        assert!(second["nonce"].is_null());
    }

    /// RFC 9700 §4.14.2: "If a refresh token is compromised and subsequently used by both the attacker and the legitimate
    /// client, one of them will present an invalidated refresh token … the authorization server … will revoke the active
    /// refresh token."
    async fn an_old_refresh_token_revokes_the_family_and_its_access_tokens(db) {
        let login = login(House::over(db).await, &[]).await;
        let renewed = granted(&login.refresh().await);
        login.house.pass(11);
        login.assert_ended("refresh_token.replayed").await;
        let next = login.website.refresh(text(&renewed, "refresh_token"), &[]).await;
        assert_refused(&next, "invalid_grant", "refresh_token.revoked");
        assert_eq!(login.website.userinfo(text(&renewed, "access_token")).await.error(), "invalid_token");
    }

    /// PROTOCOL 18: "Within 10 s, same client, generation = current − 1 and its successor never used: the same successor".
    async fn whoever_lost_the_answer_gets_the_same_successor_for_ten_seconds(db) {
        let login = login(House::over(db).await, &[]).await;
        let renewed = granted(&login.refresh().await);
        let before = login.house.provider.store.writes();
        login.house.pass(10);
        let again = granted(&login.refresh().await);
        assert_eq!(text(&again, "refresh_token"), text(&renewed, "refresh_token"));
        assert_eq!(login.house.provider.store.writes() - before, 0);
        granted(&login.website.refresh(text(&renewed, "refresh_token"), &[]).await);
        login.assert_ended("refresh_token.replayed").await;
    }

    /// PROTOCOL 18: an honest client that asks from many threads at once is not punished.
    async fn sixteen_refreshes_at_once_with_one_token_all_get_the_one_successor(db) {
        let login = login(House::over(db).await, &[]).await;
        let attempts: Vec<_> = (0..16)
            .map(|_| {
                let (website, token) = (login.website.clone(), login.token().to_owned());
                tokio::spawn(async move { website.refresh(&token, &[]).await })
            })
            .collect();
        let mut successors = std::collections::BTreeSet::new();
        for attempt in attempts {
            successors.insert(text(&granted(&attempt.await.expect("no panic")), "refresh_token").to_owned());
        }
        assert_eq!(successors.len(), 1);
        let successor = successors.pop_first().expect("one");
        granted(&login.website.refresh(&successor, &[]).await);
    }

    /// Issue 3: "a refresh costs one row update": of all rows of all tables one differs, and none is new but the assertion that paid.
    /// (On PostgreSQL every commit leaves the id of its attempt as well: ADR 4.)
    async fn of_all_rows_a_refresh_changes_one(db) {
        let house = House::over(db).await;
        let (website, signer) = house.with_a_key("keys.example", &[GrantType::AuthorizationCode, GrantType::RefreshToken]).await;
        let mut login = login(house, &[]).await;
        let code = login.browser.log_in(&website, &login.person, login.house.now()).await.code();
        let paid = |jti: &str| signer.assertion(&login.house, &website, jti);
        let mut tokens = granted(&website.redeem_with(&code, &paying_with(&paid("1"))).await);
        let attempt = (!login.house.db().is_sqlite()).then_some("spent");
        for turn in 0..3 {
            let before = tables::snapshot(login.house.db());
            login.tokens = granted(&login.refresh().await);
            let changes = tables::changes(&before, &tables::snapshot(login.house.db()));
            assert_one_rotation(&changes, None, attempt);

            let before = tables::snapshot(login.house.db());
            let assertion = paid(&format!("again-{turn}"));
            tokens = granted(&website.refresh(text(&tokens, "refresh_token"), &paying_with(&assertion)).await);
            let changes = tables::changes(&before, &tables::snapshot(login.house.db()));
            assert_one_rotation(&changes, Some("assertions"), attempt);
        }
    }

    /// Issue 3: "a refresh costs one row update"; PROTOCOL 17: the first token comes with the login's one commit.
    async fn a_refresh_writes_once(db) {
        let house = House::over(db).await;
        let before = house.provider.store.writes();
        let mut login = login(house, &[]).await;
        // The website, the person; then the session, the consent, the grant with its family.
        assert_eq!(login.house.provider.store.writes() - before, 5);
        for _ in 0..3 {
            let before = login.house.provider.store.writes();
            login.tokens = granted(&login.refresh().await);
            assert_eq!(login.house.provider.store.writes() - before, 1);
        }
        assert_eq!(login.house.count("families"), 1);
    }

    /// RFC 6749 §6: "ensure that the refresh token was issued to the authenticated client".
    async fn another_clients_refresh_token_is_refused_and_stays_good(db) {
        let login = login(House::over(db).await, &[]).await;
        let thief = login.house.registered(renewing("thief.example")).await;
        assert_refused(&thief.refresh(login.token(), &[]).await, "invalid_grant", "refresh_token.other_client");
        granted(&login.refresh().await);
    }

    /// RFC 6749 §5.2: unauthorized_client. RFC 7591 §2: `grant_types`.
    async fn a_client_that_did_not_register_the_grant_type_gets_no_refresh_token_and_uses_none(db) {
        let house = House::over(db).await;
        let website = house.website("plain.example").await;
        let mut login = login_at(house, website, OFFLINE).await;
        assert!(login.tokens["refresh_token"].is_null());
        assert_eq!(text(&login.tokens, "scope"), "openid");
        assert_eq!(login.house.count("families"), 0);
        let access_token = text(&login.tokens, "access_token").to_owned();
        let answer = login.website.refresh(&access_token, &[]).await;
        assert_refused(&answer, "unauthorized_client", "refresh_token.grant_type");
        let page = login.browser.authorize(&login.website, OFFLINE).await;
        assert!(page.is_consent() && !page.body.contains(r#"id="offline""#), "nothing is promised that is not done");
    }

    /// RFC 6749 §6: "the requested scope MUST NOT include any scope not originally granted"; "the refresh token scope MUST
    /// be identical to that of the refresh token included by the client".
    async fn the_scope_narrows_for_one_answer_and_never_grows(db) {
        let login = login(House::over(db).await, OFFLINE).await;
        assert_eq!(text(&login.tokens, "scope"), "openid offline_access");
        for beyond in ["openid email", "profile"] {
            let answer = login.website.refresh(login.token(), &[("scope", beyond)]).await;
            assert_refused(&answer, "invalid_scope", "scope.not_granted");
        }
        let narrow = granted(&login.website.refresh(login.token(), &[("scope", "offline_access")]).await);
        assert!(narrow["id_token"].is_null(), "{narrow}");
        let answer = login.website.userinfo(text(&narrow, "access_token")).await;
        assert_eq!((answer.status, &*answer.error()), (403, "insufficient_scope"));
        assert!(answer.header("www-authenticate").contains(r#"error="insufficient_scope""#));
        let wide = granted(&login.website.refresh(text(&narrow, "refresh_token"), &[]).await);
        assert_eq!(text(&wide, "scope"), "openid offline_access");
    }

    /// RFC 9700 §2.2.2: "Refresh tokens for public clients MUST be sender-constrained or use refresh token rotation".
    async fn a_public_clients_refresh_token_rotates_too(db) {
        let house = House::over(db).await;
        let website = house
            .registered(ClientMetadata { token_endpoint_auth_method: AuthMethod::None, ..renewing("spa.example") })
            .await;
        let login = login_at(house, website, &[]).await;
        let renewed = granted(&login.refresh().await);
        assert_ne!(text(&renewed, "refresh_token"), login.token());
        login.house.pass(11);
        login.assert_ended("refresh_token.replayed").await;
    }

    /// RFC 7523 §3 (7), with refresh tokens: an assertion is spent in the commit that it pays for, and by a refusal too.
    async fn a_client_assertion_is_good_for_one_refresh(db) {
        let house = House::over(db).await;
        let (website, signer) = house.with_a_key("keys.example", &[GrantType::AuthorizationCode, GrantType::RefreshToken]).await;
        let person = house.person().await;
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        let assertion = |jti: &str| signer.assertion(&house, &website, jti);
        let tokens = granted(&website.redeem_with(&code, &paying_with(&assertion("1"))).await);
        let first = assertion("2");
        let renewed = granted(&website.refresh(text(&tokens, "refresh_token"), &paying_with(&first)).await);
        let next = text(&renewed, "refresh_token");
        assert_eq!(website.refresh(next, &paying_with(&first)).await.error(), "invalid_client");
        // The successor again costs an assertion as well, and so does a refusal.
        let again = assertion("3");
        granted(&website.refresh(text(&tokens, "refresh_token"), &paying_with(&again)).await);
        assert_eq!(website.refresh("nonsense", &paying_with(&again)).await.error(), "invalid_client");
        let refused = assertion("4");
        assert_eq!(website.refresh("nonsense", &paying_with(&refused)).await.error(), "invalid_grant");
        assert_eq!(website.refresh(next, &paying_with(&refused)).await.error(), "invalid_client");
        granted(&website.refresh(next, &paying_with(&assertion("5"))).await);
    }

    /// RFC 6749 §4.1.2: "SHOULD revoke (when possible) all tokens previously issued based on that authorization code".
    async fn a_replayed_code_ends_its_family_even_when_its_grant_is_swept(db) {
        let login = login(House::over(db).await, &[]).await;
        login.house.pass(2 * 3600);
        let mut upkeep = Upkeep::new(&login.house.provider);
        upkeep.tick(&login.house.provider).await;
        assert_eq!((login.house.count("grants"), login.house.count("families")), (0, 1));
        assert_eq!(login.website.redeem(&login.code).await.error(), "invalid_grant");
        assert_eq!(login.house.count("families"), 0);
    }

    /// PROTOCOL 18: "Every refresh looks at … the session unless `offline_access`."
    async fn signing_out_ends_the_refresh_tokens_of_the_session(db) {
        let mut login = login(House::over(db).await, &[]).await;
        login.browser.own_form("/signout", &[]).await;
        login.assert_ended("refresh_token.sign_in_ended").await;
    }

    /// PROTOCOL, Lifetimes: "session 30 min idle"; without `offline_access` the family ends with it.
    async fn a_session_that_ran_out_ends_its_refresh_tokens(db) {
        let login = login(House::over(db).await, &[]).await;
        login.house.pass(31 * 60);
        login.assert_ended("refresh_token.sign_in_ended").await;
    }

    /// PROTOCOL 6: person state.
    async fn a_suspended_persons_refresh_tokens_end(db) {
        let login = login(House::over(db).await, OFFLINE).await;
        login.house.set_state(&login.person, PersonState::Suspended).await;
        login.assert_ended("refresh_token.sign_in_ended").await;
    }

    /// PROTOCOL 6 and 22.
    async fn a_frozen_persons_refresh_tokens_end(db) {
        let login = login(House::over(db).await, OFFLINE).await;
        login.house.set_state(&login.person, PersonState::Frozen).await;
        login.assert_ended("refresh_token.sign_in_ended").await;
    }

    /// PROTOCOL 7, 18: a withdrawal ends the family for good, also when the person agrees again.
    async fn a_withdrawn_consent_ends_the_refresh_tokens(db) {
        let mut login = login(House::over(db).await, OFFLINE).await;
        let withdrawn = [("client_id", login.website.id())];
        assert_eq!(login.browser.own_form("/me/consents/withdraw", &withdrawn).await.status, 303);
        login.house.pass(DAY);
        login.browser = login.house.browser();
        login.browser.log_in_with(&login.website, &login.person, login.house.now(), OFFLINE).await.code();
        login.assert_ended("refresh_token.consent_ended").await;
    }

    /// A website that is no longer registered renews nothing.
    async fn a_removed_clients_refresh_tokens_are_worth_nothing(db) {
        let login = login(House::over(db).await, OFFLINE).await;
        let id = login.website.client.client_id.clone();
        login.house.provider.store.write(move |tx| clients::delete(tx, &id)).await.expect("removed");
        let answer = login.refresh().await;
        assert_eq!((answer.status, &*answer.error()), (401, "invalid_client"));
        assert_eq!(login.website.userinfo(text(&login.tokens, "access_token")).await.error(), "invalid_token");
    }

    /// OpenID Connect Core §11: "offline_access … requests that an OAuth 2.0 Refresh Token be issued that can be used …
    /// even when the End-User is not present (not logged in)."
    async fn with_offline_access_the_refresh_token_outlives_the_session(db) {
        let mut login = login(House::over(db).await, OFFLINE).await;
        login.browser.own_form("/signout", &[]).await;
        assert_eq!(login.website.userinfo(text(&login.tokens, "access_token")).await.status, 200);
        login.house.pass(89 * DAY);
        let renewed = granted(&login.refresh().await);
        assert_eq!(login.website.userinfo(text(&renewed, "access_token")).await.status, 200);
    }

    /// PROTOCOL, Lifetimes: "refresh family 90 days idle".
    async fn a_family_that_nobody_uses_for_ninety_days_ends_and_is_swept(db) {
        let login = login(House::over(db).await, OFFLINE).await;
        login.house.pass(90 * DAY);
        assert_eq!(login.house.count("families"), 1);
        login.assert_ended("refresh_token.idle").await;
        let mut browser = login.house.browser();
        let code = browser.log_in_with(&login.website, &login.person, login.house.now(), OFFLINE).await.code();
        granted(&login.website.redeem(&code).await);
        login.house.pass(92 * DAY);
        Upkeep::new(&login.house.provider).tick(&login.house.provider).await;
        assert_eq!(login.house.count("families"), 0);
    }

    /// Without `offline_access` the family ends with the session, and its row goes soon after: no login leaves one for long.
    async fn a_family_without_offline_access_is_swept_when_its_session_must_be_over(db) {
        let login = login(House::over(db).await, &[]).await;
        login.house.pass(2 * DAY);
        Upkeep::new(&login.house.provider).tick(&login.house.provider).await;
        assert_eq!(login.house.count("families"), 0);
        assert_refused(&login.refresh().await, "invalid_grant", "refresh_token.revoked");
    }

    /// OpenID Connect Core §11: "The OP MUST always obtain consent to returning a Refresh Token that enables offline access"
    /// and "MUST ignore the offline_access request unless" its conditions hold.
    async fn offline_access_is_granted_where_the_person_read_of_it_and_ignored_elsewhere(db) {
        let house = House::over(db).await;
        let (website, person) = (house.registered(renewing("bank.example")).await, house.person().await);
        let mut browser = house.browser();
        let scope = [("scope", "openid offline_access")];
        let granted_scope = async |browser: &mut Browser, extra: &[(&str, &str)]| {
            let code = browser.log_in_with(&website, &person, house.now(), extra).await.code();
            text(&granted(&website.redeem(&code).await), "scope").to_owned()
        };
        assert_eq!(granted_scope(&mut browser, &scope).await, "openid", "no prompt=consent, nothing remembered");
        let page = browser.authorize(&website, OFFLINE).await;
        assert!(page.is_consent() && page.body.contains(r#"id="offline""#), "{}", page.body);
        assert_eq!(granted_scope(&mut browser, OFFLINE).await, "openid offline_access");
        assert_eq!(granted_scope(&mut browser, &scope).await, "openid offline_access", "remembered");
        let silent = browser.authorize(&website, &[("prompt", "none")]).await;
        assert!(silent.param("code").is_some(), "who agreed to more agreed to less");
        assert_eq!(granted_scope(&mut browser, &[]).await, "openid", "only what is asked for");
    }
}
