//! The wallet, with a virtual authenticator: keys that stay in the browser, one touch, and certificates without a network.

use super::passkey::register;
use super::{Chrome, Script};
use crate::support::{Demo, Persona};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::Url;

/// Signed in, with a passkey, at the wallet.
async fn at_the_wallet(demo: &Demo) -> Chrome {
    let chrome = Chrome::with_authenticator().await;
    chrome.open(&format!("{}/me", demo.issuer)).await;
    chrome.sign_in(demo.anybody()).await;
    register(&chrome, "my phone").await;
    chrome.open(&format!("{}/wallet", demo.issuer)).await;
    chrome
}

pub async fn get_certificates(chrome: &Chrome) {
    chrome.click("#get").await;
    chrome.find("#held li").await;
}

fn masked(person: &Persona) -> String {
    let mut letters = person.name.chars();
    letters.next().into_iter().chain(letters.map(|_| '•')).collect()
}

/// Everything that the browser keeps: whether each key can be read, and what it can do.
const KEYS: &str = "const done = arguments[arguments.length - 1];
    const opening = indexedDB.open('hufu-wallet', 1);
    opening.onsuccess = () => {
        const all = opening.result.transaction('certificates').objectStore('certificates').getAll();
        all.onsuccess = async () => {
            const told = [];
            for (const { key, certificate } of all.result) {
                const { cnf } = JSON.parse(atob(certificate.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
                const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
                const words = new TextEncoder().encode('a nonce');
                const signature = await crypto.subtle.sign(algorithm, key, words);
                const known = await crypto.subtle.importKey('jwk', cnf.jwk, algorithm, true, ['verify']);
                const fits = await crypto.subtle.verify(algorithm, known, signature, words);
                const read = await crypto.subtle.exportKey('jwk', key).then(() => true, () => false);
                told.push([key.extractable, read, fits, cnf.jwk.x]);
            }
            done(told);
        };
    };";

/// PROTOCOL 26: "non-extractable WebCrypto". Each certificate is of a key of its own, which signs and which nobody reads.
#[tokio::test]
async fn one_touch_gets_certificates_whose_keys_sign_and_cannot_be_read() {
    let demo = Demo::start();
    let chrome = at_the_wallet(&demo).await;
    assert!(chrome.is_visible("#none").await);
    get_certificates(&chrome).await;
    chrome.says("#get-status", "The new certificates are in this browser").await;
    assert_eq!(chrome.text("#held .owner").await, masked(demo.anybody()));
    assert_eq!(chrome.text("#held .left").await, "8");
    assert!(!chrome.text("main").await.contains(&demo.anybody().birthdate), "masked until asked");
    chrome.click("#held summary").await;
    chrome.says("#held .said", &demo.anybody().birthdate).await;
    let kept = chrome.run_async(KEYS, Vec::new()).await;
    let kept = kept.as_array().expect("a list");
    let points: std::collections::BTreeSet<&str> = kept.iter().filter_map(|key| key[3].as_str()).collect();
    assert_eq!((kept.len(), points.len()), (8, 8));
    for key in kept {
        assert_eq!((&key[0], &key[1], &key[2]), (&Value::Bool(false), &Value::Bool(false), &Value::Bool(true)));
    }
}

/// Issue 4, 5: "the wallet page (installable, shows offline)". The server is gone, and the certificates are there.
#[tokio::test]
async fn the_wallet_is_installable_and_shows_certificates_without_a_network() {
    let demo = Demo::start();
    let chrome = at_the_wallet(&demo).await;
    get_certificates(&chrome).await;
    chrome.find("body[data-aside=yes]").await;
    let barriers = chrome.devtools("Page.getInstallabilityErrors", serde_json::json!({})).await;
    let barriers = barriers["installabilityErrors"].as_array().expect("a list").clone();
    // A test's browser is a private window, and that alone may stand in the way.
    assert!(barriers.iter().all(|barrier| barrier["errorId"] == "in-incognito"), "{barriers:?}");
    let (wallet, name) = (format!("{}/wallet", demo.issuer), masked(demo.anybody()));
    drop(demo);
    chrome.open(&wallet).await;
    chrome.says("#held .owner", &name).await;
    chrome.says("#offline", "No connection").await;
    chrome.click("#get").await;
    chrome.says("#get-status", "No certificates were made").await;
    assert_eq!(chrome.text("#held .left").await, "8");
}

#[tokio::test]
async fn certificates_are_removed_from_this_device_by_its_owner() {
    let demo = Demo::start();
    let chrome = at_the_wallet(&demo).await;
    get_certificates(&chrome).await;
    chrome.click("#forget summary").await;
    chrome.click("#forget-now").await;
    chrome.find("main:not(:has(#held li))").await;
    assert!(chrome.is_visible("#none").await);
    assert_eq!(chrome.run_async(KEYS, Vec::new()).await, Value::Array(Vec::new()));
    chrome.open(&format!("{}/wallet", demo.issuer)).await;
    chrome.find("#revoke").await;
}

/// The example of docs/integrating.md.
const EXAMPLE: &str = include_str!("../../../conformance/clients/sd-jwt/ask.js");

const VCT: &str = "urn:hufu:vct:network-certificate:1";

/// A parameter and its value, or nothing in its place.
type Change<'a> = (&'a str, Option<&'a str>);

/// A website's request (OpenID4VP 1.0 §5, client identifier prefix `redirect_uri`), behind the `#`; `change` replaces or drops.
pub fn asking(demo: &Demo, claims: &Value, change: &[Change<'_>]) -> String {
    let query = json!({ "credentials": [{
        "id": "age", "format": "dc+sd-jwt", "meta": { "vct_values": [VCT] }, "claims": claims,
    }] });
    let mut fields = BTreeMap::from([
        ("response_type", "vp_token".to_owned()),
        ("client_id", format!("redirect_uri:{}", proven_at(demo))),
        ("nonce", "n-0S6_WzA2Mj".to_owned()),
        ("state", "af0ifjsldkj".to_owned()),
        ("dcql_query", query.to_string()),
    ]);
    for (name, value) in change {
        match value {
            Some(value) => drop(fields.insert(name, (*value).to_owned())),
            None => drop(fields.remove(name)),
        }
    }
    let mut request = Url::parse(&format!("{}/wallet", demo.issuer)).expect("an address");
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.set_fragment(Some(&text));
    request.into()
}

/// Where the demo website would hear of it.
fn proven_at(demo: &Demo) -> String {
    format!("{}/", demo.site.trim_end_matches('/'))
}

fn over_18() -> Value {
    json!([{ "path": ["age_over_18"] }])
}

/// What came back to the website.
async fn answered(chrome: &Chrome, demo: &Demo) -> BTreeMap<String, String> {
    // The address changes before the page does.
    let at = Value::from(proven_at(demo));
    let here = "return location.origin + location.pathname";
    chrome.until("at the website", async |chrome| chrome.run(here, Vec::new()).await == at).await;
    let url = chrome.url().await;
    let fragment = url.fragment().unwrap_or_default().as_bytes();
    url::form_urlencoded::parse(fragment).map(|(name, value)| (name.into(), value.into())).collect()
}

fn json_of(part: &str) -> Value {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).expect("base64url")).expect("JSON")
}

/// The claims of a presentation's disclosures and the key that it is bound to, once the key's signature over this website and
/// this request holds (RFC 9901 §4.3, §7.3).
fn verified(presentation: &str, audience: &str) -> (Vec<(String, Value)>, Value) {
    let (bare, binding) = presentation.rsplit_once('~').expect("a key-binding JWT");
    let parts: Vec<&str> = bare.split('~').collect();
    let key = json_of(parts[0].split('.').nth(1).expect("claims"))["cnf"]["jwk"].clone();
    let (message, signature) = binding.rsplit_once('.').expect("a JWT");
    let (header, claims) = message.split_once('.').expect("a JWT");
    let coordinate =
        |name: &str| BASE64URL_NOPAD.decode(key[name].as_str().expect("text").as_bytes()).expect("base64url");
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(message.as_bytes(), &BASE64URL_NOPAD.decode(signature.as_bytes()).expect("base64url"))
        .expect("signed by the holder's key");
    assert_eq!(json_of(header), json!({ "alg": "ES256", "typ": "kb+jwt" }));
    let claims = json_of(claims);
    let sd_hash = BASE64URL_NOPAD.encode(digest(&SHA256, format!("{bare}~").as_bytes()).as_ref());
    assert_eq!((claims["aud"].as_str(), claims["sd_hash"].as_str()), (Some(audience), Some(sd_hash.as_str())));
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
    let said = parts[1..].iter().map(|disclosure| json_of(disclosure));
    (said.map(|said| (said[1].as_str().expect("a name").to_owned(), said[2].clone())).collect(), key)
}

/// FUNCTIONS 2; PROTOCOL 26: "single-use". A website hears an age and nothing else, two of them share no key, and each costs one
/// certificate.
#[tokio::test]
async fn a_website_that_asks_is_told_an_age_and_nothing_else_by_a_certificate_that_is_used_up() {
    let demo = Demo::start();
    let chrome = at_the_wallet(&demo).await;
    chrome.open(&asking(&demo, &over_18(), &[])).await;
    chrome.says("#ask", "No certificate is left").await;
    assert!(!chrome.is_visible("#ask-show").await);
    get_certificates(&chrome).await;
    chrome.says("#ask-said", "18 or older").await;
    let mut keys = Vec::new();
    for left in [8, 7] {
        chrome.open(&demo.site).await;
        let words = [demo.issuer.as_str(), &proven_at(&demo), "n-0S6_WzA2Mj", "af0ifjsldkj"].map(Value::from);
        chrome.run(&format!("{EXAMPLE}\naskForAge(...arguments);"), words.to_vec()).await;
        chrome.says("#held .left", &left.to_string()).await;
        let site = Url::parse(&demo.site).expect("an address");
        let host = format!("{}:{}", site.host_str().expect("a host"), site.port().expect("a port"));
        assert_eq!(chrome.text("#ask-who").await, host);
        chrome.says("#ask-said", "18 or older").await;
        chrome.click("#ask-show").await;
        let back = answered(&chrome, &demo).await;
        assert_eq!(back.keys().collect::<Vec<_>>(), ["state", "vp_token"]);
        let token: BTreeMap<String, Vec<String>> = serde_json::from_str(&back["vp_token"]).expect("JSON");
        assert_eq!(token.keys().collect::<Vec<_>>(), ["age"]);
        let shown = chrome.run(&format!("{EXAMPLE}\nreturn shownAge();"), Vec::new()).await;
        assert_eq!(shown, json!({ "presentation": token["age"][0], "state": "af0ifjsldkj" }));
        let (said, key) = verified(&token["age"][0], &format!("redirect_uri:{}", proven_at(&demo)));
        assert_eq!(said, [("age_over_18".to_owned(), Value::Bool(true))]);
        keys.push(key);
    }
    assert_ne!(keys[0], keys[1]);
    chrome.open(&format!("{}/wallet", demo.issuer)).await;
    chrome.says("#held .left", "6").await;
    assert!(!chrome.is_visible("#ask").await);
}

/// OpenID4VP 1.0 §8.5. Who declines, or holds nothing that fits, sends a refusal and keeps every certificate.
#[tokio::test]
async fn who_declines_shows_nothing_and_keeps_every_certificate() {
    let demo = Demo::start();
    let chrome = at_the_wallet(&demo).await;
    get_certificates(&chrome).await;
    let younger = json!([{ "path": ["age_over_18"], "values": [false] }]);
    for (claims, words) in [(over_18(), "It will be told"), (younger, "cannot be said of anybody")] {
        chrome.open(&asking(&demo, &claims, &[])).await;
        chrome.says("#ask", words).await;
        chrome.click("#ask-decline").await;
        let back = answered(&chrome, &demo).await;
        assert_eq!(
            back,
            BTreeMap::from(
                [("error", "access_denied"), ("state", "af0ifjsldkj")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
            )
        );
    }
    chrome.open(&format!("{}/wallet", demo.issuer)).await;
    chrome.says("#held .left", "8").await;
}

/// OpenID4VP 1.0 §5, §6. What is not understood is shown nothing, and its sender hears why; an address that the answer could get
/// lost in hears nothing at all. FUNCTIONS 12: a name is not for whoever asks.
#[tokio::test]
async fn a_request_that_is_not_understood_is_shown_nothing() {
    let demo = Demo::start();
    let chrome = at_the_wallet(&demo).await;
    get_certificates(&chrome).await;
    let name = json!([{ "path": ["name"] }]);
    let twice = json!([{ "path": ["age_over_18"] }, { "path": ["age_over_18"] }]);
    let two = json!({ "credentials": [{}, {}] }).to_string();
    let other = json!({ "credentials": [{ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": ["other"] } }] })
        .to_string();
    let over = over_18();
    let refused: [(&Value, &[Change<'_>], &str); 9] = [
        (&name, &[], "only age_over_14"),
        (&twice, &[], "asked for twice"),
        (&over, &[("response_type", Some("code"))], "response_type is vp_token"),
        (&over, &[("response_mode", Some("direct_post"))], "response_mode is fragment"),
        (&over, &[("nonce", None)], "nonce is 8 to 256"),
        (&over, &[("dcql_query", Some("{"))], "not JSON"),
        (&over, &[("dcql_query", Some("null"))], "one credential"),
        (&over, &[("dcql_query", Some(&two))], "one credential"),
        (&over, &[("dcql_query", Some(&other))], "only urn:hufu:vct"),
    ];
    for (claims, change, words) in refused {
        chrome.open(&asking(&demo, claims, change)).await;
        chrome.says("#ask-wrong", words).await;
        assert!(!chrome.is_visible("#ask-show").await, "{words}");
        chrome.click("#ask-decline").await;
        let back = answered(&chrome, &demo).await;
        assert_eq!(back["error"], "invalid_request", "{words}");
        assert!(back["error_description"].contains(words) && back["state"] == "af0ifjsldkj", "{back:?}");
    }
    let here = proven_at(&demo);
    let lost: Vec<String> = [
        "javascript:alert(1)".to_owned(),
        "http://shop.example/proof".to_owned(),
        "https://user@shop.example/proof".to_owned(),
        format!("{here}#else"),
        "shop.example".to_owned(),
    ]
    .into_iter()
    .map(|address| asking(&demo, &over, &[("client_id", Some(&format!("redirect_uri:{address}")))]))
    .chain([
        asking(&demo, &over, &[("client_id", Some(&here))]),
        asking(&demo, &over, &[("redirect_uri", Some("https://shop.example/other"))]),
        asking(&demo, &over, &[]) + "&client_id=twice",
        asking(&demo, &over, &[]).replacen('#', "?", 1),
    ])
    .collect();
    for request in lost {
        chrome.open(&request).await;
        chrome.says("#ask", "there is nobody to answer").await;
        assert!(!chrome.is_visible("#ask-show").await && !chrome.is_visible("#ask-decline").await, "{request}");
    }
    chrome.says("#held .left", "8").await;
}

/// PAGES: works "without JavaScript", or says what does not.
#[tokio::test]
async fn without_a_script_the_wallet_says_that_it_needs_one() {
    let demo = Demo::shared();
    let chrome = Chrome::with(Script::Off, "en-US").await;
    chrome.open(&format!("{}/wallet", demo.issuer)).await;
    chrome.says("noscript", "needs JavaScript").await;
    assert!(!chrome.is_visible("#wallet").await);
}
