//! Plain HTTP: a client that follows nothing and keeps nothing, and bytes on a bare connection.

use super::Page;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::future::Future;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::pin::Pin;
use std::time::Duration;
use url::Url;

/// A client that shows every answer as it came.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .build()
        .expect("a client")
}

/// Sends a request; the answer as it came, as a page.
pub async fn page(request: reqwest::RequestBuilder, url: &str) -> Page {
    let url = Url::parse(url).expect("a URL");
    let answer = request.send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
    let (status, headers) = (answer.status(), answer.headers().clone());
    Page { url, status, headers, html: answer.text().await.expect("a body") }
}

/// The adapter between the crate `openidconnect` and our HTTP client.
pub struct Http(pub reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error(transparent)]
    Unreachable(#[from] reqwest::Error),
    #[error(transparent)]
    Malformed(#[from] openidconnect::http::Error),
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.execute(reqwest::Request::try_from(request)?).await?;
            let mut response = openidconnect::http::Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                response = response.header(name, value);
            }
            Ok(response.body(answer.bytes().await?.to_vec())?)
        })
    }
}

/// Writes bytes to the server of `url` and reads what it says first; empty when it says nothing or is gone.
pub fn tell(url: &Url, bytes: &[u8]) -> String {
    let mut chunk = [0; 4096];
    let count = connect(url, bytes).and_then(|mut stream| stream.read(&mut chunk)).unwrap_or(0);
    String::from_utf8_lossy(&chunk[..count]).into_owned()
}

fn connect(url: &Url, bytes: &[u8]) -> std::io::Result<TcpStream> {
    let port = url.port_or_known_default().expect("a port");
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    // A server that has seen enough may close while we still write.
    drop(stream.write_all(bytes));
    Ok(stream)
}

/// Writes bytes to the server of `url` and reads what it says before it closes; empty when it just closed.
pub fn raw(url: &Url, bytes: &[u8]) -> String {
    let mut stream = connect(url, bytes).expect("the server listens");
    let mut said = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count) = stream.read(&mut chunk) {
        said.extend_from_slice(&chunk[..count]);
        if count == 0 || said.len() > 64 * 1024 {
            break;
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The status of a raw answer.
pub fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
