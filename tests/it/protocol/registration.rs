//! Dynamic registration: who may, for how long, and that nothing of a removed client works. RFC 7591, RFC 7592.

use crate::db::{TestDb, on_each_database};
use crate::house::{Answer, Answers, Behind, Documents, House, Plan, Website};
use hufu::client::InitialAccess;
use hufu::flow::{Mode, refusals, register};
use hufu::spec::{ClientId, Timestamp};
use hufu::store::clients::{self, ClientRow, Registration};
use hufu::store::sweep::{self, Expiring};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: u64 = 86_400;

fn document(host: &str) -> Value {
    json!({
        "client_name": host,
        "redirect_uris": [format!("https://{host}/cb")],
        "alternative_login_uri": format!("https://{host}/login"),
    })
}

fn text(answer: &Answer, member: &str) -> String {
    answer.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {}", answer.body)).to_owned()
}

async fn production(db: TestDb) -> House {
    House::built(db, Plan { mode: Mode::Production, ..Plan::default() }).await
}

on_each_database! {
    /// RFC 7591 §3.2.1, RFC 7592 §2.1: the whole registration, and a client that works.
    async fn a_website_registers_itself_and_people_sign_in(db) {
        let house = House::over(db).await;
        let (registrar, person) = (house.registrar(), house.person().await);
        let created = registrar.register(&document("self.example")).await;
        assert_eq!(created.status, 201, "{}", created.body);
        assert_eq!(created.header("cache-control"), "no-store");
        assert_eq!(created.header("access-control-allow-origin"), "*");
        let told = created.json();
        assert_eq!(told["subject_type"], "pairwise");
        assert_eq!(told["response_types"], json!(["code"]));
        assert_eq!(told["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(told["client_id_issued_at"], house.now().unix());
        let ends = told["client_secret_expires_at"].as_i64().expect("an instant");
        let days = (ends - house.now().unix()) / DAY as i64;
        assert!((29..=30).contains(&days), "{days}");

        let website = Website::of(&house.address, &created.json());
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        assert_eq!(website.userinfo(&website.access_token(&code).await).await.status, 200);

        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let read = registrar.send(Method::GET, &uri, Some(&token), None).await;
        assert_eq!((read.status, &read.json()["client_name"]), (200, &json!("self.example")));
        assert_eq!(text(&read, "registration_access_token"), token);
        assert_eq!(read.json()["client_secret"], Value::Null, "shown once");
        for wrong in [None, Some("nonsense"), told["client_secret"].as_str()] {
            let refused = registrar.send(Method::GET, &uri, wrong, None).await;
            assert_eq!(refused.status, 401, "{wrong:?}");
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{wrong:?}");
        }
    }

    /// RFC 7592 §2.3: "the authorization server … MUST invalidate … all existing authorization grants and currently
    /// active access tokens, refresh tokens, and other tokens associated with this client".
    async fn nothing_of_a_removed_client_works(db) {
        let house = House::over(db).await;
        let (registrar, person) = (house.registrar(), house.person().await);
        let created = registrar.register(&document("gone.example")).await;
        let website = Website::of(&house.address, &created.json());
        let mut browser = house.browser();
        let code = browser.log_in(&website, &person, house.now()).await.code();
        let token = website.access_token(&code).await;
        let waiting = browser.authorize(&website, &[]).await.code();
        let (uri, owner) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let removed = registrar.send(Method::DELETE, &uri, Some(&owner), None).await;
        assert_eq!((removed.status, &*removed.body), (204, ""));

        let userinfo = website.userinfo(&token).await;
        assert_eq!((userinfo.status, &*userinfo.error()), (401, "invalid_token"));
        let redeemed = website.redeem(&waiting).await;
        assert_eq!((redeemed.status, &*redeemed.error()), (401, "invalid_client"));
        assert_eq!(browser.authorize(&website, &[]).await.status, 400, "a page: nobody has this client_id");
        assert!(!browser.get("/me").await.body.contains("gone.example"), "the consent is not shown any more");
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(registrar.send(method, &uri, Some(&owner), None).await.status, 401);
        }
    }

    /// RFC 7592 §2.2: the document replaces the registration; §5: the token is exchanged.
    async fn an_update_replaces_the_whole_and_exchanges_the_token(db) {
        let house = House::over(db).await;
        let (registrar, person) = (house.registrar(), house.person().await);
        let mut first = document("moved.example");
        first["policy_uri"] = json!("https://moved.example/policy");
        let created = registrar.register(&first).await;
        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let mut update = document("moved.example");
        update["client_id"] = created.json()["client_id"].clone();
        update["client_name"] = json!("Moved");
        let updated = registrar.send(Method::PUT, &uri, Some(&token), Some(&update)).await;
        assert_eq!((updated.status, &updated.json()["client_name"]), (200, &json!("Moved")), "{}", updated.body);
        assert_eq!(updated.json()["policy_uri"], Value::Null, "what is left out is gone");
        assert_eq!(updated.json()["client_secret"], Value::Null, "the secret stays");
        let exchanged = text(&updated, "registration_access_token");
        assert_ne!(exchanged, token);
        assert_eq!(registrar.send(Method::GET, &uri, Some(&token), None).await.status, 401);
        assert_eq!(registrar.send(Method::GET, &uri, Some(&exchanged), None).await.status, 200);
        let website = Website::of(&house.address, &created.json());
        let code = house.browser().log_in(&website, &person, house.now()).await.code();
        website.access_token(&code).await;

        // A client that becomes public and confidential again is given a new secret.
        let mut token = exchanged;
        for (method, has_secret) in [("none", false), ("client_secret_post", true), ("client_secret_basic", false)] {
            update["token_endpoint_auth_method"] = json!(method);
            let updated = registrar.send(Method::PUT, &uri, Some(&token), Some(&update)).await;
            assert_eq!(updated.json()["client_secret"].is_string(), has_secret, "{method}: {}", updated.body);
            token = text(&updated, "registration_access_token");
        }
    }

    /// RFC 7592 §2.2; PROTOCOL 3.
    async fn an_update_that_is_not_of_this_client_is_refused(db) {
        let house = House::over(db).await;
        let registrar = house.registrar();
        let created = registrar.register(&document("strict.example")).await;
        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let mut own = document("strict.example");
        own["client_id"] = created.json()["client_id"].clone();
        let with = |change: &dyn Fn(&mut Value)| {
            let mut document = own.clone();
            change(&mut document);
            document
        };
        for (document, code) in [
            (with(&|d| d["client_id"] = json!("another")), "registration.client_id"),
            (document("strict.example"), "registration.client_id"),
            (with(&|d| d["client_secret"] = json!("chosen")), "registration.client_secret"),
            (with(&|d| d["redirect_uris"] = json!(["https://elsewhere.example/cb"])), "metadata.sector_moves"),
            (with(&|d| d["subject_type"] = json!("public")), "metadata.not_supported"),
        ] {
            let refused = registrar.send(Method::PUT, &uri, Some(&token), Some(&document)).await;
            assert_eq!(refused.status, 400, "{document}");
            assert!(text(&refused, "error_description").ends_with(&format!("[{code}]")), "{}", refused.body);
        }
        assert_eq!(registrar.send(Method::PUT, &uri, Some(&token), Some(&own)).await.status, 200, "nothing was lost");
    }

    /// RFC 7592 §2.2: "If the client includes the client_secret field …, the value … MUST match": in whichever form it is kept, and
    /// where there is none.
    async fn an_update_repeats_the_clients_own_secret_or_none(db) {
        let house = House::over(db).await;
        let registrar = house.registrar();
        for method in ["client_secret_basic", "client_secret_jwt", "none"] {
            let mut document = document("secret.example");
            document["token_endpoint_auth_method"] = json!(method);
            let created = registrar.register(&document).await;
            let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
            document["client_id"] = created.json()["client_id"].clone();
            document["client_secret"] = json!("chosen");
            let refused = registrar.send(Method::PUT, &uri, Some(&token), Some(&document)).await;
            assert!(refused.status == 400 && refused.body.contains("[registration.client_secret]"), "{method}: {}", refused.body);
            document["client_secret"] = created.json()["client_secret"].clone();
            let updated = registrar.send(Method::PUT, &uri, Some(&token), Some(&document)).await;
            assert_eq!(updated.status, 200, "{method}: {}", updated.body);
        }
    }

    /// RFC 9110 §10.2.3: `Retry-After` says when there is room: on the day that the next of those who registered themselves goes.
    async fn who_finds_no_room_is_told_when_there_will_be_some(db) {
        let house = House::over(db).await;
        let registrar = house.registrar();
        let first = registrar.register(&document("first.example")).await;
        let ends = first.json()["client_secret_expires_at"].as_i64().expect("an instant");
        let id = ClientId::new(text(&first, "client_id"));
        let row = house.provider.store.read(move |db| clients::by_id(db, &id)).await.expect("read").expect("the client");
        let crowd = house.provider.store.write(move |tx| {
            for number in 1..2000 {
                let day = row.expires_day.map(|day| day.plus(Duration::from_secs(DAY)));
                let row = ClientRow { client_id: ClientId::new(format!("crowd-{number}")), expires_day: day, ..row.clone() };
                clients::insert(tx, &Registration { row, resources: Vec::new() })?;
            }
            Ok(())
        });
        crowd.await.expect("written");
        house.pass(3 * DAY);
        let full = registrar.register(&document("late.example")).await;
        assert_eq!((full.status, &*full.error()), (503, "temporarily_unavailable"), "{}", full.body);
        assert!(full.body.contains("[registration.full]"), "{}", full.body);
        let wait: i64 = full.header("retry-after").parse().expect("seconds");
        assert_eq!(wait, ends - house.now().unix(), "the first client's last day");
        let operators = house.website("operators.example").await;
        assert!(house.browser().authorize(&operators, &[]).await.is_sign_in(), "whom the operator adds has room all along");
        house.set_clock(Timestamp::from_unix(ends));
        let now = house.now();
        let gone = house.provider.store.write(move |tx| sweep::batch(tx, Expiring::Clients, now, 9)).await;
        assert_eq!(gone.expect("swept"), 1);
        for (host, status) in [("late.example", 201), ("later.example", 503)] {
            assert_eq!(registrar.register(&document(host)).await.status, status, "{host}");
        }
    }

    /// DESIGN.md: every "only once" with many connections.
    async fn of_eight_updates_with_one_token_one_wins(db) {
        let house = House::over(db).await;
        let registrar = house.registrar();
        let created = registrar.register(&document("race.example")).await;
        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let mut update = document("race.example");
        update["client_id"] = created.json()["client_id"].clone();
        let tries = (0..8).map(|number| {
            let mut update = update.clone();
            update["client_name"] = json!(format!("{number}"));
            let (registrar, uri, token) = (registrar.clone(), uri.clone(), token.clone());
            tokio::spawn(async move { registrar.send(Method::PUT, &uri, Some(&token), Some(&update)).await.status })
        });
        let mut statuses = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            statuses.push(tried.await.expect("it runs"));
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401, 401, 401, 401, 401, 401]);
    }

    /// RFC 7591 §3: an initial access token; single use by the row count, from many connections at once.
    async fn in_production_a_client_registers_with_leave_and_once(db) {
        let house = production(db).await;
        let registrar = house.registrar();
        let refused = registrar.register(&document("leave.example")).await;
        assert_eq!((refused.status, &*refused.error()), (401, "invalid_token"));
        assert_eq!(refused.header("www-authenticate"), r#"Bearer realm="hufu""#);
        let expires = house.now().plus(Duration::from_secs(3600));
        let issue = || InitialAccess::issue(expires, &house.provider.keys, &mut *house.provider.rng()).expect("sealed");
        let leave = issue();
        let tries = (0..8).map(|_| {
            let (registrar, leave) = (registrar.clone(), leave.expose().to_owned());
            let document = document("leave.example");
            tokio::spawn(async move { registrar.send(Method::POST, "/register", Some(&leave), Some(&document)).await })
        });
        let mut created = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            let answer = tried.await.expect("it runs");
            match answer.status {
                201 => created.push(answer),
                status => assert_eq!((status, &*answer.error()), (401, "invalid_token")),
            }
        }
        assert_eq!(created.len(), 1);
        assert_eq!(created[0].json()["client_secret_expires_at"], 0, "whom the operator gave leave stays");
        assert_eq!(house.count("clients"), 1);
        let late = issue();
        house.pass(3600);
        let refused =
            registrar.send(Method::POST, "/register", Some(late.expose()), Some(&document("late.example"))).await;
        assert!(text(&refused, "error_description").contains("expired"), "{}", refused.body);
        assert_eq!(house.count("clients"), 1);
    }

    /// The flight recorder: received, registered, rule, fix; and no stranger pushes out what the website itself sent.
    async fn a_website_reads_what_was_refused_of_it(db) {
        let house = House::over(db).await;
        let registrar = house.registrar();
        let created = registrar.register(&document("recorder.example")).await;
        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let mut wrong = document("recorder.example");
        wrong["client_id"] = created.json()["client_id"].clone();
        wrong["subject_type"] = json!("public");
        assert_eq!(registrar.send(Method::PUT, &uri, Some(&token), Some(&wrong)).await.status, 400);
        let website = Website::of(&house.address, &created.json());
        assert_eq!(website.redeem("no-such-code").await.error(), "invalid_grant");
        assert_eq!(website.push(&[("response_type", "token")]).await.error(), "unsupported_response_type");
        let mut impostor = website.clone();
        impostor.secret = Some("guessed".to_owned());
        assert_eq!(impostor.redeem("no-such-code").await.error(), "invalid_client");
        let mut stranger = house.browser();
        for _ in 0..520 {
            stranger.authorize(&website, &[("redirect_uri", "https://recorder.example/CB")]).await;
        }
        refusals::flush(&house.provider).await.expect("written");
        let errors = format!("{uri}/errors");
        assert_eq!(registrar.send(Method::GET, &errors, None, None).await.status, 401);
        let told = registrar.send(Method::GET, &errors, Some(&token), None).await.json();
        let lines = told["errors"].as_array().expect("lines");
        let from = |sender: &str| lines.iter().filter(|line| line["sender"] == sender).collect::<Vec<_>>();
        assert_eq!(from("anybody").len(), 200, "the bound of what anybody may send");
        let own = from("client");
        let mut endpoints: Vec<_> = own.iter().map(|line| line["endpoint"].as_str().expect("text")).collect();
        endpoints.sort_unstable();
        assert_eq!(endpoints, ["/par", "/register/{client_id}", "/token"], "the guessed secret counts as anybody's");
        assert!(own.iter().any(|line| line["code"] == "metadata.not_supported"));
        let strange = from("anybody")[0];
        assert_eq!(strange["received"], "https://recorder.example/CB");
        assert_eq!(strange["registered"], "https://recorder.example/cb");
        assert!(strange["fix"].as_str().is_some_and(|fix| fix.contains("upper and lower case")), "{strange}");
        assert_eq!(strange["trace_id"].as_str().map(str::len), Some(19));
        assert_eq!(strange["hour"], house.now().hour().unix());
    }

    /// A client that registered itself in the sandbox is forgotten after a month, and only such a one.
    async fn a_client_without_leave_is_forgotten_after_a_month(db) {
        let house = House::over(db).await;
        let operators = house.website("operators.example").await;
        let created = house.registrar().register(&document("month.example")).await;
        let sweep = async |house: &House| {
            let now = house.now();
            house.provider.store.write(move |tx| sweep::batch(tx, Expiring::Clients, now, 9)).await.expect("swept")
        };
        house.pass(29 * DAY - 3600);
        assert_eq!(sweep(&house).await, 0);
        house.pass(DAY);
        assert_eq!(sweep(&house).await, 1);
        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        assert_eq!(house.registrar().send(Method::GET, &uri, Some(&token), None).await.status, 401);
        assert!(house.browser().authorize(&operators, &[]).await.is_sign_in());
    }

    /// OpenID Connect Registration §5: "The values registered in redirect_uris MUST be included in the elements of the array".
    async fn a_sector_file_holds_every_redirect_uri_or_nothing_is_registered(db) {
        let files = Documents::start().await;
        let house = House::built(db, Plan { websites: Behind::all(&files), ..Plan::default() }).await;
        let registrar = house.registrar();
        let uris = ["https://one.example/cb", "https://two.example/cb"];
        let with = |file: &str, more: &[(&str, Value)]| {
            let mut document = json!({
                "redirect_uris": uris,
                "sector_identifier_uri": format!("https://sector.example{file}"),
            });
            for (member, value) in more {
                document[*member] = value.clone();
            }
            document
        };
        files.put("/good", Answers::With(json!([uris[1], uris[0], "https://three.example/cb"]).to_string()));
        files.put("/lacks", Answers::With(json!([uris[0]]).to_string()));
        files.put("/object", Answers::With("{}".to_owned()));
        files.put("/redirect", Answers::Redirect("https://sector.example/good".to_owned()));
        files.put("/flood", Answers::Flood);
        for (file, why) in [
            ("/lacks", "https://two.example/cb is not in it"),
            ("/object", "no JSON array of strings"),
            ("/redirect", "redirect"),
            ("/flood", "longer than"),
            ("/nowhere", "status 404"),
        ] {
            let refused = registrar.register(&with(file, &[])).await;
            assert_eq!((refused.status, &*refused.error()), (400, "invalid_client_metadata"), "{file}");
            let said = text(&refused, "error_description");
            assert!(said.starts_with(&format!("Received: sector_identifier_uri https://sector.example{file}: ")), "{said}");
            assert!(said.contains(why), "{said}");
            assert!(said.contains("Expected: a JSON array that holds every redirect_uri"), "{said}");
            assert!(said.ends_with("Fix: mend the file, or leave sector_identifier_uri out. [metadata.sector_file]"), "{said}");
        }
        // Metadata that is bad anyhow makes us ask nobody.
        let bad = registrar.register(&with("/good", &[("subject_type", json!("public"))])).await;
        assert_eq!((bad.status, files.asked("/good")), (400, 0));
        assert_eq!(house.count("clients"), 0);
        let created = registrar.register(&with("/good", &[])).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let id = ClientId::new(text(&created, "client_id"));
        let client = register::by_id(&house.provider, id).await.expect("answers").expect("registered");
        assert_eq!(client.sector.as_str(), "sector.example");
        // An update asks again.
        let (uri, token) = (text(&created, "registration_client_uri"), text(&created, "registration_access_token"));
        let longer = json!([uris[0], "https://four.example/cb"]);
        let update = with("/good", &[("redirect_uris", longer), ("client_id", json!(client.client_id))]);
        assert_eq!(registrar.send(Method::PUT, &uri, Some(&token), Some(&update)).await.status, 400);
    }
}
