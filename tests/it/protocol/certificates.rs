//! Network certificates, from the passkey to the verifier. FUNCTIONS 2, 13; PROTOCOL 26; RFC 9901; SD-JWT VC; Token Status
//! List. That an independent library believes them, and refuses what was changed, `cargo xtask clients` shows.

use crate::db::on_each_database;
use crate::house::{Answer, Authenticator, Batch, Browser, HolderPair, House, ISSUER, PIN, Person, Website, claims_of};
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use flate2::read::ZlibDecoder;
use hufu::keys::{Epoch, JwkSet, SigningAlg, UnverifiedJwt};
use hufu::person::PersonState;
use hufu::spec::lifetime;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Read;

const VALID: u8 = 0;
const INVALID: u8 = 1;
const SUSPENDED: u8 = 2;

/// A person with a passkey, signed in in a browser.
struct Holder {
    website: Website,
    person: Person,
    browser: Browser,
    phone: Authenticator,
}

impl Holder {
    async fn new(house: &House, host: &str) -> Self {
        let (website, person) = (house.website(host).await, house.person().await);
        let mut browser = house.browser();
        browser.log_in(&website, &person, house.now()).await.code();
        let phone = Authenticator::registered_in(&mut browser).await;
        Self { website, person, browser, phone }
    }

    async fn certificates(&mut self) -> Vec<String> {
        Batch::issued(&mut self.browser, &mut self.phone).await
    }

    async fn sign_in_again(&mut self, house: &House) {
        self.browser.log_in(&self.website, &self.person, house.now()).await;
    }
}

fn problem(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["problem"].as_str().unwrap_or_default().to_owned())
}

async fn jwks(house: &House) -> JwkSet {
    JwkSet::try_from(house.browser().get("/jwks").await.json()).expect("a JWKS")
}

/// What was disclosed with a certificate, by name.
fn disclosed(certificate: &str) -> Vec<(String, Value)> {
    let parts = certificate.split('~').skip(1).filter(|part| !part.is_empty());
    let read = parts.map(|part| {
        let array: Value =
            serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url")).expect("JSON");
        (array[1].as_str().expect("a name").to_owned(), array[2].clone())
    });
    read.collect()
}

/// The status of a certificate, read from its list as a verifier reads it (Token Status List §8.3).
async fn status(house: &House, certificate: &str) -> u8 {
    let place = claims_of(certificate)["status"]["status_list"].clone();
    let uri = place["uri"].as_str().expect("a URI").to_owned();
    let answer = house.browser().get(uri.strip_prefix(ISSUER).expect("ours")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/statuslist+jwt"));
    let verified = UnverifiedJwt::parse(&answer.body).expect("a JWT").verify(&jwks(house).await, &[SigningAlg::ES256]);
    let verified = verified.expect("signed by us");
    verified.expect_typ(&["statuslist+jwt"]).expect("its type");
    let claims: Value = verified.claims().expect("claims");
    assert_eq!(claims["sub"], json!(uri));
    let now = house.now().unix();
    let (iat, ttl) = (claims["iat"].as_i64().expect("iat"), claims["ttl"].as_i64().expect("ttl"));
    assert!(iat <= now && now < iat + ttl && now < claims["exp"].as_i64().expect("exp"));
    let bits = claims["status_list"]["bits"].as_u64().expect("bits");
    let lst = claims["status_list"]["lst"].as_str().expect("lst");
    let compressed = BASE64URL_NOPAD.decode(lst.as_bytes()).expect("base64url");
    let mut statuses = Vec::new();
    ZlibDecoder::new(&compressed[..]).read_to_end(&mut statuses).expect("ZLIB");
    let first = place["idx"].as_u64().expect("an index") * bits;
    (statuses[usize::try_from(first / 8).expect("small")] >> (first % 8)) & ((1 << bits) - 1)
}

/// To the next step of the status lists.
fn next_step(house: &House) {
    house.pass(lifetime::STATUS_STEP.as_secs());
}

on_each_database! {
    /// FUNCTIONS 2: "the credential verifies offline with the published keys; a plaintext attribute cannot be read from it
    /// without its disclosure". SD-JWT VC §3.2.
    async fn one_touch_certifies_fresh_keys_and_says_nothing_in_the_clear(db) {
        let house = House::over(db).await;
        let mut holder = Holder::new(&house, "bank.example").await;
        let batch = Batch::begun_in(&mut holder.browser).await;
        let credential = batch.touched(&mut holder.phone);
        let answer = batch.post(&mut holder.browser, &batch.proofs(), &credential).await.json();
        let issued = answer["certificates"].as_array().expect("certificates");
        assert_eq!(issued.len(), batch.keys.len());
        let keys = jwks(&house).await;
        for (certificate, key) in issued.iter().zip(&batch.keys) {
            let certificate = certificate.as_str().expect("text");
            let jwt = certificate.split('~').next().expect("a JWT");
            let verified = UnverifiedJwt::parse(jwt).expect("a JWT").verify(&keys, &[SigningAlg::ES256]).expect("ours");
            verified.expect_typ(&["dc+sd-jwt"]).expect("its type");
            let claims: Value = verified.claims().expect("claims");
            let members: BTreeSet<&str> = claims.as_object().expect("an object").keys().map(String::as_str).collect();
            assert_eq!(members, BTreeSet::from(["iss", "vct", "iat", "exp", "cnf", "status", "_sd", "_sd_alg"]));
            assert_eq!(claims["cnf"], json!({ "jwk": key.jwk() }));
            assert_eq!((&claims["iss"], &claims["_sd_alg"]), (&json!(ISSUER), &json!("sha-256")));
            assert_eq!(claims["exp"].as_i64().expect("exp") % 86_400, 0);
            // RFC 9901 §7.1: each disclosure is one of the digests.
            for disclosure in certificate.split('~').skip(1).filter(|part| !part.is_empty()) {
                let digest = BASE64URL_NOPAD.encode(digest(&SHA256, disclosure.as_bytes()).as_ref());
                assert!(claims["_sd"].as_array().expect("digests").contains(&json!(digest)));
            }
            let said = disclosed(certificate);
            let of = |name: &str| said.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            assert_eq!(of("age_over_18"), Some(json!(true)));
            let name = of("name").expect("a name").as_str().expect("text").to_owned();
            assert!(!claims.to_string().contains(&name), "concealed without its disclosure");
        }
    }

    /// PROTOCOL 26: "the number is never disclosed to a website"; nothing in one certificate is found in another but what
    /// everybody's of that day share.
    async fn two_verifiers_have_nothing_to_compare_and_neither_learns_number_handle_or_sub(db) {
        let house = House::over(db).await;
        let (mut one, mut other) = (Holder::new(&house, "bank.example").await, Holder::new(&house, "shop.example").await);
        let (mine, theirs) = (one.certificates().await, other.certificates().await);
        let first = claims_of(&mine[0]);
        let mut seen = BTreeSet::new();
        for certificate in mine.iter().chain(&theirs) {
            let claims = claims_of(certificate);
            for shared in ["iss", "vct", "iat", "exp"] {
                assert_eq!(claims[shared], first[shared], "everybody's of that day");
            }
            assert_eq!(claims["_sd"].as_array().map(Vec::len), first["_sd"].as_array().map(Vec::len));
            for value in claims["_sd"].as_array().expect("digests").iter().chain([&claims["cnf"], &claims["status"]]) {
                assert!(seen.insert(value.to_string()), "{value} twice");
            }
        }
        let live = house.provider.keys.clone();
        let secrets = house.secrets(&one.person).await;
        let sub = live.sub(&one.website.client.sector, &secrets.handle, Epoch(secrets.epoch)).expect("a sub");
        let plain = |certificate: &str| {
            let parts = certificate.split(['.', '~']);
            parts.filter_map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok()).flatten().collect::<Vec<u8>>()
        };
        let number = one.person.number.replace('-', "");
        for certificate in &mine {
            let all = [certificate.as_bytes(), &plain(certificate)].concat();
            for secret in [number.as_bytes(), one.person.number.as_bytes(), sub.as_str().as_bytes(), secrets.handle.expose()] {
                assert!(!all.windows(secret.len()).any(|found| found == secret));
            }
        }
    }

    /// PROTOCOL 26, 23: one ceremony, one batch, in the browser that it was offered to.
    async fn a_ceremony_is_good_once_for_its_own_session_and_for_a_quarter_of_an_hour(db) {
        let house = House::over(db).await;
        let mut holder = Holder::new(&house, "bank.example").await;
        let batch = Batch::begun_in(&mut holder.browser).await;
        let credential = batch.touched(&mut holder.phone);
        let proofs = batch.proofs();
        assert_eq!(batch.post(&mut holder.browser, &proofs, &credential).await.status, 200);
        // The passkey counts, so its answer is old by now; a new touch of the same keys does not help either.
        let again = batch.touched(&mut holder.phone);
        assert_eq!(problem(&batch.post(&mut holder.browser, &proofs, &again).await), (422, "stale".into()));
        assert_eq!(house.count("certificates"), 1);

        let late = Batch::begun_in(&mut holder.browser).await;
        house.pass(lifetime::INTERACTION.as_secs());
        let credential = late.touched(&mut holder.phone);
        assert_eq!(problem(&late.post(&mut holder.browser, &late.proofs(), &credential).await), (422, "stale".into()));

        let offered = Batch::begun_in(&mut holder.browser).await;
        let mut elsewhere = house.browser();
        elsewhere.log_in(&holder.website, &holder.person, house.now()).await;
        let credential = offered.touched(&mut holder.phone);
        let carried = offered.post(&mut elsewhere, &offered.proofs(), &credential).await;
        assert_eq!(problem(&carried), (422, "stale".into()), "another session of the same person");
    }

    /// PROTOCOL 26: "authorised by a passkey assertion whose challenge hashes its thumbprint".
    async fn only_ones_own_passkey_over_these_very_keys_authorises_them(db) {
        let house = House::over(db).await;
        let (mut one, mut other) = (Holder::new(&house, "bank.example").await, Holder::new(&house, "shop.example").await);
        let batch = Batch::begun_in(&mut one.browser).await;
        let refused = (422, "passkey".to_owned());
        let theirs = batch.touched(&mut other.phone);
        assert_eq!(problem(&batch.post(&mut one.browser, &batch.proofs(), &theirs).await), refused, "somebody else's");
        let mut swapped = Batch::begun_in(&mut one.browser).await;
        let credential = swapped.touched(&mut one.phone);
        swapped.keys[0] = HolderPair::new();
        assert_eq!(problem(&swapped.post(&mut one.browser, &swapped.proofs(), &credential).await), refused, "a key was put in");
        let fewer = &batch.proofs()[1..];
        let credential = batch.touched(&mut one.phone);
        assert_eq!(problem(&batch.post(&mut one.browser, fewer, &credential).await), refused, "a key was taken out");
        for nonsense in ["", "{}", "null"] {
            assert_eq!(problem(&batch.post(&mut one.browser, &batch.proofs(), nonsense).await), refused);
        }
        assert_eq!((house.count("certificates"), house.count("status_lists")), (0, 0));
        let credential = batch.touched(&mut one.phone);
        assert_eq!(batch.post(&mut one.browser, &batch.proofs(), &credential).await.status, 200, "nothing was used up");
    }

    /// PROTOCOL 26: "a fresh P-256 key per credential". Bounded: one verification for each, eight at most.
    async fn keys_that_are_not_fresh_not_proven_or_too_many_are_refused(db) {
        let house = House::over(db).await;
        let mut holder = Holder::new(&house, "bank.example").await;
        let batch = Batch::begun_in(&mut holder.browser).await;
        let (good, key) = (batch.proofs(), HolderPair::new());
        let made = |header: Value, claims: Value| vec![key.sign(&header, &claims)];
        let header = json!({ "alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": key.jwk() });
        let claims = json!({ "aud": ISSUER, "nonce": batch.nonce });
        let with = |place: &str, value: Value| {
            let mut header = header.clone();
            *header.pointer_mut(place).expect("a place") = value;
            made(header, claims.clone())
        };
        let private = {
            let mut header = header.clone();
            header["jwk"]["d"] = json!("AAAA");
            made(header, claims.clone())
        };
        let nine = (0..9).map(|_| HolderPair::new().proof(&batch.nonce)).collect();
        let bad: Vec<(&str, Vec<String>)> = vec![
            ("none", Vec::new()),
            ("nine", nine),
            ("one twice", vec![good[0].clone(), good[0].clone()]),
            ("a private key", private),
            ("another curve", with("/jwk/crv", json!("P-384"))),
            ("another kind of key", with("/jwk", json!({ "kty": "RSA", "n": "AAAA", "e": "AQAB" }))),
            ("somebody else's key", with("/jwk", HolderPair::new().jwk())),
            ("another algorithm", with("/alg", json!("RS256"))),
            ("no algorithm", with("/alg", json!("none"))),
            ("another type", with("/typ", json!("JWT"))),
            ("another batch", vec![key.proof("AAAA")]),
            ("another issuer", made(header.clone(), json!({ "aud": "https://evil.example", "nonce": batch.nonce }))),
            ("no JWT", vec!["a.b".into()]),
        ];
        for (what, proofs) in bad {
            let credential = batch.touched(&mut holder.phone);
            let answer = batch.post(&mut holder.browser, &proofs, &credential).await;
            assert_eq!(problem(&answer), (422, "keys".to_owned()), "{what}");
        }
        assert_eq!((house.count("certificates"), house.count("status_lists")), (0, 0));
    }

    /// Who has no passkey is told so, and how to come by one.
    async fn without_a_passkey_or_a_document_there_is_no_certificate_and_the_page_says_why(db) {
        let house = House::over(db).await;
        let website = house.website("bank.example").await;
        let mut browser = house.browser();
        assert_eq!(browser.own_form("/wallet/options", &[]).await.status, 401);
        assert_eq!(browser.own_form("/wallet/certificates", &[]).await.status, 401);
        assert!(browser.get("/wallet").await.body.contains(r#"href="/me/signin""#));
        browser.log_in(&website, &house.person().await, house.now()).await;
        assert_eq!(problem(&browser.own_form("/wallet/options", &[]).await), (422, "no-passkey".into()));
        assert!(browser.get("/wallet").await.body.contains(r##"href="/me#add-passkey""##));
        let mut undocumented = house.browser();
        undocumented.log_in(&website, &house.person_without_a_document().await, house.now()).await;
        Authenticator::registered_in(&mut undocumented).await;
        assert_eq!(problem(&undocumented.own_form("/wallet/options", &[]).await), (422, "no-document".into()));
        assert!(!undocumented.get("/wallet").await.body.contains("/wallet/options"));
    }

    /// FUNCTIONS 2, 22; PROTOCOL 6: a freeze suspends what its person holds, a lift lets it stand again; closing ends it. Each
    /// within a quarter of an hour, and nobody else's.
    async fn a_certificate_stands_falls_and_stands_again_with_its_person(db) {
        let house = House::over(db).await;
        let (mut one, mut other) = (Holder::new(&house, "bank.example").await, Holder::new(&house, "shop.example").await);
        let (mine, theirs) = (one.certificates().await, other.certificates().await);
        assert_eq!((status(&house, &mine[0]).await, status(&house, &theirs[0]).await), (VALID, VALID));
        let mut anywhere = house.browser();
        let csrf = anywhere.get("/freeze").await.field("csrf");
        anywhere.post("/freeze", &[("csrf", &csrf), ("number", &one.person.number), ("pin", PIN)]).await;
        assert_eq!(status(&house, &mine[0]).await, VALID, "the list of this quarter of an hour stands");
        next_step(&house);
        for certificate in &mine {
            assert_eq!(status(&house, certificate).await, SUSPENDED);
        }
        assert_eq!(status(&house, &theirs[0]).await, VALID);
        assert_eq!(one.browser.own_form("/wallet/options", &[]).await.status, 401, "and there are no new ones");
        for (state, expected) in
            [(PersonState::Active, VALID), (PersonState::Suspended, SUSPENDED), (PersonState::Closed, INVALID)]
        {
            house.set_state(&one.person, state).await;
            next_step(&house);
            assert_eq!(status(&house, &mine[7]).await, expected, "{state:?}");
        }
    }

    /// FUNCTIONS 2: "can be frozen and revoked": by the person's own hand, for good, and new ones stand at once.
    async fn what_its_person_revokes_is_invalid_for_good_and_new_ones_are_not(db) {
        let house = House::over(db).await;
        let (mut one, mut other) = (Holder::new(&house, "bank.example").await, Holder::new(&house, "shop.example").await);
        let (lost, theirs) = (one.certificates().await, other.certificates().await);
        let revoked = one.browser.own_form("/wallet/revoke", &[]).await;
        assert_eq!(revoked.location().path(), "/wallet");
        let fresh = one.certificates().await;
        for (certificate, expected) in [(&lost[0], INVALID), (&lost[7], INVALID), (&fresh[0], VALID), (&theirs[0], VALID)] {
            assert_eq!(status(&house, certificate).await, expected);
        }
        house.set_state(&one.person, PersonState::Frozen).await;
        next_step(&house);
        assert_eq!((status(&house, &lost[0]).await, status(&house, &fresh[0]).await), (INVALID, SUSPENDED));
    }

    /// Token Status List §8: cacheable, by anybody, for as long as `ttl` says; a list that nobody began or that has expired
    /// is not there. An unauthenticated GET writes nothing (PROTOCOL 23).
    async fn a_status_list_is_kept_by_whoever_asked_and_gone_with_its_last_certificate(db) {
        let house = House::over(db).await;
        let mut holder = Holder::new(&house, "bank.example").await;
        let certificate = holder.certificates().await.remove(0);
        let uri = claims_of(&certificate)["status"]["status_list"]["uri"].as_str().expect("a URI").to_owned();
        let path = uri.strip_prefix(ISSUER).expect("ours");
        let before = house.provider.store.writes();
        let first = house.browser().get(path).await;
        assert_eq!((first.header("cache-control"), first.header("access-control-allow-origin")), ("public, max-age=900", "*"));
        assert_eq!(house.browser().get(path).await.body, first.body, "one list for a quarter of an hour");
        house.browser().get("/wallet").await;
        assert_eq!(house.provider.store.writes(), before);
        for wrong in ["/status/0-0", "/status/99999-0", "/status/x", "/status/20748-00", &path.replace("-0", "-1")] {
            assert_eq!(house.browser().get(wrong).await.status, 404, "{wrong}");
        }
        house.set_clock(house.now().plus(lifetime::CERTIFICATE));
        assert_eq!(house.browser().get(path).await.status, 404);
    }

    /// SD-JWT VC §4, §5.
    async fn the_issuer_and_the_type_are_published(db) {
        let house = House::over(db).await;
        let metadata = house.browser().get("/.well-known/jwt-vc-issuer").await.json();
        assert_eq!(metadata, json!({ "issuer": ISSUER, "jwks_uri": format!("{ISSUER}/jwks") }));
        let kind = house.browser().get("/vct/network-certificate").await.json();
        assert_eq!(kind["vct"], "urn:hufu:vct:network-certificate:1");
        let mut holder = Holder::new(&house, "bank.example").await;
        let said = disclosed(&holder.certificates().await[0]);
        let listed: Vec<&str> = kind["claims"].as_array().expect("claims").iter().filter_map(|c| c["path"][0].as_str()).collect();
        assert!(said.iter().all(|(name, _)| listed.contains(&name.as_str())), "{said:?}");
    }

    /// One write for a batch; a person's batches are bounded.
    async fn a_batch_costs_one_write_and_a_person_has_sixty_at_most(db) {
        let house = House::over(db).await;
        let mut holder = Holder::new(&house, "bank.example").await;
        for nth in 0..60 {
            if nth % 20 == 19 {
                holder.sign_in_again(&house).await;
            }
            let batch = Batch::begun_in(&mut holder.browser).await;
            let credential = batch.touched(&mut holder.phone);
            let before = house.provider.store.writes();
            let answer = batch.post(&mut holder.browser, &batch.proofs()[..], &credential).await;
            assert_eq!((answer.status, house.provider.store.writes() - before), (200, 1), "{nth}");
        }
        let batch = Batch::begun_in(&mut holder.browser).await;
        let credential = batch.touched(&mut holder.phone);
        let answer = batch.post(&mut holder.browser, &batch.proofs(), &credential).await;
        assert_eq!(problem(&answer), (422, "enough".into()));
    }
}
