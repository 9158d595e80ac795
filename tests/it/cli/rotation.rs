//! The root keys turn while people and websites go on: as an operator does it, over nodes that are started anew one by one.

use super::installation::{Installation, Serving};
use crate::db::on_each_database;
use crate::house::{Answer, Browser, Website, claims};
use serde_json::Value;

/// A website and its people, at whichever node.
struct Town {
    house: Installation,
    website: Website,
}

impl Town {
    fn over(house: Installation) -> Self {
        let registered = house.json(&["client", "add", "--json", "--redirect-uri", "https://shop.example/cb"]);
        Self { website: Website::of("", &registered), house }
    }

    fn newcomer(&self) -> Value {
        self.house.json(&["persona", "add", "--way", "fixed-code", "--json"])
    }

    /// Signs in, and answers what comes after that.
    async fn signs_in(&self, at: &Serving, person: &Value) -> (Browser, Answer) {
        let said = |name: &str| person[name].as_str().expect("text").to_owned();
        let mut browser = Browser::new(&address(at));
        let page = browser.authorize(&self.website, &[]).await;
        let posted = browser.type_in(&page, &said("network_number"), &said("pin"), &said("fixed_code")).await;
        let next = browser.follow(&posted).await;
        (browser, next)
    }

    /// The person's sub at this node, the same in the ID token and at UserInfo.
    async fn sub(&self, at: &Serving, person: &Value) -> String {
        let website = self.website.at(&address(at));
        let (mut browser, next) = self.signs_in(at, person).await;
        let back = if next.is_consent() { browser.decide(&next, "allow").await } else { next };
        let tokens = website.redeem(&back.code()).await.json();
        let sub = claims(tokens["id_token"].as_str().expect("an ID token"))["sub"].clone();
        let told = website.userinfo(tokens["access_token"].as_str().expect("a token")).await.json();
        assert_eq!(told["sub"], sub);
        sub.as_str().expect("text").to_owned()
    }
}

fn address(node: &Serving) -> String {
    format!("http://{}", node.address)
}

on_each_database! {
    /// FUNCTIONS 11: "the same sub after … a key rotation". PROTOCOL 2: "the epoch is fixed per person, so rotation moves no sub".
    async fn the_pairwise_key_turns_under_two_nodes_and_no_sub_moves(db) {
        let town = Town::over(Installation::over(db));
        let (house, old) = (&town.house, town.newcomer());
        let ring = house.path().join("hufu-keys.toml");
        let before = house.path().join("before.toml");
        std::fs::copy(&ring, &before).expect("the copy of before");
        let (one, two) = (house.another(&[]), house.another(&[]));
        let sub = town.sub(&one, &old).await;
        assert_eq!(town.sub(&two, &old).await, sub);

        // Every node has the key before any uses it.
        house.run(&["key", "add", "pairwise"]);
        for node in [one, two] {
            node.stop();
        }
        let (one, two) = (house.another(&[]), house.another(&[]));
        house.run(&["key", "use", "pairwise", "2"]);
        one.stop();
        let one = house.another(&[]);
        let new = town.newcomer();
        let news = town.sub(&one, &new).await;
        assert_eq!(town.sub(&two, &new).await, news, "who has not turned yet computes the same");
        two.stop();
        let two = house.another(&[]);
        for node in [&one, &two] {
            assert_eq!((town.sub(node, &old).await, town.sub(node, &new).await), (sub.clone(), news.clone()));
        }

        // The newcomer's subs hang on the new epoch, and those of before do not.
        let of_before = house.another(&[("HUFU_KEYS__FILE", "before.toml")]);
        assert_eq!(town.sub(&of_before, &old).await, sub);
        let (_, refused) = town.signs_in(&of_before, &new).await;
        assert!(!refused.is_consent() && refused.param("code").is_none(), "{} {}", refused.status, refused.body);
    }
}
