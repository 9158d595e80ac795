//! What every question has to pass before it is answered: how the twin is steered, who asks, and whether it was asked before.
//! docs/ports/README.md.

use super::steer::{Behaviour, LIE, Port, SLOW, broken_off};
use super::{Twin, signature};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// As many questions as are remembered.
const MOST: usize = 10_000;

/// What was sent breaks the contract, and nothing was done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wrong(pub &'static str);

pub(super) type Answered = Result<Value, Wrong>;

/// A question, for the twin that answers it.
pub(super) struct Question<'a> {
    pub caller: &'a str,
    pub body: &'a [u8],
}

impl Question<'_> {
    /// Reads it strictly: a field that the contract does not have is our mistake.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Wrong> {
        serde_json::from_slice(self.body).map_err(|_| Wrong("the body is not the contract's"))
    }
}

/// By caller, port and idempotency key.
type Key = (String, Port, String);

/// What was asked and answered.
#[derive(Default)]
pub(super) struct Exchanges(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    known: HashMap<Key, (Vec<u8>, StatusCode, Value)>,
    in_order: VecDeque<Key>,
}

impl Twin {
    /// Answers one question.
    pub(super) async fn exchange(
        &self,
        port: Port,
        request: &HttpRequest,
        body: &[u8],
        answer: impl FnOnce(&Self, &Question<'_>) -> Answered,
    ) -> HttpResponse {
        let caller = signature::caller(request);
        let behaviour = self.steering.next(port, caller);
        match behaviour {
            Behaviour::Up | Behaviour::Lost => {}
            Behaviour::Down => return broken_off(),
            Behaviour::Slow => tokio::time::sleep(SLOW).await,
            Behaviour::Lying => return HttpResponse::Ok().content_type("application/json").body(LIE),
            Behaviour::Failing => return refused(StatusCode::SERVICE_UNAVAILABLE, "steered"),
            Behaviour::Oversized => {
                return HttpResponse::Ok().content_type("application/json").body(" ".repeat(1 << 20));
            }
            Behaviour::Redirecting => {
                return HttpResponse::TemporaryRedirect().insert_header((LOCATION, "/healthz")).finish();
            }
        }
        if let Some(public_key) = &self.signed_by
            && let Err(why) = signature::check(request, body, public_key, self.clock.as_ref().map(|clock| clock()))
        {
            return refused(StatusCode::UNAUTHORIZED, why);
        }
        let Some(key) = idempotency_key(request) else {
            return refused(StatusCode::BAD_REQUEST, "no Idempotency-Key");
        };
        let (status, said) =
            self.once((caller.to_owned(), port, key), request.path(), &Question { caller, body }, answer);
        match behaviour {
            Behaviour::Lost => broken_off(),
            _ => HttpResponse::build(status).json(said),
        }
    }

    /// Does it once, however often it is asked under one key.
    fn once(
        &self,
        key: Key,
        path: &str,
        question: &Question<'_>,
        answer: impl FnOnce(&Self, &Question<'_>) -> Answered,
    ) -> (StatusCode, Value) {
        let asked = digest(&SHA256, &[path.as_bytes(), b"\0", question.body].concat()).as_ref().to_vec();
        // Held while it is answered: of two that come together the second hears what the first did.
        let mut memory = self.exchanges.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((before, status, said)) = memory.known.get(&key) {
            return match *before == asked {
                true => (*status, said.clone()),
                false => {
                    (StatusCode::UNPROCESSABLE_ENTITY, json!({ "error": "this key was used for another question" }))
                }
            };
        }
        let (status, said) = match answer(self, question) {
            Ok(said) => (StatusCode::OK, said),
            Err(Wrong(why)) => (StatusCode::BAD_REQUEST, json!({ "error": why })),
        };
        memory.known.insert(key.clone(), (asked, status, said.clone()));
        memory.in_order.push_back(key);
        if memory.in_order.len() > MOST
            && let Some(oldest) = memory.in_order.pop_front()
        {
            memory.known.remove(&oldest);
        }
        (status, said)
    }
}

fn refused(status: StatusCode, why: &'static str) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": why }))
}

/// A string of RFC 8941: 32 hexadecimal digits in quotes.
fn idempotency_key(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get("idempotency-key")?.to_str().ok()?;
    let key = value.strip_prefix('"')?.strip_suffix('"')?;
    (key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| key.to_owned())
}
