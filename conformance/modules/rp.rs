//! The website's own server: what it publishes, and what it is told. https on loopback, as the suite is.

use crate::support::chance::random;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// A request that came.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub query: Vec<(String, String)>,
    pub content_type: String,
    pub form: Vec<(String, String)>,
}

#[derive(Default)]
struct Kept {
    documents: Mutex<HashMap<String, (&'static str, Vec<u8>)>>,
    received: Mutex<Vec<(String, Received)>>,
}

/// The server, and what it has.
pub struct Website {
    base: Url,
    kept: Data<Kept>,
}

impl Website {
    /// A server, and its certificate in PEM.
    pub fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("bound").port();
        let (tls, pem) = certificate();
        let kept = Data::new(Kept::default());
        let of = kept.clone();
        let server = HttpServer::new(move || App::new().app_data(of.clone()).default_service(web::route().to(answer)));
        let server = server.workers(1).disable_signals().listen_rustls_0_23(listener, tls).expect("a listener");
        tokio::spawn(server.run());
        (Self { base: Url::parse(&format!("https://localhost:{port}/")).expect("a URL"), kept }, pem)
    }

    pub fn url(&self, path: &str) -> Url {
        self.base.join(path).expect("a path")
    }

    /// An address of the suite's pattern.
    pub fn at(&self, name: &str) -> String {
        self.url(&format!("/test/a/hufu/{name}")).to_string()
    }

    /// An address of the suite's pattern that nothing else uses.
    pub fn fresh(&self, name: &str) -> String {
        self.at(&format!("{name}/{}", random()))
    }

    /// Publishes a document at this address, in place of any older one.
    pub fn publish(&self, url: &str, media_type: &'static str, body: impl Into<Vec<u8>>) {
        let path = Url::parse(url).expect("a URL").path().to_owned();
        lock(&self.kept.documents).insert(path, (media_type, body.into()));
    }

    /// What came to this address so far.
    pub fn received(&self, url: &str) -> Vec<Received> {
        let path = Url::parse(url).expect("a URL").path().to_owned();
        lock(&self.kept.received).iter().filter(|(at, _)| *at == path).map(|(_, one)| one.clone()).collect()
    }

    /// The first that comes to this address; `None` when nothing comes.
    pub async fn await_at(&self, url: &str) -> Option<Received> {
        for _ in 0..120 {
            if let Some(first) = self.received(url).into_iter().next() {
                return Some(first);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        None
    }
}

async fn answer(kept: Data<Kept>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pairs = |bytes: &[u8]| url::form_urlencoded::parse(bytes).into_owned().collect();
    let one = Received {
        method: request.method().to_string(),
        query: pairs(request.query_string().as_bytes()),
        content_type: header("content-type").to_owned(),
        form: pairs(&body),
    };
    lock(&kept.received).push((request.path().to_owned(), one));
    match lock(&kept.documents).get(request.path()) {
        Some((media_type, body)) => HttpResponse::Ok().content_type(*media_type).body(body.clone()),
        None => HttpResponse::Ok().insert_header(("cache-control", "no-store")).finish(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As the suite's server has it, at its worst: one certificate that signed itself, an authority's, of another name.
fn certificate() -> (ServerConfig, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["elsewhere.example".to_owned()]).expect("a name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("signed");
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let tls = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    (tls, certificate.pem())
}
