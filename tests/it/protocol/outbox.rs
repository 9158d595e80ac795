//! OpenID Connect Back-Channel Logout 1.0 through the outbox: who is told, what, how often, and by which node.

use super::encrypted::{header, metadata, opened, own_keys, published, verified};
use crate::db::on_each_database;
use crate::house::{
    Answers, Browser, Documents, House, ISSUER, Manner, Node, Person, Plan, Receiver, Website, claims, tables,
};
use data_encoding::BASE64URL_NOPAD;
use hufu::client::ClientMetadata;
use hufu::flow::{Outbox, ending, outbox, refusals};
use hufu::keys::{ContentEncryption, EncryptionAlg, JwkSet, SigningAlg, UnverifiedJwt};
use hufu::person::PersonState;
use hufu::store::refusals::of_client;
use serde_json::{Value, json};

const MINUTE: u64 = 60;

/// A person signed in there, and the ID token of it.
async fn signed_in(house: &House, website: &Website) -> (Browser, Person, String) {
    let person = house.person().await;
    let mut browser = house.browser();
    let id_token = log_in(house, &mut browser, website, &person).await;
    (browser, person, id_token)
}

async fn log_in(house: &House, browser: &mut Browser, website: &Website, person: &Person) -> String {
    let code = browser.log_in(website, person, house.now()).await.code();
    website.redeem(&code).await.json()["id_token"].as_str().expect("an ID token").to_owned()
}

async fn sign_out(browser: &mut Browser) {
    assert_eq!(browser.own_form("/signout", &[]).await.status, 200);
}

/// One round of a node's postman, ten seconds later.
async fn round(node: &Node, postman: &mut Outbox) {
    node.pass(10);
    postman.tick(&node.provider).await.expect("stored");
    postman.settle(&node.provider).await.expect("stored");
}

/// The session's letter is shared out, and each website is called once.
async fn deliver(node: &Node) {
    let mut postman = Outbox::new(&node.provider);
    round(node, &mut postman).await;
    round(node, &mut postman).await;
}

fn logout_token(body: &str) -> String {
    let pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!(pairs.len(), 1, "only logout_token: {body}");
    assert_eq!(pairs[0].0, "logout_token");
    pairs[0].1.clone()
}

on_each_database! {
    /// Back-Channel Logout 1.0 §2.4, §2.5: the claims, `typ`, the signature, and nothing else in the body.
    async fn a_website_is_told_of_a_sign_out_by_a_logout_token(db) {
        let house = House::over(db).await;
        let receiver = Receiver::start(Manner::Answers(200)).await;
        let website = house.website_told_at("bank.example", &receiver.url).await;
        let (mut browser, _, id_token) = signed_in(&house, &website).await;
        let id_token = claims(&id_token);
        sign_out(&mut browser).await;
        assert_eq!((house.count("sessions"), house.count("outbox")), (0, 1));
        deliver(&house).await;
        let bodies = receiver.bodies();
        assert_eq!((bodies.len(), house.count("outbox")), (1, 0));

        let token = logout_token(&bodies[0]);
        let keys: Value = house.browser().get("/jwks").await.json();
        let keys = JwkSet::try_from(keys).expect("a key set");
        let verified = UnverifiedJwt::parse(&token).expect("a JWT").verify(&keys, &[SigningAlg::RS256]).expect("signed");
        let said: Value = verified.claims().expect("claims");
        let header = BASE64URL_NOPAD.decode(token.split('.').next().expect("a header").as_bytes()).expect("base64url");
        assert_eq!(serde_json::from_slice::<Value>(&header).expect("JSON")["typ"], "logout+jwt");
        for name in ["iss", "aud", "sub", "sid"] {
            assert_eq!(said[name], id_token[name], "{name}");
            assert!(said[name].is_string(), "{name}");
        }
        assert_eq!(said["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        assert_eq!(said["iat"], json!(house.now().unix()));
        assert!(said["exp"].as_i64() > said["iat"].as_i64() && said["jti"].is_string());
        assert_eq!(said.as_object().map(serde_json::Map::len), Some(8), "no nonce, nothing else: {said}");
    }

    /// Back-Channel Logout 1.0 §2.4: "The same keys are used to sign and encrypt Logout Tokens as are used for ID Tokens"; "it
    /// SHOULD replicate the iss (issuer) claim in the JWT header".
    async fn a_logout_token_is_encrypted_where_id_tokens_are(db) {
        let (house, keys, documents) = (House::over(db).await, own_keys(), Documents::start().await);
        let receiver = Receiver::start(Manner::Answers(200)).await;
        let (alg, enc) = (EncryptionAlg::EcdhEs, ContentEncryption::A256GCM);
        let website = house.registered(ClientMetadata {
            jwks: None,
            jwks_uri: Some(documents.put("/keys", Answers::With(published(&keys).to_string()))),
            id_token_encrypted_response_alg: Some(alg),
            id_token_encrypted_response_enc: Some(enc),
            backchannel_logout_uri: Some(receiver.url.clone()),
            ..metadata(&keys)
        });
        let website = website.await;
        let (mut browser, _, id_token) = signed_in(&house, &website).await;
        let id_token = claims(&opened(&keys, &id_token, alg, enc));
        sign_out(&mut browser).await;

        // Its keys are away: it is not told in the open, but later.
        documents.put("/keys", Answers::Status(500));
        house.pass(2 * 60 * MINUTE);
        let mut postman = Outbox::new(&house.provider);
        round(&house, &mut postman).await;
        house.pass(MINUTE);
        round(&house, &mut postman).await;
        let waiting = outbox::waiting(&house.provider, 10).await.expect("stored");
        assert_eq!((receiver.bodies().len(), waiting.len(), waiting[0].attempts), (0, 1, 1));
        assert!(waiting[0].trouble.contains("no key for ECDH-ES"), "{}", waiting[0].trouble);

        documents.put("/keys", Answers::With(published(&keys).to_string()));
        house.pass(MINUTE);
        round(&house, &mut postman).await;
        let bodies = receiver.bodies();
        assert_eq!((bodies.len(), house.count("outbox")), (1, 0));
        let token = logout_token(&bodies[0]);
        assert_eq!(header(&token)["iss"], ISSUER);
        let signed = opened(&keys, &token, alg, enc);
        assert_eq!(header(&signed)["typ"], "logout+jwt");
        let said = verified(&house, &signed, SigningAlg::RS256).await;
        for name in ["iss", "aud", "sub", "sid"] {
            assert_eq!(said[name], id_token[name], "{name}");
        }
    }

    /// PROTOCOL 4: "`sid` only where logout needs it"; 5: another at every website.
    async fn an_id_token_names_the_session_only_where_logout_needs_it(db) {
        let house = House::over(db).await;
        let plain = house.website("plain.example").await;
        let one = house.website_told_at("one.example", "https://one.example/out").await;
        let two = house.website_told_at("two.example", "https://two.example/out").await;
        let (mut browser, person, id_token) = signed_in(&house, &plain).await;
        assert_eq!(claims(&id_token).get("sid"), None);
        let first = claims(&log_in(&house, &mut browser, &one, &person).await)["sid"].clone();
        let again = claims(&log_in(&house, &mut browser, &one, &person).await)["sid"].clone();
        let other = claims(&log_in(&house, &mut browser, &two, &person).await)["sid"].clone();
        assert!(first.is_string() && first == again && first != other);
    }

    /// PROTOCOL 5: "extended on the session's first visit to a client that has a logout URI"; one write then, none after.
    async fn a_first_visit_is_written_down_once(db) {
        let house = House::over(db).await;
        let website = house.website_told_at("bank.example", "https://bank.example/out").await;
        let before = house.provider.store.writes();
        let (mut browser, ..) = signed_in(&house, &website).await;
        assert_eq!(house.provider.store.writes() - before - 1, 4, "the session, the consent, the visit, the grant");
        let before = house.provider.store.writes();
        let code = browser.authorize(&website, &[]).await.code();
        assert_eq!(house.provider.store.writes() - before, 0);
        website.redeem(&code).await;
        assert_eq!(house.provider.store.writes() - before, 1);
    }

    /// Two tabs at once: neither visit is forgotten.
    async fn two_first_visits_at_once_are_both_written_down(db) {
        let house = House::over(db).await;
        let receivers = [Receiver::start(Manner::Answers(200)).await, Receiver::start(Manner::Answers(204)).await];
        let plain = house.website("plain.example").await;
        let (browser, person, _) = signed_in(&house, &plain).await;
        let mut visits = Vec::new();
        for (receiver, host) in receivers.iter().zip(["one.example", "two.example"]) {
            let website = house.website_told_at(host, &receiver.url).await;
            let (mut tab, now, person) = (browser.clone(), house.now(), person.clone());
            visits.push(tokio::spawn(async move { tab.log_in(&website, &person, now).await.code() }));
        }
        for visit in visits {
            visit.await.expect("no panic");
        }
        sign_out(&mut browser.clone()).await;
        deliver(&house).await;
        assert_eq!(receivers.map(|receiver| receiver.bodies().len()), [1, 1]);
    }

    /// Issue 3, item 7: "also when a session expires, is revoked, or "sign out everywhere" is used".
    async fn a_website_is_told_however_the_session_ends(db) {
        let house = House::over(db).await;
        let receiver = Receiver::start(Manner::Answers(204)).await;
        let website = house.website_told_at("bank.example", &receiver.url).await;
        let plain = house.website("plain.example").await;
        for (nth, way) in ["ended elsewhere", "everywhere", "idle", "absolute", "suspended"].into_iter().enumerate() {
            let (mut browser, person, _) = signed_in(&house, &website).await;
            let mut elsewhere = house.browser();
            match way {
                "ended elsewhere" => {
                    elsewhere.log_in(&plain, &person, house.now()).await.code();
                    let page = elsewhere.get("/me").await;
                    let ids: Vec<_> = page.body.match_indices(r#"name="session" value=""#).collect();
                    assert_eq!(ids.len(), 2);
                    // This browser comes first; the other is the one to end.
                    let from = ids[1].0 + r#"name="session" value=""#.len();
                    let id = page.body[from..].split('"').next().expect("an id").to_owned();
                    elsewhere.own_form("/me/sessions/end", &[("session", &id)]).await;
                }
                "everywhere" => {
                    elsewhere.log_in(&plain, &person, house.now()).await.code();
                    elsewhere.own_form("/me/sessions/end-all", &[]).await;
                }
                "idle" => house.pass(46 * MINUTE),
                "absolute" => {
                    for _ in 0..(12 * 4 - 1) {
                        house.pass(15 * MINUTE);
                        browser.authorize(&website, &[]).await.code();
                    }
                    house.pass(15 * MINUTE);
                    assert!(browser.authorize(&website, &[]).await.is_sign_in());
                    house.pass(31 * MINUTE);
                }
                _ => {
                    house.set_state(&person, PersonState::Suspended).await;
                    house.pass(46 * MINUTE);
                }
            }
            ending::end_unused(&house.provider, house.now()).await.expect("swept");
            deliver(&house).await;
            assert_eq!((receiver.bodies().len(), way), (nth + 1, way));
            house.pass(60 * MINUTE);
            ending::end_unused(&house.provider, house.now()).await.expect("swept");
            deliver(&house).await;
        }
        assert_eq!((house.count("sessions"), house.count("outbox")), (0, 0));
    }

    /// A session that is used is not ended, however long ago it began.
    async fn a_session_in_use_is_not_swept(db) {
        let house = House::over(db).await;
        let website = house.website_told_at("bank.example", "https://bank.example/out").await;
        let (mut browser, ..) = signed_in(&house, &website).await;
        for _ in 0..8 {
            house.pass(14 * MINUTE);
            browser.authorize(&website, &[]).await.code();
            ending::end_unused(&house.provider, house.now()).await.expect("swept");
        }
        house.pass(37 * MINUTE);
        ending::end_unused(&house.provider, house.now()).await.expect("swept");
        assert_eq!(house.count("sessions"), 1);
    }

    /// Back-Channel Logout 1.0 §2.8: "200 OK"; §2.5: the OP "may retry". With an error, a redirect or silence it goes on.
    async fn a_website_that_does_not_hear_is_told_again_until_it_does(db) {
        let house = House::over(db).await;
        let receiver = Receiver::start(Manner::Answers(500)).await;
        let website = house.website_told_at("bank.example", &receiver.url).await;
        let (mut browser, ..) = signed_in(&house, &website).await;
        sign_out(&mut browser).await;
        let mut postman = Outbox::new(&house.provider);
        round(&house, &mut postman).await;
        for (nth, (manner, trouble)) in [
            (Manner::Answers(500), "it answers with status 500"),
            (Manner::Redirects, "it answers with a redirect, which is not followed"),
            (Manner::Hangs, "it does not answer in time"),
        ]
        .into_iter()
        .enumerate()
        {
            receiver.behave(manner);
            house.pass(10 * MINUTE);
            round(&house, &mut postman).await;
            let waiting = outbox::waiting(&house.provider, 10).await.expect("stored");
            assert_eq!(waiting.len(), 1);
            assert_eq!((waiting[0].attempts, waiting[0].trouble.as_str()), (nth as i64 + 1, trouble));
            assert_eq!(waiting[0].client_id, website.id());
            assert!(waiting[0].due > house.now());
            assert_eq!(receiver.bodies().len(), nth + 1, "a redirect is not followed");
        }
        receiver.behave(Manner::Answers(200));
        house.pass(10 * MINUTE);
        round(&house, &mut postman).await;
        assert_eq!((receiver.bodies().len(), house.count("outbox")), (4, 0));
        let tokens: std::collections::BTreeSet<_> =
            receiver.bodies().iter().map(|body| claims(&logout_token(body))["jti"].to_string()).collect();
        assert_eq!(tokens.len(), 4, "a token of its own each time");
    }

    /// After a day it is given up, and the website's developer can read why.
    async fn a_website_that_never_hears_is_given_up_after_a_day_and_its_owner_can_read_why(db) {
        let house = House::over(db).await;
        // A private address: nothing is sent there at all.
        let website = house.website_told_at("bank.example", "https://10.0.0.1/out").await;
        let (mut browser, ..) = signed_in(&house, &website).await;
        sign_out(&mut browser).await;
        let mut postman = Outbox::new(&house.provider);
        for _ in 0..26 {
            house.pass(60 * MINUTE);
            round(&house, &mut postman).await;
        }
        assert_eq!(house.count("outbox"), 0);
        refusals::flush(&house.provider).await.expect("stored");
        let id = website.client.client_id.clone();
        let kept = house.provider.store.read(move |db| of_client(db, &id, 10)).await.expect("stored");
        assert_eq!(kept.len(), 1);
        assert!(kept[0].body.contains("logout.given_up") && kept[0].body.contains("not public"), "{}", kept[0].body);
    }

    /// A receiver that hangs holds nobody up.
    async fn a_website_that_hangs_holds_no_other_up(db) {
        let house = House::over(db).await;
        let hanging = Receiver::start(Manner::Hangs).await;
        let quick = Receiver::start(Manner::Answers(200)).await;
        let slow_one = house.website_told_at("hangs.example", &hanging.url).await;
        let quick_one = house.website_told_at("quick.example", &quick.url).await;
        for _ in 0..3 {
            let (mut browser, person, _) = signed_in(&house, &slow_one).await;
            log_in(&house, &mut browser, &quick_one, &person).await;
            sign_out(&mut browser).await;
        }
        let mut postman = Outbox::new(&house.provider);
        round(&house, &mut postman).await;
        house.pass(10);
        postman.tick(&house.provider).await.expect("stored");
        for _ in 0..200 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            if quick.bodies().len() == 3 {
                break;
            }
        }
        assert_eq!(quick.bodies().len(), 3, "told while the other hangs");
        postman.settle(&house.provider).await.expect("stored");
        assert_eq!(house.count("outbox"), 3, "what hangs is due later");
    }

    /// At least once, over a restart: the node that ended the session dies before it sends anything.
    async fn another_node_tells_what_a_dead_one_had_to_tell(db) {
        let house = House::over(db).await;
        let receiver = Receiver::start(Manner::Answers(200)).await;
        let website = house.website_told_at("bank.example", &receiver.url).await;
        let (mut browser, ..) = signed_in(&house, &website).await;
        sign_out(&mut browser).await;
        let mut dying = Outbox::new(&house.provider);
        house.pass(10);
        dying.tick(&house.provider).await.expect("stored");
        let other = house.second_node(Plan { seed: 2, ..Plan::default() });
        hufu::flow::signing::refresh(&other.provider).await.expect("keys");
        let mut postman = Outbox::new(&other.provider);
        other.set_clock(house.now());
        round(&other, &mut postman).await;
        assert_eq!(receiver.bodies().len(), 0, "the first node is the postman for a while");
        drop(dying);
        round(&other, &mut postman).await;
        round(&other, &mut postman).await;
        assert_eq!((receiver.bodies().len(), house.count("outbox")), (1, 0));
    }

    /// PROTOCOL 1, 5: a row of the outbox is as long whatever is in it, and says nothing in the clear.
    async fn every_session_leaves_a_letter_and_all_are_as_long(db) {
        let house = House::over(db).await;
        let website = house.website_told_at("bank.example", "https://bank.example/out").await;
        let plain = house.website("plain.example").await;
        for website in [&website, &plain] {
            let (mut browser, ..) = signed_in(&house, website).await;
            sign_out(&mut browser).await;
        }
        let rows = tables::rows(house.db(), "outbox");
        assert_eq!(rows.len(), 2, "also of the session that visited no such website");
        let lengths: Vec<_> = rows.iter().map(|row| row["sealed"].as_str().expect("bytes").len()).collect();
        assert_eq!(lengths[0], lengths[1]);
        assert!(rows.iter().all(|row| row["due"].as_i64().expect("an instant") % 3600 == 0));
    }

    /// A website that was removed, or wants to hear no more, is not told.
    async fn a_website_that_is_gone_is_not_told(db) {
        let house = House::over(db).await;
        let receiver = Receiver::start(Manner::Answers(200)).await;
        let website = house.website_told_at("bank.example", &receiver.url).await;
        let (mut browser, ..) = signed_in(&house, &website).await;
        sign_out(&mut browser).await;
        let mut postman = Outbox::new(&house.provider);
        round(&house, &mut postman).await;
        let id = website.client.client_id.clone();
        house.provider.store.write(move |tx| hufu::store::clients::delete(tx, &id)).await.expect("stored");
        round(&house, &mut postman).await;
        assert_eq!((receiver.bodies().len(), house.count("outbox")), (0, 0));
    }
}
