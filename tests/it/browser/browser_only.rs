//! A website without a server, as docs/integrating.md shows one: the page itself asks, and redeems the code across origins.

use super::Chrome;
use crate::support::Demo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

const EXAMPLE: &str = include_str!("../../../conformance/clients/browser-only/page.js");

/// The example in a page with a button, which shows who is signed in or what went wrong.
fn page(issuer: &str, client_id: &str) -> String {
    format!(
        r#"<!doctype html><html lang="en"><title>Page</title><button id="go">Sign in</button><p id="who"></p>
<script type="module">
{EXAMPLE}
const [issuer, client_id, who] = ["{issuer}", "{client_id}", document.getElementById("who")];
document.getElementById("go").onclick = () => signIn(issuer, client_id);
if (location.search) who.textContent = await signedIn(issuer, client_id).catch((error) => `refused: ${{error.message}}`);
</script></html>"#
    )
}

async fn serve(listener: TcpListener, page: String) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let page = page.clone();
        tokio::spawn(async move {
            let mut head = [0; 8192];
            // Chromium opens connections that it does not use.
            if stream.read(&mut head).await.is_ok_and(|read| read > 0) {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close";
                let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{page}", page.len());
                let _gone = stream.write_all(answer.as_bytes()).await;
            }
        });
    }
}

/// RFC 6749 §2.1, "user-agent-based application"; RFC 9700 §2.1.1: a public client, with PKCE. Discovery and the token endpoint
/// answer a page of another origin.
#[tokio::test]
async fn a_page_without_a_server_signs_somebody_in() {
    let demo = Demo::shared();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let home = format!("http://localhost:{}/", listener.local_addr().expect("bound").port());
    let registered = demo.add_client(&home, &["--auth-method", "none"]);
    assert_eq!(registered.client_secret, None);
    tokio::spawn(serve(listener, page(&demo.issuer, &registered.client_id)));
    let chrome = Chrome::start().await;
    chrome.open(&home).await;
    chrome.click("#go").await;
    chrome.sign_in(demo.anybody()).await;
    chrome.find("#allow").await;
    chrome.click("#allow").await;
    chrome.until("signed in", async |chrome| chrome.has("#who").await && !chrome.text("#who").await.is_empty()).await;
    let sub = chrome.text("#who").await;
    assert_eq!(sub.len(), 43, "{sub}");
    assert_eq!(chrome.url().await.as_str(), home, "no code stays in the address");

    // Somebody else's answer, brought into this tab.
    let mut forged = Url::parse(&home).expect("a URL");
    forged.query_pairs_mut().append_pair("code", "c").append_pair("state", "s").append_pair("iss", &demo.issuer);
    chrome.open(forged.as_str()).await;
    chrome.says("#who", "refused: not asked for in this tab").await;
}
