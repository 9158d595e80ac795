//! The services of an application, played by the sandbox's twins on a thread of their own: one server for all houses, in which each
//! has a line of its own.

use super::{START, Steered};
use hufu::flow::World;
use hufu::flow::ports::Ports;
use hufu::keys::MessageKey;
use hufu::outside::ports::{self, Lines, Twins, over_http};
use hufu::sandbox::chip::Country;
use hufu::sandbox::newcomer::{Newcomer, newcomers};
use hufu::sandbox::twin::{self, Clock, Setup};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rustls::ServerConfig;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, mpsc};
use std::time::Duration;
use time::{Date, OffsetDateTime};
use url::Url;

/// What questions to the twins are signed with.
pub static LINE_KEY: LazyLock<String> =
    LazyLock::new(|| MessageKey::fresh_pem(&mut StdRng::seed_from_u64(11)).to_string());

static SHARED: LazyLock<TwinServer> = LazyLock::new(|| TwinServer::start(None, None));

/// Which services a house has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Services {
    /// The twins, which know each house by a name of its own: what one steers and is sent is not another's.
    Twins,
    /// None: no applications are taken.
    Missing,
}

/// A house's own view of the twins.
#[derive(Clone, Debug)]
pub struct Line {
    pub url: String,
    /// The name of the key that its questions are signed with.
    pub name: String,
}

impl Line {
    /// A line to the twins that all share.
    pub fn fresh() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Self { url: SHARED.url.clone(), name: format!("house-{}", COUNT.fetch_add(1, Ordering::Relaxed)) }
    }

    /// The adapters over it.
    pub fn ports(&self, world: &Arc<Steered>) -> Ports {
        let world: Arc<dyn World> = world.clone();
        over_http(self.lines(), Twins::Welcome, &world).expect("lines")
    }

    /// Five lines to one address, with signed questions.
    pub fn lines(&self) -> Lines {
        Lines { registry: self.one(), face: self.one(), phone: self.one(), card: self.one(), notification: self.one() }
    }

    pub fn one(&self) -> ports::Line {
        let key = MessageKey::parse(&LINE_KEY, &self.name).expect("a key");
        ports::Line { url: Url::parse(&self.url).expect("a URL"), identity: None, key: Some(key), trusted: None }
    }

    /// `POST /steer`: how a service behaves towards this house, for so many questions or from now on.
    pub async fn steer(&self, port: &str, behaviour: &str, times: Option<u32>) {
        let order = json!({ "port": port, "behaviour": behaviour, "for": times, "by": self.name });
        let answer = reqwest::Client::new().post(format!("{}/steer", self.url)).json(&order).send().await;
        assert_eq!(answer.expect("answers").status(), 204, "{order}");
    }

    /// What this house sent to a telephone, newest first.
    pub async fn inbox(&self, to: &str) -> Vec<Value> {
        let digits: String = to.chars().filter(char::is_ascii_digit).collect();
        let url = format!("{}/phone/messages?to={digits}&by={}", self.url, self.name);
        reqwest::get(url).await.expect("answers").json().await.expect("a list")
    }
}

/// The day on which the houses' sandbox was made.
pub fn made_on() -> Date {
    OffsetDateTime::from_unix_timestamp(START.unix()).expect("an instant").date()
}

/// Somebody who has no number yet.
pub fn newcomer(key: &str) -> Newcomer {
    newcomers(made_on()).into_iter().find(|newcomer| newcomer.key == key).expect("a newcomer")
}

/// A running server.
pub struct TwinServer {
    pub url: String,
    handle: actix_web::dev::ServerHandle,
}

impl TwinServer {
    /// With a clock of its own, or over TLS.
    pub fn start(clock: Option<Clock>, tls: Option<ServerConfig>) -> Self {
        // Of no house: chips are read over HTTP, and a house is in process.
        let nobody = Url::parse("http://provider.invalid").expect("a URL");
        Self::beside(nobody, clock, tls)
    }

    /// Whose reader of chips is for this provider.
    pub fn beside(issuer: Url, clock: Option<Clock>, tls: Option<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let port = listener.local_addr().expect("bound").port();
        let url = format!("{}://localhost:{port}", if tls.is_some() { "https" } else { "http" });
        let key = MessageKey::parse(&LINE_KEY, "hufu").expect("a key");
        let setup = Setup {
            url: url.clone(),
            day: made_on(),
            issuer,
            http: hasty(),
            country: Country::from_seed([7; 32], 2026),
            signed_by: Some(key.public_key()),
            clock,
            rng: Box::new(StdRng::seed_from_u64(12)),
            tls,
        };
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = twin::serve(setup, listener).expect("a server");
                tell.send(server.handle()).expect("somebody waits");
                server.await.expect("served");
            });
        });
        Self { url, handle: told.recv().expect("started") }
    }
}

impl Drop for TwinServer {
    fn drop(&mut self) {
        // Told to stop, and not waited for: its thread ends with it.
        drop(self.handle.stop(false));
    }
}

/// A client that follows nothing and does not wait long.
fn hasty() -> reqwest::Client {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    client.timeout(Duration::from_secs(2)).build().expect("a client")
}

/// Holds a document of that number, or something that is none, to the reader that `reader` leads to; where the person goes now.
pub async fn hold(reader: &Url, document: &str) -> Option<String> {
    let ticket = reader.query_pairs().find(|(name, _)| name == "ticket").expect("a ticket").1.into_owned();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let form = [("ticket", ticket.as_str()), ("document", document)];
    let answer = client.post(reader.join("/reader").expect("a URL")).form(&form).send().await.expect("answers");
    answer.headers().get("location").map(|place| place.to_str().expect("text").to_owned())
}
