//! Static files: kept for a year only under an address that changes with them. RFC 8246 §2.

use crate::support::rp::fetch;
use crate::support::{Demo, Page, wire};

async fn get(demo: &Demo, path: &str) -> Page {
    fetch(wire::client().get(demo.url(path)).header("accept-language", "en"), &demo.url(path)).await
}

fn cache(page: &Page) -> &str {
    page.headers["cache-control"].to_str().expect("text")
}

/// The addresses of static files in a page.
fn linked(html: &str) -> Vec<String> {
    let after = html.split("=\"/static/").skip(1);
    after.map(|rest| format!("/static/{}", rest.split('"').next().expect("the attribute ends"))).collect()
}

/// RFC 8246: `immutable` says that the bytes behind this address never change. The next build changes those without a version.
#[tokio::test]
async fn a_file_is_immutable_only_under_the_version_of_its_build() {
    let demo = Demo::shared();
    let page = get(&demo, "/me/signin").await;
    let versioned = linked(&page.html);
    assert!(versioned.len() >= 4, "{versioned:?}");
    for address in &versioned {
        let answer = get(&demo, address).await;
        assert_eq!(answer.status, 200, "{address}");
        assert_eq!(cache(&answer), "public, max-age=31536000, immutable", "{address}");
        let (path, version) = address.split_once("?v=").expect("every link has a version");
        for stale in [path.to_owned(), format!("{path}?v=0123456789abcdef"), format!("{path}?x={version}")] {
            assert_eq!(cache(&get(&demo, &stale).await), "public, max-age=3600", "{stale}");
        }
    }
    let kit = get(&demo, "/static/button/index.html").await;
    for address in linked(&kit.html) {
        assert_eq!(cache(&get(&demo, &address).await), "public, max-age=3600", "{address}");
    }
    assert_eq!(get(&demo, "/static/nothing.css").await.status, 404);
}
