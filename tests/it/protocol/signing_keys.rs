//! Signing keys: publish, wait, sign, retire; and several nodes over one database (PROTOCOL 13, 15).

use crate::db::on_each_database;
use crate::house::{House, Node, Plan, RING, START, Website};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use hufu::flow::signing::{self, Rotated};
use hufu::keys::{KeyAlg, SigningAlg, Stage, UnverifiedJwt, When};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// The ids of the published keys of one algorithm.
async fn published(house: &House, alg: &str) -> BTreeSet<String> {
    let jwks = house.browser().get("/jwks").await.json();
    let keys = jwks["keys"].as_array().expect("keys").clone();
    for key in &keys {
        for private in ["d", "p", "q", "dp", "dq", "qi"] {
            assert!(key.get(private).is_none(), "a private part is published");
        }
    }
    let of_alg = keys.iter().filter(|key| key["alg"] == alg);
    of_alg.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

/// An ID token at this instant, from a person signed in anew.
async fn id_token(house: &House, website: &Website) -> String {
    let person = house.person().await;
    let code = house.browser().log_in(website, &person, house.now()).await.code();
    let answer = website.redeem(&code).await;
    answer.json()["id_token"].as_str().expect("an ID token").to_owned()
}

fn kid(jwt: &str) -> String {
    let head = BASE64URL_NOPAD.decode(jwt.split('.').next().expect("a header").as_bytes()).expect("base64url");
    let head: Value = serde_json::from_slice(&head).expect("JSON");
    head["kid"].as_str().expect("a kid").to_owned()
}

/// Whether a website that fetches the JWKS now can verify this token.
async fn verifies(house: &House, jwt: &str) -> bool {
    let jwks = serde_json::from_value(house.browser().get("/jwks").await.json()).expect("a JWKS");
    UnverifiedJwt::parse(jwt).expect("a JWT").verify(&jwks, &[SigningAlg::RS256]).is_ok()
}

async fn tick(house: &House, after: u64) {
    house.pass(after);
    signing::rotate_due(&house.provider).await.expect("rotated");
}

fn one(kids: &BTreeSet<String>) -> String {
    assert_eq!(kids.len(), 1, "{kids:?}");
    kids.first().expect("one").clone()
}

on_each_database! {
    /// PROTOCOL 15: "`key rotate --alg … [--now]`". An RSA key takes long to make: whoever is quicker changes the rows
    /// meanwhile, and the rotation is planned anew instead of being dropped in silence.
    async fn a_rotation_that_others_overtake_is_planned_anew_and_done(db) {
        let house = House::over(db).await;
        house.pass(89 * DAY);
        let (now, provider) = (house.now(), &house.provider);
        let (slow, quick, due) = tokio::join!(
            signing::rotate(provider, SigningAlg::RS256, When::Now),
            signing::rotate(provider, SigningAlg::ES256, When::Now),
            signing::rotate_due(provider),
        );
        due.expect("tended");
        let keys = signing::list(provider).await.expect("listed");
        for (alg, rotated) in [(SigningAlg::RS256, slow), (SigningAlg::ES256, quick)] {
            assert_eq!(rotated.expect("rotated"), Rotated::Done { used_from: now });
            let signs = keys.iter().filter(|key| key.alg == alg.into() && key.stage == Stage::InUse);
            let since: Vec<_> = signs.map(|key| key.schedule.used_from()).collect();
            assert_eq!(since, [now], "{alg}");
        }
    }

    /// PROTOCOL 15: "publish, wait, sign, retire"; Lifetimes: "signing key 90 days, published 24 h before it signs".
    async fn a_key_is_published_for_a_day_signs_for_ninety_and_retires_when_its_last_token_has_expired(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let first = one(&published(&house, "RS256").await);
        let early = id_token(&house, &website).await;
        assert_eq!(kid(&early), first, "the first key of all signs at once: nobody holds an older JWKS");

        tick(&house, 89 * DAY - 1).await;
        assert_eq!(one(&published(&house, "RS256").await), first);
        let etag = house.browser().get("/jwks").await.header("etag").to_owned();

        tick(&house, 1).await;
        let both = published(&house, "RS256").await;
        assert_eq!((both.len(), both.contains(&first)), (2, true), "published a day before it signs");
        assert_ne!(house.browser().get("/jwks").await.header("etag"), etag);
        assert_eq!(kid(&id_token(&house, &website).await), first);

        tick(&house, DAY - 1).await;
        let last = id_token(&house, &website).await;
        assert_eq!(kid(&last), first);

        tick(&house, 1).await;
        let next = id_token(&house, &website).await;
        assert!(kid(&next) != first && both.contains(&kid(&next)));
        assert_eq!(published(&house, "RS256").await, both, "the old one stays while tokens of it are about");
        assert!(verifies(&house, &last).await && verifies(&house, &next).await);

        tick(&house, HOUR).await;
        assert_eq!(one(&published(&house, "RS256").await), kid(&next));
        assert!(!verifies(&house, &last).await);
    }

    /// PROTOCOL 15: `key rotate --alg …`.
    async fn a_rotation_by_hand_publishes_waits_a_day_and_then_signs(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let first = one(&published(&house, "RS256").await);
        let others = published(&house, "ES256").await;
        let used_from = house.now().plus(Duration::from_secs(DAY));
        let rotated = signing::rotate(&house.provider, SigningAlg::RS256, When::Scheduled).await;
        assert_eq!(rotated.expect("rotated"), Rotated::Done { used_from });
        assert_eq!(published(&house, "RS256").await.len(), 2);
        assert_eq!(published(&house, "ES256").await, others, "each algorithm by itself");
        signing::rotate(&house.provider, SigningAlg::RS256, When::Scheduled).await.expect("rotated");
        assert_eq!(published(&house, "RS256").await.len(), 2, "a successor that waits is successor enough");
        tick(&house, DAY - 1).await;
        assert_eq!(kid(&id_token(&house, &website).await), first);
        tick(&house, 1).await;
        assert_ne!(kid(&id_token(&house, &website).await), first);
    }

    /// PROTOCOL 15: "`[--now]`".
    async fn a_rotation_now_signs_with_the_new_key_at_once_and_the_old_ones_tokens_still_verify(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let before = id_token(&house, &website).await;
        signing::rotate(&house.provider, SigningAlg::RS256, When::Now).await.expect("rotated");
        let after = id_token(&house, &website).await;
        assert_ne!(kid(&after), kid(&before));
        assert!(verifies(&house, &before).await && verifies(&house, &after).await);
        tick(&house, HOUR).await;
        assert!(!verifies(&house, &before).await);
    }

    /// Discovery 1.0 §3: what is advertised can be had: each algorithm has a key that signs.
    async fn discovery_advertises_the_algorithms_that_have_a_signing_key(db) {
        let house = House::over(db).await;
        let metadata = house.browser().get("/.well-known/openid-configuration").await.json();
        let algs = metadata["id_token_signing_alg_values_supported"].as_array().expect("a list").clone();
        assert!(algs.iter().any(|alg| alg == "RS256"), "RS256 MUST be included");
        for alg in SigningAlg::ALL {
            assert!(algs.iter().any(|advertised| advertised == alg.wire()));
            one(&published(&house, alg.wire()).await);
        }
        assert_eq!(algs.len(), SigningAlg::ALL.len());
    }

    /// A retired key's ID token is still a hint that names its person (OpenID Connect Core §3.1.2.1, `id_token_hint`).
    async fn an_id_token_of_a_retired_key_is_still_a_hint(db) {
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let hint = website.redeem(&code).await.json()["id_token"].as_str().expect("an ID token").to_owned();
        signing::rotate(&house.provider, SigningAlg::RS256, When::Now).await.expect("rotated");
        let asked = [("prompt", "none"), ("id_token_hint", &*hint)];
        assert!(browser.authorize(&website, &asked).await.param("code").is_some());
    }

    /// DESIGN.md: "nodes are stateless"; issue 2: "two nodes".
    async fn two_nodes_that_start_at_once_make_one_key_per_algorithm(db) {
        let house = House::bare(db, Plan::default());
        let other = house.second_node(Plan { seed: 2, ..Plan::default() });
        let (one_node, two) = tokio::join!(signing::rotate_due(&house.provider), signing::rotate_due(&other.provider));
        one_node.expect("started");
        two.expect("started");
        let mut of_alg = BTreeMap::new();
        for row in crate::house::tables::rows(house.db(), "signing_keys") {
            *of_alg.entry(row["alg"].as_str().expect("text").to_owned()).or_insert(0) += 1;
        }
        let expected: BTreeMap<_, _> = KeyAlg::all().map(|alg| (alg.wire().to_owned(), 1)).collect();
        assert_eq!(of_alg, expected);
        signing::refresh(&house.provider).await.expect("refreshed");
        signing::refresh(&other.provider).await.expect("refreshed");
        let jwks = |address: &str| house.browser().at(address);
        let (here, there) = (jwks(&house.address).get("/jwks").await, jwks(&other.address).get("/jwks").await);
        assert_eq!(here.body, there.body);
    }

    /// DESIGN.md: "nodes are stateless": each step of a login on another node.
    async fn a_login_may_take_each_step_on_another_node(db) {
        let house = House::over(db).await;
        let other = house.second_node(Plan { seed: 2, ..Plan::default() });
        signing::refresh(&other.provider).await.expect("refreshed");
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut here = house.browser();
        let page_here = here.authorize(&website, &[]).await;
        let mut there = here.at(&other.address);
        let consent = there.sign_in(&page_here, &person, house.now()).await;
        let code = there.at(&house.address).decide(&consent, "allow").await.code();
        let token = website.at(&other.address).access_token(&code).await;
        assert_eq!(website.userinfo(&token).await.status, 200);
        assert_eq!(website.redeem(&code).await.error(), "invalid_grant", "a replay is a replay on any node");
        assert_eq!(website.at(&other.address).userinfo(&token).await.error(), "invalid_token");
    }

    /// PROTOCOL 13: "every node can open a new key before any node seals with it".
    async fn a_new_encryption_key_opens_everywhere_before_it_seals_anywhere(db) {
        let (added, current) = rings_with_a_second_encryption_key();
        let house = House::over(db).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        // Step one: this node has the new key, and still seals with the old one: everybody opens everything.
        let prepared = house.second_node(Plan { seed: 2, ring: added, ..Plan::default() });
        // Step two: this node seals with the new key: whoever was prepared opens it, whoever was not does not.
        let moved_on = house.second_node(Plan { seed: 3, ring: current, ..Plan::default() });
        for node in [&prepared, &moved_on] {
            signing::refresh(&node.provider).await.expect("the signing keys open");
        }
        let code = |node: &Node| {
            let (mut browser, website) = (node.browser(), website.clone());
            let (number, now) = (person.number.clone(), node.now());
            let typed = person.code(now);
            async move {
                let page = browser.authorize(&website, &[]).await;
                let posted = browser.type_in(&page, &number, crate::house::PIN, &typed).await;
                let mut answer = browser.follow(&posted).await;
                if answer.is_consent() {
                    answer = browser.decide(&answer, "allow").await;
                }
                answer.code()
            }
        };
        let (old, new) = (code(&prepared).await, code(&moved_on).await);
        assert_eq!(website.redeem(&old).await.status, 200, "sealed with the old key by a node that has both");
        assert_eq!(website.at(&moved_on.address).redeem(&code(&house).await).await.status, 200);
        assert_eq!(website.redeem(&new).await.error(), "invalid_grant", "the node that was left out");
        assert_eq!(website.at(&prepared.address).redeem(&new).await.status, 200);
    }

    /// Nothing of ours goes back in time: a node whose clock is behind neither retires nor removes what others use.
    async fn a_node_whose_clock_is_behind_adds_no_key_and_removes_none(db) {
        let house = House::over(db).await;
        let before = published(&house, "RS256").await;
        let behind = house.second_node(Plan { seed: 2, ..Plan::default() });
        behind.set_clock(START.minus(Duration::from_secs(60)));
        signing::rotate_due(&behind.provider).await.expect("tended");
        signing::refresh(&house.provider).await.expect("refreshed");
        assert_eq!(published(&house, "RS256").await, before);
    }
}

/// The ring of every house with a second encryption key: first only added, then the one that seals.
fn rings_with_a_second_encryption_key() -> (String, String) {
    let key = BASE64.encode(&[42; 32]);
    let second = |current: bool| format!("\n[[encryption]]\nid = 2\nkey = \"{key}\"\ncurrent = {current}\n");
    let (head, last) = RING.rsplit_once("current = true").expect("the encryption key comes last");
    (format!("{}{}", *RING, second(false)), format!("{head}current = false{last}{}", second(true)))
}
