//! Who asks, who answers: signatures, mutual TLS, and a twin that production does not believe.

use super::{key, known};
use crate::house::twins::TwinServer;
use crate::house::{Line, START, Steered};
use hufu::flow::World;
use hufu::flow::ports::{PortError, RegistryAnswer};
use hufu::keys::MessageKey;
use hufu::outside::ports::{self, Twins, over_http, probe};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use zeroize::Zeroizing;

/// Asks the registry over one line.
async fn ask(line: ports::Line, twins: Twins, clock: &Arc<Steered>) -> Result<RegistryAnswer, PortError> {
    let world: Arc<dyn World> = clock.clone();
    let mut lines = Line::fresh().lines();
    lines.registry = line;
    let ports = over_http(lines, twins, &world).expect("lines");
    ports.registry.look_up(&known(), key(1)).await
}

/// RFC 9421 §3.2.
#[tokio::test]
async fn a_question_that_is_not_signed_by_us_is_refused() {
    let clock = Steered::new(1);
    let stranger = MessageKey::fresh_pem(&mut StdRng::seed_from_u64(99));
    for key in [None, Some(MessageKey::parse(&stranger, "house").expect("a key"))] {
        let line = ports::Line { key, ..Line::fresh().one() };
        assert_eq!(ask(line, Twins::Welcome, &clock).await, Err(PortError::Status(401)));
    }
    assert!(matches!(ask(Line::fresh().one(), Twins::Welcome, &clock).await, Ok(RegistryAnswer::Yes(_))));
}

/// RFC 9421 §7.2.2: a signature that was overheard is worth nothing soon.
#[tokio::test]
async fn a_signature_is_good_for_minutes_only() {
    let now = START.unix();
    let twins = TwinServer::start(Some(Arc::new(move || now)), None);
    let line = || Line { url: twins.url.clone(), name: "house".into() }.one();
    for (early, good) in [(0, true), (299, true), (301, false)] {
        let clock = Steered::new(early);
        clock.pass(Duration::from_secs(early));
        let answer = ask(line(), Twins::Welcome, &clock).await;
        match good {
            true => assert!(matches!(answer, Ok(RegistryAnswer::Yes(_))), "{early}: {answer:?}"),
            false => assert_eq!(answer, Err(PortError::Status(401)), "{early}"),
        }
    }
}

/// DESIGN.md, "Running": "Production refuses sandbox data".
#[tokio::test]
async fn production_does_not_believe_a_twin() {
    let clock = Steered::new(1);
    let twin = PortError::Nonsense("it is a twin of the sandbox, and this is production");
    assert_eq!(ask(Line::fresh().one(), Twins::Refused, &clock).await, Err(twin));
    let world: Arc<dyn World> = clock;
    for (name, well) in probe(Line::fresh().lines(), Twins::Refused, &world).await {
        assert_eq!(well.expect("a line"), Err(twin), "{name}");
    }
    for (name, well) in probe(Line::fresh().lines(), Twins::Welcome, &world).await {
        assert_eq!(well.expect("a line"), Ok(()), "{name}");
    }
}

/// An authority of a test, and certificates of it in PEM with their keys.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("signed").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn certify(&self, usage: ExtendedKeyUsagePurpose) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        params.extended_key_usages = vec![usage];
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        (certificate.pem(), key.serialize_pem())
    }
}

/// Speaks TLS, and with those only who have a certificate of `clients`.
fn server(own: &Authority, clients: &Authority) -> ServerConfig {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let (certificate, key) = own.certify(ExtendedKeyUsagePurpose::ServerAuth);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(clients.pem.as_bytes()).expect("PEM")).expect("an authority");
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone()).build();
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.expect("a verifier"))
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM"),
        )
        .expect("a certificate")
}

/// Mutual TLS (RFC 8446 §4.3.2): each side knows the other.
#[tokio::test]
async fn over_mutual_tls_each_side_knows_the_other() {
    let clock = Steered::new(1);
    let (services, providers, strangers) =
        (Authority::new("services"), Authority::new("providers"), Authority::new("strangers"));
    let twins = TwinServer::start(None, Some(server(&services, &providers)));
    let line = |identity: Option<&Authority>, trusted: &Authority| {
        let (certificate, key) =
            identity.map(|authority| authority.certify(ExtendedKeyUsagePurpose::ClientAuth)).unzip();
        let identity = certificate.zip(key).map(|(certificate, key)| Zeroizing::new(format!("{certificate}{key}")));
        ports::Line {
            url: Url::parse(&twins.url).expect("a URL"),
            identity,
            trusted: Some(trusted.pem.clone()),
            ..Line::fresh().one()
        }
    };
    let answer = ask(line(Some(&providers), &services), Twins::Welcome, &clock).await;
    assert!(matches!(answer, Ok(RegistryAnswer::Yes(_))), "{answer:?}");
    for (who, line) in [
        ("we show nothing", line(None, &services)),
        ("we are a stranger", line(Some(&strangers), &services)),
        ("the service is a stranger", line(Some(&providers), &strangers)),
    ] {
        assert_eq!(ask(line, Twins::Welcome, &clock).await, Err(PortError::Unreachable), "{who}");
    }
}
