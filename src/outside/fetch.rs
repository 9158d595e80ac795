//! The fetcher: https, public addresses, no redirect, no proxy, a bound on bytes and on time.
//!
//! The name is looked up once, by us, and the connection goes to the very addresses that were judged: a name that answers
//! differently the second time (rebinding) gains nothing. An address in the URL is judged before anything is opened.

use super::address::is_public;
use super::pinned::Pinned;
use crate::flow::{Bounds, Fetch, FetchError, Fetched, Fetching};
use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder, Response};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls_platform_verifier::Verifier;
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

const CONNECT: Duration = Duration::from_secs(3);

/// How far the fetcher goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The internet.
    Public,
    /// This machine too, where the sandbox's websites and a conformance suite run.
    Loopback,
}

/// Whose certificates the fetcher believes. The texts are PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust<'a> {
    /// What the system's authorities signed.
    System,
    /// What these authorities signed, too.
    Authorities(&'a str),
    /// What these signed, and each of them as a server's own, whatever its name and its dates: for a conformance run.
    DangerAsTheyAre(&'a str),
}

/// The fetcher cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FetcherError {
    #[error("the fetcher cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the certificates cannot be read: {0}")]
    Pem(#[from] pem::Error),
    #[error("there is no certificate among those to be trusted: expected PEM, `-----BEGIN CERTIFICATE-----` and so on")]
    Empty,
}

/// Fetches what websites name.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    reach: Reach,
}

impl Fetcher {
    /// A fetcher that goes as far as `reach` and believes as `trust` says.
    ///
    /// # Errors
    /// A text that holds no certificate, or TLS that cannot be set up.
    pub fn new(reach: Reach, trust: Trust<'_>) -> Result<Self, FetcherError> {
        let client = believing(Client::builder(), trust)?
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(Judging { reach })
            .user_agent(concat!("hufu/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Plain http only where loopback is in reach, and only to it.
    fn admit(&self, url: &Url) -> Result<(), FetchError> {
        let here = self.reach == Reach::Loopback;
        let literal = match url.host() {
            None => return Err(FetchError::Scheme),
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
        };
        let loopback = literal.is_some_and(|address| address.is_loopback()) || url.host_str() == Some("localhost");
        match url.scheme() {
            "https" => {}
            "http" if here && loopback => {}
            _ => return Err(FetchError::Scheme),
        }
        match literal {
            Some(address) if !allowed(address, self.reach) => Err(FetchError::Address),
            _ => Ok(()),
        }
    }

    async fn send(&self, request: RequestBuilder, bounds: Bounds) -> Result<Response, FetchError> {
        request.timeout(bounds.time).send().await.map_err(|error| told(&error))
    }

    async fn document(&self, url: &Url, bounds: Bounds) -> Result<Fetched, FetchError> {
        self.admit(url)?;
        let answer = self.send(self.client.get(url.clone()).header(ACCEPT, "*/*"), bounds).await?;
        match answer.status() {
            status if status.is_redirection() => return Err(FetchError::Redirect),
            status if status.as_u16() != 200 => return Err(FetchError::Status(status.as_u16())),
            _ => {}
        }
        let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Ok(Fetched { media_type, body: body(answer, bounds).await? })
    }

    async fn form(&self, url: &Url, form: String, bounds: Bounds) -> Result<u16, FetchError> {
        self.admit(url)?;
        let request =
            self.client.post(url.clone()).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let answer = self.send(request, bounds).await?;
        if answer.status().is_redirection() {
            return Err(FetchError::Redirect);
        }
        Ok(answer.status().as_u16())
    }
}

impl Fetch for Fetcher {
    fn get<'a>(&'a self, url: &'a Url, bounds: Bounds) -> Fetching<'a, Fetched> {
        Box::pin(self.document(url, bounds))
    }

    fn post<'a>(&'a self, url: &'a Url, form: String, bounds: Bounds) -> Fetching<'a, u16> {
        Box::pin(self.form(url, form, bounds))
    }
}

fn believing(client: ClientBuilder, trust: Trust<'_>) -> Result<ClientBuilder, FetcherError> {
    Ok(match trust {
        Trust::System => client,
        Trust::Authorities(pem) => {
            let authorities =
                certificates(pem)?.iter().map(|one| Certificate::from_der(one)).collect::<Result<Vec<_>, _>>()?;
            client.tls_certs_merge(authorities)
        }
        Trust::DangerAsTheyAre(pem) => {
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let certificates = certificates(pem)?;
            let others = Arc::new(Verifier::new_with_extra_roots(certificates.clone(), Arc::clone(&provider))?);
            let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
            let tls = tls.dangerous().with_custom_certificate_verifier(Arc::new(Pinned { certificates, others }));
            client.tls_backend_preconfigured(tls.with_no_client_auth())
        }
    })
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, FetcherError> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() { Err(FetcherError::Empty) } else { Ok(found) }
}

/// Byte by byte within the bound: what the answer announces of its own length is not believed.
async fn body(mut answer: Response, bounds: Bounds) -> Result<Bytes, FetchError> {
    let mut read = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? {
        if read.len() + chunk.len() > bounds.bytes {
            return Err(FetchError::TooLarge(bounds.bytes));
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.freeze())
}

fn told(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<FetchError>() {
            return refused.clone();
        }
        cause = inner.source();
    }
    if error.is_timeout() { FetchError::Slow } else { FetchError::Unreachable }
}

fn allowed(address: IpAddr, reach: Reach) -> bool {
    is_public(address) || (reach == Reach::Loopback && address.is_loopback())
}

/// Looks a name up and hands on the addresses that may be reached.
struct Judging {
    reach: Reach,
}

impl Resolve for Judging {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| FetchError::Name)?;
            Ok(Box::new(judged(found.collect(), reach)?.into_iter()) as Addrs)
        })
    }
}

/// The very addresses that are then connected to. One private address among several is a trap: nothing of that name is reached.
fn judged(found: Vec<SocketAddr>, reach: Reach) -> Result<Vec<SocketAddr>, FetchError> {
    match found.iter().all(|address| allowed(address.ip(), reach)) {
        _ if found.is_empty() => Err(FetchError::Name),
        true => Ok(found),
        false => Err(FetchError::Address),
    }
}

/// For the [`crate::flow::Provider`].
impl From<Fetcher> for Arc<dyn Fetch> {
    fn from(fetcher: Fetcher) -> Self {
        Arc::new(fetcher)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that names nobody is a mistake, and not "nobody".
    #[test]
    fn a_text_without_a_certificate_is_refused() {
        for text in ["", "certificate", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
            for trust in [Trust::Authorities(text), Trust::DangerAsTheyAre(text)] {
                assert!(matches!(Fetcher::new(Reach::Public, trust), Err(FetcherError::Empty)), "{trust:?}");
            }
        }
        let broken = Trust::Authorities("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
        assert!(matches!(Fetcher::new(Reach::Public, broken), Err(FetcherError::Pem(_))));
    }

    async fn refused(reach: Reach, url: &str) -> FetchError {
        let fetcher = Fetcher::new(reach, Trust::System).unwrap();
        fetcher.get(&Url::parse(url).unwrap(), Bounds::DOCUMENT).await.unwrap_err()
    }

    /// OWASP, Server-Side Request Forgery Prevention: an address is judged before anything is opened.
    #[tokio::test]
    async fn an_address_that_is_not_public_is_not_opened() {
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.0.0.1/",
            "https://0.0.0.0/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00::1]/",
        ] {
            assert_eq!(refused(Reach::Public, url).await, FetchError::Address, "{url}");
        }
    }

    /// A name is judged by what it leads to, at the moment of the connection: rebinding gains nothing.
    #[tokio::test]
    async fn a_name_that_leads_here_is_not_followed() {
        for url in ["https://localhost/", "https://LOCALHOST:8443/"] {
            assert_eq!(refused(Reach::Public, url).await, FetchError::Address, "{url}");
        }
    }

    /// A rebinding name answers with a public address first and with a private one when it is asked again, or with both at once:
    /// each answer is judged whole, and what was judged is what is connected to.
    #[test]
    fn each_answer_to_a_name_is_judged_whole() {
        let found = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let (public, private) =
            (["1.1.1.1:0", "[2606:4700::1111]:0"], ["10.0.0.1:0", "[::1]:0", "[::ffff:127.0.0.1]:0"]);
        assert_eq!(judged(found(&public), Reach::Public), Ok(found(&public)));
        for private in private {
            assert_eq!(judged(found(&[private]), Reach::Public), Err(FetchError::Address), "{private}");
            assert_eq!(judged(found(&[public[0], private]), Reach::Public), Err(FetchError::Address), "{private}");
        }
        assert_eq!(judged(found(&["10.0.0.1:0", "127.0.0.1:0"]), Reach::Loopback), Err(FetchError::Address));
        assert_eq!(judged(Vec::new(), Reach::Public), Err(FetchError::Name));
    }

    #[tokio::test]
    async fn only_https_leaves_this_machine() {
        for url in ["http://example.org/", "http://localhost/", "ftp://example.org/", "file:///etc/passwd", "data:,x"] {
            assert_eq!(refused(Reach::Public, url).await, FetchError::Scheme, "{url}");
        }
        for url in ["http://example.org/", "http://10.0.0.1/", "http://localhost.example/"] {
            assert_eq!(refused(Reach::Loopback, url).await, FetchError::Scheme, "{url}");
        }
        assert_eq!(refused(Reach::Loopback, "https://10.0.0.1/").await, FetchError::Address);
    }
}
