//! Methods: HEAD wherever there is GET, and a plain answer to every other that an address does not take. RFC 9110 §9.1,
//! §9.3.2, §15.5.6.

use crate::support::rp::fetch;
use crate::support::{Demo, Page, Refused, Shape, wire};
use reqwest::Method;
use reqwest::header::{ALLOW, CONTENT_TYPE};

async fn ask(demo: &Demo, method: Method, path: &str) -> Page {
    let request = wire::client().request(method, demo.url(path)).header("accept-language", "en");
    fetch(request, &demo.url(path)).await
}

/// Every address of `web::routes`, as the source has it: who adds one is asked about it here.
fn addresses() -> Vec<String> {
    let source = include_str!("../../../src/web/mod.rs");
    let tree = source.split_once("pub fn routes").expect("the tree").1;
    let tree = tree.split_once("if let Some(handle)").expect("its end").0;
    let mut scope = "";
    let mut found = Vec::new();
    for line in tree.lines() {
        if line == "        )" {
            scope = "";
        }
        let Some((before, rest)) = line.split_once('"') else { continue };
        let path = rest.split('"').next().expect("the literal ends");
        if before.ends_with("scope(") {
            scope = path;
        } else if path.is_empty() || path.starts_with('/') {
            found.push(format!("{scope}{path}").replace("{path:.*}", "hufu.css"));
        }
    }
    found
}

/// RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response containing a list of the
/// target resource's currently supported methods."
#[tokio::test]
async fn every_address_names_the_methods_it_takes_to_who_comes_by_another() {
    let demo = Demo::shared();
    let addresses = addresses();
    assert!(addresses.len() > 25 && addresses.contains(&"/me/freeze".to_owned()), "{addresses:?}");
    for path in &addresses {
        let invented = Method::from_bytes(b"INVENTED").expect("a method");
        // A website removes its own registration (RFC 7592 §2.3).
        let removable = path == "/register/{client_id}";
        for method in [Method::PATCH, invented].into_iter().chain((!removable).then_some(Method::DELETE)) {
            let answer = ask(&demo, method, path).await;
            assert_eq!(answer.status, 405, "{path}");
            let refused = Refused::read(&answer).unwrap_or_else(|why| panic!("{path}: {why}"));
            assert!(matches!(refused.shape, Shape::Json | Shape::Page) && !refused.trace.is_empty(), "{path}");
            if refused.shape == Shape::Page {
                assert_eq!(refused.code, "method.not_allowed", "{path}");
            }
        }
        let refused = ask(&demo, Method::PATCH, path).await;
        let allow = refused.headers[ALLOW].to_str().expect("text").to_owned();
        for method in allow.split(", ") {
            let answer = ask(&demo, method.parse().expect("a method"), path).await;
            assert_ne!(answer.status, 405, "{method} {path}");
        }
        assert_eq!(allow.contains("GET"), allow.contains("HEAD"), "{path}: {allow}");
        for method in [Method::GET, Method::POST].iter().filter(|method| !allow.contains(method.as_str())) {
            assert_eq!(ask(&demo, method.clone(), path).await.status, 405, "{method} {path}");
        }
    }
}

/// RFC 9110 §9.1: "All general-purpose servers MUST support the methods GET and HEAD." §9.3.2: "identical to GET except
/// that the server MUST NOT send content in the response".
#[tokio::test]
async fn head_is_answered_as_get_without_the_content() {
    let demo = Demo::shared();
    for path in [
        "/",
        "/me/signin",
        "/freeze",
        "/signout",
        "/jwks",
        "/.well-known/openid-configuration",
        "/healthz",
        "/static/hufu.css",
        "/nothing",
        "/authorize?client_id=nobody",
        "/userinfo",
    ] {
        let (get, head) = (ask(&demo, Method::GET, path).await, ask(&demo, Method::HEAD, path).await);
        assert_eq!((head.status, head.html.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.headers.get(CONTENT_TYPE), get.headers.get(CONTENT_TYPE), "{path}");
        assert!(!get.html.is_empty(), "{path}");
    }
}
