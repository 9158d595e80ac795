//! A house in process: a provider over one test's database, on a loopback port, with a clock that the test steers and
//! chance that the test sows. What a person does is done in a [`Browser`], what a website does in a [`Website`].

mod browser;
mod documents;
pub mod maker;
mod operator;
mod passkey;
mod receiver;
mod registrar;
mod services;
mod signer;
pub mod tables;
pub mod twins;
mod wallet;
mod website;

pub use self::browser::{Answer, Browser};
pub use self::documents::{Answers, Behind, Documents};
pub use self::passkey::{Authenticator, Created, lift};
pub use self::receiver::{Manner, Receiver};
pub use self::services::FaceService;
pub use self::signer::{Signer, paying_with};
pub use self::twins::{Line, Services};
pub use self::wallet::{Batch, HolderPair, claims_of};
pub use self::website::{VERIFIER, Website, claims, renewing};

use crate::db::TestDb;
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use hufu::authn::{AttestationRoots, CodeSource, Passkeys, Rack};
use hufu::client::{BareRequests, ClientMetadata};
use hufu::document::TrustStore;
use hufu::document::{DocumentKind, DocumentNumber};
use hufu::flow::person::Beginnings;
use hufu::flow::ports::Ports;
use hufu::flow::{Fetch, Mode, Parts, Provider, World, person, register, signing};
use hufu::keys::{FileKeys, KeyService, Keys};
use hufu::outside::{Fetcher, Reach, Trust};
use hufu::person::{Applicant, Attributes, PersonSecrets, PersonState, PhoneNumber, Standing};
use hufu::sandbox::registry::Persona;
use hufu::sandbox::seed;
use hufu::spec::{About, BirthDate, IssuerUrl, Ladder, PersonId, Pin, Timestamp};
use hufu::store::signing_keys::SigningKeyRow;
use hufu::store::{KeyStore, Store, StoreConfig, persons, signing_keys};
use hufu::web::Listening;
use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng};
use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::OnceCell;

pub const ISSUER: &str = "https://id.example.org";
pub const PIN: &str = "48213957";
pub const CODE: &str = "90417362";

/// Early on a day of 2026, at the start of an hour: a test may let hours pass within one day.
pub const START: Timestamp = Timestamp::from_unix(20_717 * 86_400 + 3_600);

/// The clock that a test moves, and chance from a seed: two houses with one seed do the same.
pub struct Steered {
    now: AtomicI64,
    seed: u64,
    drawn: AtomicU64,
}

impl Steered {
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { now: AtomicI64::new(START.unix()), seed, drawn: AtomicU64::new(0) })
    }
}

impl Steered {
    pub fn pass(&self, span: Duration) {
        self.now.fetch_add(i64::try_from(span.as_secs()).expect("not that long"), Ordering::SeqCst);
    }
}

impl World for Steered {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.now.load(Ordering::SeqCst))
    }

    fn rng(&self) -> Box<dyn CryptoRng> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        seed[8..16].copy_from_slice(&self.drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        Box::new(StdRng::from_seed(seed))
    }

    fn stopwatch(&self) -> Box<dyn Fn() -> Duration + Send> {
        Box::new(|| Duration::ZERO)
    }
}

/// One node, answering on loopback. Two over one database are two nodes.
pub struct Node {
    pub provider: Data<Provider>,
    pub address: String,
    /// To the services of an application.
    pub line: Line,
    clock: Arc<Steered>,
    server: ServerHandle,
}

/// A node and the database under it.
pub struct House {
    node: Node,
    db: TestDb,
}

impl std::ops::Deref for House {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.node
    }
}

/// How a node differs from the usual one.
pub struct Plan {
    pub seed: u64,
    pub ring: String,
    /// What holds the keys, where it is not `ring`.
    pub key_service: Option<Box<dyn KeyService>>,
    pub rack: Arc<Rack>,
    pub mode: Mode,
    pub websites: Arc<dyn Fetch>,
    /// Of an application, unless [`Self::ports`] are given.
    pub services: Services,
    /// Services that a test plays itself.
    pub ports: Option<Ports>,
    /// Whose documents are believed.
    pub issuers: Arc<TrustStore>,
    pub ladder: Ladder,
    pub about: About,
    pub roots: Option<AttestationRoots>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 1,
            ring: RING.clone(),
            key_service: None,
            rack: Rack::new(2, 200),
            mode: Mode::Sandbox,
            websites: Fetcher::new(Reach::Loopback, Trust::System).expect("TLS").into(),
            services: Services::Twins,
            ports: None,
            issuers: Arc::default(),
            ladder: Ladder::default(),
            about: About::default(),
            roots: None,
        }
    }
}

/// The key ring of every house.
pub static RING: LazyLock<String> = LazyLock::new(|| FileKeys::generate_sandbox(&mut StdRng::seed_from_u64(7)));

/// A person of the sandbox and what only they know.
#[derive(Clone)]
pub struct Person {
    pub id: PersonId,
    pub number: String,
    pub pin: String,
    pub source: CodeSource,
}

fn fixed_code() -> CodeSource {
    CodeSource::fixed(CODE).expect("eight digits")
}

/// What the document of every person here says.
pub fn attributes() -> Attributes {
    Attributes {
        name: "林安然".into(),
        birthdate: BirthDate::of(1990, 3, 15).expect("a day"),
        nationality: Some("CHN".into()),
        sex: None,
        document: DocumentNumber::parse(DocumentKind::ResidentIdentityCard, "11010519491231002X").expect("a number"),
        phone_number: Some(PhoneNumber::parse("+8619900001000").expect("a number")),
    }
}

impl House {
    /// A house over `db` with signing keys, which all houses share: an RSA key takes a while.
    pub async fn over(db: TestDb) -> House {
        Self::built(db, Plan::default()).await
    }

    pub async fn built(db: TestDb, plan: Plan) -> House {
        let node = Node::start(db.open(), db.open_keys(), plan);
        node.lend_signing_keys().await;
        House { node, db }
    }

    /// A house whose database is reached by another address than its own.
    pub async fn reached_by(db: TestDb, config: &StoreConfig) -> House {
        let store = Store::open(config).expect("a usable configuration");
        let node = Node::start(store, db.open_keys(), Plan::default());
        node.lend_signing_keys().await;
        House { node, db }
    }

    /// A house without signing keys.
    pub fn bare(db: TestDb, plan: Plan) -> House {
        House { node: Node::start(db.open(), db.open_keys(), plan), db }
    }

    /// Another node over the same database; its clock is its own.
    pub fn second_node(&self, plan: Plan) -> Node {
        Node::start(self.db.open(), self.db.open_keys(), plan)
    }

    pub fn db(&self) -> &TestDb {
        &self.db
    }

    /// How many rows a table has.
    pub fn count(&self, table: &str) -> usize {
        tables::rows(&self.db, table).len()
    }
}

impl Node {
    fn start(store: Store, person_keys: KeyStore, plan: Plan) -> Node {
        let issuer = IssuerUrl::new(ISSUER.to_owned()).expect("a URL");
        let ring = || Box::new(FileKeys::parse(&plan.ring).expect("a ring")) as Box<dyn KeyService>;
        let keys = plan.key_service.unwrap_or_else(ring);
        let clock = Steered::new(plan.seed);
        let line = Line::fresh();
        let provider = Data::new(Provider::new(Parts {
            keys: Keys::new(keys, issuer.clone()).expect("keys"),
            passkeys: match plan.roots {
                Some(roots) => Passkeys::new(&issuer).expect("a domain").trusting(roots),
                None => Passkeys::new(&issuer).expect("a domain"),
            },
            issuer,
            mode: plan.mode,
            store,
            person_keys,
            rack: plan.rack,
            world: clock.clone(),
            websites: plan.websites,
            ports: plan.ports.or_else(|| (plan.services == Services::Twins).then(|| line.ports(&clock))),
            recovery_wait: hufu::spec::lifetime::RECOVERY_WAIT,
            issuers: plan.issuers,
            ladder: plan.ladder,
            about: plan.about,
            demo_site: None,
            twins: (plan.services == Services::Twins).then(|| line.url.clone()),
            bare_requests: BareRequests::Refused,
        }));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let listening = Listening {
            listener,
            tls: None,
            workers: 2,
            drain: 0,
            connections: 1000,
            request_head: Duration::from_secs(30),
            keep_alive: Duration::from_secs(5),
            metrics: None,
        };
        let server = hufu::web::serve(provider.clone(), listening).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        Node { provider, address, line, clock, server: handle }
    }

    async fn lend_signing_keys(&self) {
        static KEYS: OnceCell<Vec<SigningKeyRow>> = OnceCell::const_new();
        let store = self.provider.store.clone();
        let rows = KEYS.get_or_init(|| async {
            signing::rotate_due(&self.provider).await.expect("signing keys");
            store.read(signing_keys::all).await.expect("readable")
        });
        for row in rows.await.clone() {
            store.write(move |tx| signing_keys::insert(tx, &row)).await.expect("written");
        }
        signing::refresh(&self.provider).await.expect("signing keys");
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn set_clock(&self, now: Timestamp) {
        self.clock.now.store(now.unix(), Ordering::SeqCst);
    }

    pub fn pass(&self, seconds: u64) {
        self.set_clock(self.now().plus(Duration::from_secs(seconds)));
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// A person with a fixed code, who can sign in as often as a test likes.
    pub async fn person(&self) -> Person {
        self.person_with(fixed_code(), Some(attributes())).await
    }

    /// A person of whose document nothing is known.
    pub async fn person_without_a_document(&self) -> Person {
        self.person_with(fixed_code(), None).await
    }

    /// A person whose codes come from an authenticator app.
    pub async fn person_with_app(&self) -> Person {
        let source = CodeSource::random(&mut *self.provider.rng());
        self.person_with(source, Some(attributes())).await
    }

    async fn person_with(&self, source: CodeSource, attributes: Option<Attributes>) -> Person {
        self.made_of(self.applicant(), source, attributes).await
    }

    /// Who was proved as well as anybody, and whom the registry knows.
    pub fn applicant(&self) -> Applicant {
        Applicant {
            standing: Standing::Adult,
            evidence: seed::evidence(self.now()),
            registry_ref: Persona::of_key("lin").map(|persona| persona.registry_ref()),
        }
    }

    /// Somebody who was proved otherwise.
    pub async fn person_of(&self, applicant: Applicant) -> Person {
        self.made_of(applicant, fixed_code(), Some(attributes())).await
    }

    async fn made_of(&self, applicant: Applicant, source: CodeSource, attributes: Option<Attributes>) -> Person {
        let code_way = Some((Pin::new(PIN), source.clone()));
        let beginnings = Beginnings { applicant, state: PersonState::Active, code_way, attributes };
        let made = person::make(&self.provider, beginnings).await.expect("a person");
        Person { id: made.id, number: made.number.grouped(), pin: PIN.to_owned(), source }
    }

    /// What the person's row keeps sealed.
    pub async fn secrets(&self, person: &Person) -> PersonSecrets {
        let id = person.id;
        let row = self.provider.store.read(move |db| persons::by_id(db, &id)).await.expect("readable");
        person::secrets(&self.provider, &row.expect("the person")).await.expect("ours")
    }

    /// What the registry, the operator or the person's own freeze does.
    pub async fn set_state(&self, person: &Person, state: PersonState) {
        let id = person.id;
        let changed = self.provider.store.write(move |tx| {
            let row = persons::by_id(tx, &id)?.expect("the person");
            persons::set_state(tx, &id, row.version, state.text())
        });
        assert!(changed.await.expect("written"));
    }

    /// A website at `host` that authenticates with a secret.
    pub async fn website(&self, host: &str) -> Website {
        self.registered(ClientMetadata {
            client_name: host.to_owned(),
            redirect_uris: vec![format!("https://{host}/cb")],
            alternative_login_uri: Some(format!("https://{host}/login")),
            ..ClientMetadata::default()
        })
        .await
    }

    /// A website that is told of sign-outs at `url`.
    pub async fn website_told_at(&self, host: &str, url: &str) -> Website {
        self.registered(ClientMetadata {
            client_name: host.to_owned(),
            redirect_uris: vec![format!("https://{host}/cb")],
            alternative_login_uri: Some(format!("https://{host}/login")),
            backchannel_logout_uri: Some(url.to_owned()),
            backchannel_logout_session_required: true,
            ..ClientMetadata::default()
        })
        .await
    }

    pub async fn registered(&self, metadata: ClientMetadata) -> Website {
        let redirect_uri = metadata.redirect_uris[0].clone();
        let registered = register::register(&self.provider, metadata).await.expect("registered");
        let secret = registered.client_secret.map(|secret| secret.expose().to_owned());
        Website::new(&self.address, registered.client, secret, redirect_uri)
    }
}

impl Person {
    /// The code that the person's app shows.
    pub fn code(&self, now: Timestamp) -> String {
        self.source.danger_current(now).expose().to_owned()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let (told, stopped) = std::sync::mpsc::channel();
        let stop = self.server.stop(false);
        tokio::spawn(async move {
            stop.await;
            let _gone = told.send(());
        });
        let _late = stopped.recv_timeout(Duration::from_secs(10));
    }
}
