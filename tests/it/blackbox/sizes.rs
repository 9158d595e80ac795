//! Too much of everything: a megabyte of header, of query, of body. The server says so or hangs up, and goes on.

use crate::support::Demo;
use crate::support::rp::fetch;
use crate::support::wire::{self, raw};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use std::io::Write;

const MEGABYTE: usize = 1024 * 1024;

/// RFC 9110 §15.5.14 and §15.5.15, RFC 6585 §5: refused early, or the connection just ends.
#[tokio::test]
async fn a_megabyte_of_header_or_query_is_refused_and_the_server_goes_on() {
    let demo = Demo::shared();
    let url = demo.url("/");
    let long = "x".repeat(MEGABYTE);
    let many = (0..20_000).map(|n| format!("X-{n}: {n}\r\n")).collect::<String>();
    for (what, request) in [
        ("a header", format!("GET /authorize HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n")),
        ("a cookie", format!("GET /me HTTP/1.1\r\nHost: localhost\r\nCookie: hufu-session={long}\r\n\r\n")),
        ("many headers", format!("GET /authorize HTTP/1.1\r\nHost: localhost\r\n{many}\r\n")),
        ("a query", format!("GET /authorize?state={long} HTTP/1.1\r\nHost: localhost\r\n\r\n")),
        ("a path", format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n")),
        ("a token", format!("GET /userinfo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {long}\r\n\r\n")),
        ("a method", format!("{long} / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
    ] {
        let answer = tokio::task::spawn_blocking({
            let url = url.clone();
            move || raw(&url, request.as_bytes())
        });
        let answer = answer.await.expect("it runs");
        let refused = wire::status(&answer).is_none_or(|status| (400..500).contains(&status));
        assert!(refused, "{what}: {}", &answer[..answer.len().min(300)]);
        assert_eq!(fetch(wire::client().get(demo.url("/healthz")), &url).await.status, 200, "after {what}");
    }
}

/// RFC 9110 §15.5.14: `413 Content Too Large`; at the token endpoint `invalid_request` will do as well.
#[tokio::test]
async fn a_megabyte_of_body_is_refused_everywhere() {
    let demo = Demo::shared();
    for path in
        ["/token", "/userinfo", "/authorize", "/signin/code", "/signin/passkey", "/consent", "/me/pin", "/signout"]
    {
        let url = demo.url(path);
        let body = format!("a={}", "x".repeat(MEGABYTE));
        let request =
            wire::client().post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        // The server may hang up before it has read everything.
        let Ok(answer) = request.send().await else { continue };
        let status = answer.status().as_u16();
        assert!([400, 401, 403, 413].contains(&status), "{path}: {status}");
        assert_eq!(fetch(wire::client().get(demo.url("/healthz")), &url).await.status, 200, "after {path}");
    }
}

/// Issue 4, "Bad input": "decompression bombs". A body is read as it is or not at all: 64 kB of gzip may stand for 64 MB, and a
/// few hundred bytes of Brotli for more than the machine has.
#[tokio::test]
async fn a_compressed_body_is_refused_and_never_unpacked() {
    let demo = Demo::shared();
    let packed = |bytes: &[u8]| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(bytes).expect("in memory");
        gzip.finish().expect("in memory")
    };
    let send = async |path: &str, coding: &str, body: Vec<u8>| {
        let url = demo.url(path);
        let request = wire::client().post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.header(CONTENT_ENCODING, coding).body(body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    };
    let form = b"grant_type=nothing&client_id=nobody";
    let (_, plain) = send("/token", "identity", form.to_vec()).await;
    assert!(plain.contains("client.unknown"), "as it is, it is read: {plain}");
    let bomb = packed(&vec![b'a'; 60 * MEGABYTE]);
    assert!(bomb.len() < 64 * 1024, "{}", bomb.len());
    for (coding, body) in
        [("gzip", packed(form)), ("gzip", bomb), ("br", form.to_vec()), ("deflate, br", form.to_vec())]
    {
        for path in ["/token", "/par", "/revoke", "/introspect"] {
            let (status, text) = send(path, coding, body.clone()).await;
            assert_eq!(status, 400, "{path} {coding}: {text}");
            assert!(text.contains("invalid_request"), "{path} {coding}: {text}");
        }
        for path in ["/apply", "/signin/code", "/me/pin"] {
            let (status, text) = send(path, coding, body.clone()).await;
            assert!(status == 400 && text.contains("form.malformed"), "{path} {coding}: {status} {text}");
        }
        let (status, text) = send("/reader/nobodys", coding, body.clone()).await;
        assert!(status == 415 && text.contains("coded"), "{coding}: {status} {text}");
    }
}

/// Bytes that are no HTTP.
#[tokio::test]
async fn noise_on_the_wire_does_not_trouble_the_server() {
    let demo = Demo::shared();
    let url = demo.url("/");
    for noise in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS greeting"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let noise = noise.to_vec();
        let to = url.clone();
        let answer = tokio::task::spawn_blocking(move || raw(&to, &noise)).await.expect("it runs");
        assert!(wire::status(&answer).is_none_or(|status| status >= 400), "{answer}");
    }
    assert_eq!(fetch(wire::client().get(demo.url("/healthz")), &url).await.status, 200);
}
