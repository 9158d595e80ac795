//! One line to one service: how a question of ours is sent, signed, tried again, given up, and how its answer is believed.
//!
//! The same for every port; docs/ports/README.md has it in words. Writes neither a question nor an answer into a log, a metric or
//! an error: they are about a person.

use super::breaker::{Breaker, Ended};
use super::settings::{Line as Settings, LineError, Twins};
use crate::flow::World;
use crate::flow::ports::{IdempotencyKey, PortError};
use crate::keys::{Message, MessageKey};
use bytes::{Bytes, BytesMut};
use metrics::{counter, histogram};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Certificate, Client, Identity, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tracing::warn;
use url::Url;

const CONNECT: Duration = Duration::from_secs(2);
/// How often one question is sent at most.
const TRIES: u32 = 3;
/// The longest pause before the second try; the third waits up to twice as long.
const PAUSE: Duration = Duration::from_millis(200);
/// Bytes of an answer. The longest that a contract has is a card's, below 1 KiB.
const LONGEST_ANSWER: usize = 16 * 1024;
/// A twin of the sandbox says so in every answer.
const SANDBOX: &str = "hufu-sandbox";

/// How long somebody waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For one question with all its tries.
    pub whole: Duration,
    /// For one try.
    pub one_try: Duration,
}

/// A service that can be asked.
pub(super) struct Line {
    name: &'static str,
    base: Url,
    client: Client,
    key: Option<MessageKey>,
    twins: Twins,
    patience: Patience,
    breaker: Breaker,
    world: Arc<dyn World>,
}

/// A question, ready to be sent as often as it must.
struct Question {
    url: Url,
    authority: String,
    key: String,
    body: Bytes,
}

impl Line {
    /// A line as the settings have it.
    ///
    /// # Errors
    /// Certificates that are none, or an address that no path can be added to.
    pub fn new(
        name: &'static str,
        settings: Settings,
        twins: Twins,
        patience: Patience,
        world: Arc<dyn World>,
    ) -> Result<Self, LineError> {
        if settings.url.cannot_be_a_base() || settings.url.host_str().is_none() {
            return Err(LineError::Address);
        }
        let mut client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(patience.one_try)
            .pool_idle_timeout(Duration::from_secs(30))
            .user_agent(concat!("hufu/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = &settings.trusted {
            client = client.tls_certs_only(Certificate::from_pem_bundle(pem.as_bytes())?);
        } else if settings.url.scheme() == "http" {
            // Over plain http nobody's certificate is looked at.
            client = client.tls_certs_only([]);
        }
        if let Some(pem) = &settings.identity {
            client = client.identity(Identity::from_pem(pem.as_bytes())?);
        }
        Ok(Self {
            name,
            base: settings.url,
            client: client.build()?,
            key: settings.key,
            twins,
            patience,
            breaker: Breaker::default(),
            world,
        })
    }

    /// Asks at `path`, below the service's address.
    pub async fn ask<A: DeserializeOwned>(
        &self,
        path: &[&str],
        key: IdempotencyKey,
        question: &(impl Serialize + Sync),
    ) -> Result<A, PortError> {
        let stopwatch = self.world.stopwatch();
        let answered = self.guarded(path, key, question).await;
        let outcome = match &answered {
            Ok(_) => "answered",
            Err(PortError::Unreachable) => "unreachable",
            Err(PortError::Slow) => "slow",
            Err(PortError::Status(_)) => "status",
            Err(PortError::Nonsense(_)) => "nonsense",
            Err(PortError::LeftAlone) => "left_alone",
        };
        counter!("hufu_port_questions_total", "port" => self.name, "outcome" => outcome).increment(1);
        histogram!("hufu_port_seconds", "port" => self.name).record(stopwatch());
        if let Err(error) = &answered {
            warn!(port = self.name, %error, "a service gave no answer that counts");
        }
        answered
    }

    /// Whether the service says that it is well.
    pub async fn probe(&self) -> Result<(), PortError> {
        let answer = self.client.get(self.at(&["healthz"])).send().await.map_err(|error| told(&error))?;
        self.judge(answer).await.map(drop)
    }

    async fn guarded<A: DeserializeOwned>(
        &self,
        path: &[&str],
        key: IdempotencyKey,
        question: &(impl Serialize + Sync),
    ) -> Result<A, PortError> {
        if !self.breaker.admits(self.world.now()) {
            return Err(PortError::LeftAlone);
        }
        let url = self.at(path);
        let host = url.host_str().unwrap_or_default();
        let question = Question {
            authority: url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            // RFC 8941 §3.3.3: a string, as draft-ietf-httpapi-idempotency-key-header wants it.
            key: format!("\"{}\"", key.to_text()),
            body: serde_json::to_vec(question).map_err(|_| PortError::Nonsense("our own question"))?.into(),
            url,
        };
        let answered = match tokio::time::timeout(self.patience.whole, self.persist(&question)).await {
            Ok(answered) => answered.and_then(|answer| understood(&answer)),
            Err(_) => Err(PortError::Slow),
        };
        let ended = match &answered {
            // What we asked was refused: by a service that works.
            Ok(_) | Err(PortError::Status(400..500)) => Ended::Answered,
            Err(_) => Ended::Failed,
        };
        if self.breaker.note(ended, self.world.now()) {
            warn!(port = self.name, "a service failed again and again, and is left alone for a while");
        }
        answered
    }

    /// Sends it, and again when nothing says that it was heard: under the same key, so that it is done once.
    async fn persist(&self, question: &Question) -> Result<Bytes, PortError> {
        let mut tried = 1;
        loop {
            let failed = match self.once(question).await {
                Err(error @ (PortError::Unreachable | PortError::Slow | PortError::Status(500..))) => error,
                answered => return answered,
            };
            if tried == TRIES {
                return Err(failed);
            }
            tokio::time::sleep(self.pause(tried)).await;
            tried += 1;
        }
    }

    async fn once(&self, question: &Question) -> Result<Bytes, PortError> {
        let answer = self.prepared(question).send().await.map_err(|error| told(&error))?;
        self.judge(answer).await
    }

    fn prepared(&self, question: &Question) -> RequestBuilder {
        let request = self
            .client
            .post(question.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header("idempotency-key", &question.key)
            .body(question.body.clone());
        let Some(key) = &self.key else { return request };
        let message = Message {
            method: "POST",
            authority: &question.authority,
            path: question.url.path(),
            idempotency_key: &question.key,
            body: &question.body,
        };
        let signed = key.sign(message, self.world.now());
        request
            .header("content-digest", signed.content_digest)
            .header("signature-input", signed.signature_input)
            .header("signature", signed.signature)
    }

    /// The body of an answer that may be believed.
    async fn judge(&self, mut answer: Response) -> Result<Bytes, PortError> {
        if self.twins == Twins::Refused && answer.headers().contains_key(SANDBOX) {
            return Err(PortError::Nonsense("it is a twin of the sandbox, and this is production"));
        }
        if answer.status() != 200 {
            return Err(PortError::Status(answer.status().as_u16()));
        }
        let json =
            answer.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        if !json {
            return Err(PortError::Nonsense("its answer is no JSON"));
        }
        // What the answer announces of its own length is not believed.
        let mut read = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| told(&error))? {
            if read.len() + chunk.len() > LONGEST_ANSWER {
                return Err(PortError::Nonsense("its answer is longer than 16 KiB"));
            }
            read.extend_from_slice(&chunk);
        }
        Ok(read.freeze())
    }

    fn at(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    /// Between nothing and the longest pause of this try, so that many nodes do not come back at once.
    fn pause(&self, tried: u32) -> Duration {
        let mut random = [0; 4];
        self.world.rng().fill_bytes(&mut random);
        (PAUSE * tried).mul_f64(f64::from(u32::from_be_bytes(random)) / f64::from(u32::MAX))
    }
}

/// What the contract has, and nothing that only looks like it; more fields than it has do no harm.
fn understood<A: DeserializeOwned>(answer: &[u8]) -> Result<A, PortError> {
    serde_json::from_slice(answer).map_err(|_| PortError::Nonsense("its answer is not the contract's"))
}

fn told(error: &reqwest::Error) -> PortError {
    if error.is_timeout() { PortError::Slow } else { PortError::Unreachable }
}
