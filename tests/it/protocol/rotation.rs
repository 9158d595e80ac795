//! Rotation without tears: for two hundred days, whatever a website cached, its tokens verify and its requests decrypt.
//! PROTOCOL 13, 15.

use crate::db::on_each_database;
use crate::house::{House, Node, Plan};
use hufu::flow::{Upkeep, signing};
use hufu::keys::{ContentEncryption, EncryptionAlg, JwkSet, SigningAlg, UnverifiedJwt};
use hufu::spec::{Timestamp, lifetime};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

const DAYS: u64 = 200;
const USUAL_STEP: Duration = Duration::from_secs(6 * 3600);

/// A token that is still good.
struct Issued {
    alg: SigningAlg,
    token: String,
    until: Timestamp,
}

/// The JWKS that this node answers now, and how long a website may keep it.
async fn fetched(node: &Node) -> (JwkSet, Duration) {
    let answer = node.browser().get("/jwks").await;
    let age = answer.header("cache-control").rsplit_once("max-age=").expect("a max-age").1.parse().expect("seconds");
    (serde_json::from_value(answer.json()).expect("a JWKS"), Duration::from_secs(age))
}

fn sign(node: &Node, alg: SigningAlg) -> Issued {
    let published = node.provider.published().expect("keys");
    let token = published.signing.sign(alg, "JWT", &json!({ "sub": "s" })).expect("signed");
    Issued { alg, token, until: node.now().plus(lifetime::ID_TOKEN) }
}

fn verifies(issued: &Issued, set: &JwkSet) -> bool {
    UnverifiedJwt::parse(&issued.token).expect("a JWT").verify(set, &[issued.alg]).is_ok()
}

fn kids(node: &Node) -> BTreeSet<String> {
    let published = node.provider.published().expect("keys");
    let all = published.signing.public().iter().chain(published.decryption.public());
    all.map(|jwk| jwk["kid"].as_str().expect("a kid").to_owned()).collect()
}

on_each_database! {
    /// PROTOCOL 15: "publish, wait, sign, retire", by itself: nothing but the upkeep of two nodes runs, of which one is always behind.
    async fn for_two_hundred_days_every_cached_jwks_serves_on_two_nodes(db) {
        let house = House::over(db).await;
        let other = house.second_node(Plan { seed: 2, ..Plan::default() });
        signing::refresh(&other.provider).await.expect("refreshed");
        let end = house.now().plus(Duration::from_secs(DAYS * 24 * 3600));
        let (mut cached, age) = fetched(&house).await;
        let (mut good, mut seen): (Vec<Issued>, BTreeSet<String>) = (Vec::new(), kids(&house));
        let (mut upkeep, mut others) = (Upkeep::new(&house.provider), Upkeep::new(&other.provider));
        let mut turn = 0_usize;
        while house.now() < end {
            // Just before each change of the keys a website fetches; at the change it still holds what it fetched.
            let change = house.provider.published().expect("keys").signing.next_change();
            let stops = change.into_iter().flat_map(|change| [change.minus(age), change]);
            let next = stops.filter(|stop| *stop > house.now()).chain([house.now().plus(USUAL_STEP)]).min();
            let next = next.expect("at least the usual step");
            [&*house, &other].iter().for_each(|node| node.set_clock(next));
            let (mut first, mut second) = ((&*house, &mut upkeep), (&other, &mut others));
            if !turn.is_multiple_of(2) {
                std::mem::swap(&mut first, &mut second);
            }
            let nodes: [&Node; 2] = [first.0, second.0];
            turn += 1;
            first.1.tick(&first.0.provider).await;
            for node in nodes {
                for alg in SigningAlg::ALL {
                    let issued = sign(node, *alg);
                    assert!(verifies(&issued, &cached), "{alg} by a JWKS of {age:?} ago, at {}", next.unix());
                    good.push(issued);
                }
            }
            for alg in EncryptionAlg::ALL {
                let to = cached.recipient(*alg, ContentEncryption::A128GCM).expect("a key to encrypt to");
                let request = to.encrypt_jwt("a.b.c", &mut StdRng::seed_from_u64(1)).expect("encrypted");
                for node in nodes {
                    let published = node.provider.published().expect("keys");
                    let decrypted = published.decryption.decrypt(&request);
                    assert!(decrypted.is_ok(), "{alg} by a JWKS of {age:?} ago, at {}", next.unix());
                }
            }
            second.1.tick(&second.0.provider).await;
            good.retain(|issued| next < issued.until);
            for node in nodes {
                let (fresh, _) = fetched(node).await;
                assert!(good.iter().all(|issued| verifies(issued, &fresh)), "a good token, at {}", next.unix());
                cached = fresh;
            }
            seen.extend(kids(&house));
        }
        // Each of six algorithms had a third key: 90 days, and 90 days.
        assert_eq!(seen.len(), 6 * 3, "they turned");
        // The second ES256 key ended twenty days ago: for ten more, its certificates want it (ADR 15).
        assert_eq!(kids(&house).len(), 6 + 1, "and the old ones are gone");
    }
}
