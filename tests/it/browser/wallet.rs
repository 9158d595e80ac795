//! The wallet, with a virtual authenticator: keys that stay in the browser, one touch, and certificates without a network.

use super::passkey::register;
use super::{Chrome, Script};
use crate::support::{Demo, Persona};
use serde_json::Value;

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

/// PAGES: works "without JavaScript", or says what does not.
#[tokio::test]
async fn without_a_script_the_wallet_says_that_it_needs_one() {
    let demo = Demo::shared();
    let chrome = Chrome::with(Script::Off, "en-US").await;
    chrome.open(&format!("{}/wallet", demo.issuer)).await;
    chrome.says("noscript", "needs JavaScript").await;
    assert!(!chrome.is_visible("#wallet").await);
}
