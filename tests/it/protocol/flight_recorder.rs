//! Issue 3, the flight recorder: "a client's last refusals, received against registered value, the rule, the fix, without personal
//! data: `hufu client errors <id>`, and the same behind the registration token as JSON."

use crate::db::on_each_database;
use crate::house::{CODE, House, PIN, Person, Website};
use hufu::flow::refusals;
use reqwest::Method;
use serde_json::{Value, json};

/// Requests that are refused while they carry what must not be kept: codes, tokens, a sub, a number.
async fn provoke(house: &House, website: &Website, person: &Person) -> Vec<String> {
    let mut browser = house.browser();
    let code = browser.log_in(website, person, house.now()).await.code();
    let tokens = website.redeem(&code).await.json();
    let text = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}")).to_owned();
    let (id_token, access_token, refresh_token) = (text("id_token"), text("access_token"), text("refresh_token"));
    let sub = crate::house::claims(&id_token)["sub"].as_str().expect("a sub").to_owned();
    let (unsigned, _) = id_token.rsplit_once('.').expect("a signature");
    let claims = json!({ "id_token": { "sub": { "value": sub } } }).to_string();

    browser.authorize(website, &[("redirect_uri", "https://recorder.example/CB")]).await;
    browser.authorize(website, &[("prompt", "none"), ("id_token_hint", &format!("{unsigned}.AAAA"))]).await;
    house
        .browser()
        .authorize(website, &[("prompt", "none"), ("login_hint", &person.number), ("claims", &claims)])
        .await;
    let second = browser.authorize(website, &[]).await.code();
    website.redeem_with(&second, &[("code_verifier", &"w".repeat(43))]).await;
    website.redeem(&code).await;
    website.refresh(&refresh_token, &[]).await;
    let mut public = website.clone();
    public.secret = None;
    let secret = website.secret.clone().expect("a secret");
    public.redeem_with(&code, &[("client_secret", &secret)]).await;

    let hidden = [code, second, id_token, access_token, refresh_token, sub, secret, PIN.to_owned(), CODE.to_owned()];
    let bare = person.number.chars().filter(char::is_ascii_alphanumeric).collect();
    hidden.into_iter().chain([person.number.clone(), bare, "林安然".to_owned(), "19900001000".to_owned()]).collect()
}

on_each_database! {
    async fn what_was_refused_is_told_whole_and_alike_by_both_ways_and_tells_of_no_person(db) {
        let house = House::over(db).await;
        let person = house.person().await;
        let registrar = house.registrar();
        let document = json!({
            "redirect_uris": ["https://recorder.example/cb"], "grant_types": ["authorization_code", "refresh_token"],
        });
        let created = registrar.register(&document).await.json();
        let website = Website::of(&house.address, &created);
        let hidden = provoke(&house, &website, &person).await;
        refusals::flush(&house.provider).await.expect("written");

        let [uri, token] = ["registration_client_uri", "registration_access_token"]
            .map(|name| created[name].as_str().expect("text").to_owned());
        let by_http = registrar.send(Method::GET, &format!("{uri}/errors"), Some(&token), None).await;
        let told = by_http.json()["errors"].as_array().expect("lines").clone();
        let by_cli = house.hufu(&["client", "errors", website.id(), "--json"]);
        assert_eq!(serde_json::from_str::<Value>(&by_cli).expect("JSON"), json!(told));

        let of = |code: &str| told.iter().find(|line| line["code"] == code).unwrap_or_else(|| panic!("no {code}: {told:#?}"));
        for (code, received, registered) in [
            ("redirect_uri.not_registered", "https://recorder.example/CB", Some("https://recorder.example/cb")),
            ("client.method_differs", "client_secret_post", Some("client_secret_basic")),
            ("id_token_hint.not_ours", "an id_token_hint that this provider did not issue to this client", None),
            ("login.required", "prompt=none", None),
        ] {
            let line = of(code);
            assert_eq!((&line["received"], line["registered"].as_str()), (&json!(received), registered), "{code}");
        }
        let page = house.hufu(&["client", "errors", website.id()]);
        for line in &told {
            for (part, title) in [("received", "Received"), ("expected", "Expected"), ("fix", "Fix")] {
                let said = line[part].as_str().expect("text");
                assert!(!said.is_empty(), "no {part}: {line}");
                assert!(page.contains(&format!("{title:<11}{said}\n")), "{part} of {line} is not in {page}");
            }
            let registered = line["registered"].as_str().map(|said| format!("{:<11}{said}\n", "Registered"));
            assert!(registered.is_none_or(|said| page.contains(&said)), "{line}");
        }
        assert_eq!(told.len(), 7, "{told:#?}");
        for (way, said) in [("HTTP", &by_http.body), ("JSON", &by_cli), ("text", &page)] {
            for datum in &hidden {
                assert!(!said.contains(datum), "{datum} is told by {way}: {said}");
            }
        }
    }
}
