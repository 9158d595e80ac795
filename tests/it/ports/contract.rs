//! docs/ports/openapi.json against our adapters: what we send keeps its schemas, whatever it lets a service answer we understand, and
//! a word that it does not have we do not.

use super::{Asker, key, known, phone};
use crate::house::Line;
use hufu::flow::ports::{
    CardOutcome, CardTicket, FaceNonce, FaceReference, FaceSample, Notice, PortError, Ports, RegistryAnswer,
};
use hufu::person::RegistryRef;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

fn contract() -> Value {
    serde_json::from_str(include_str!("../../../docs/ports/openapi.json")).expect("JSON")
}

/// A service that answers every question with one text, and notes what it was asked.
#[derive(Clone, Default)]
struct Parrot {
    says: Arc<Mutex<String>>,
    heard: Arc<Mutex<Vec<(String, String, Value)>>>,
}

impl Parrot {
    async fn start(&self) -> Ports {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let parrot = self.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(parrot.clone().serve(socket));
            }
        });
        let asker = Asker::new();
        Line { url, ..asker.line }.ports(&asker.clock)
    }

    async fn serve(self, mut socket: TcpStream) {
        let mut read = Vec::new();
        let (head, body) = loop {
            let mut chunk = [0; 4096];
            let count = socket.read(&mut chunk).await.unwrap_or_default();
            if count == 0 {
                return;
            }
            read.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&read).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                break (head.to_owned(), body.to_owned());
            }
        };
        let asked = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        self.heard.lock().expect("sound").push((asked, head, serde_json::from_str(&body).expect("JSON")));
        let says = self.says.lock().expect("sound").clone();
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{says}",
            says.len()
        );
        let _gone = socket.write_all(answer.as_bytes()).await;
    }
}

/// Asks at `path` of the contract, in each way in which we ever ask there; what we understood of the last answer.
async fn ask(ports: &Ports, path: &str, number: u64) -> Result<String, PortError> {
    let to = phone("+86 199 0000 2001");
    let key = key(number);
    match path {
        "/lookups" => ports.registry.look_up(&known(), key).await.map(|answer| match answer {
            RegistryAnswer::Yes(reference) => format!("yes {}", reference.expose()),
            other => format!("{other:?}"),
        }),
        "/comparisons" => {
            let sample = FaceSample::new(b"x".to_vec()).expect("a sample");
            let nonce = FaceNonce::random(&mut StdRng::seed_from_u64(number));
            let person = RegistryRef::new("r".into()).expect("a reference");
            let by_registry = FaceReference::Registry(&person);
            ports.face.compare(&sample, by_registry, nonce, key).await?;
            let by_chip = FaceReference::Chip(b"dg2");
            ports.face.compare(&sample, by_chip, nonce, super::key(number + 1)).await.map(|score| format!("{score:?}"))
        }
        "/messages" => ports.phone.send(&to, "code 1", key).await.map(|sending| format!("{sending:?}")),
        "/notices" => ports.notification.notify(&to, Notice { text: "frozen" }, key).await.map(|()| "told".into()),
        "/readings" => {
            let back = Url::parse("https://id.example.org/apply").expect("a URL");
            ports.card.begin(&back, key).await.map(|ticket| format!("{ticket:?}"))
        }
        "/readings/{id}/collect" => {
            let reader = Url::parse("https://card.example/r/17").expect("a URL");
            ports.card.collect(&CardTicket { id: "r-17".into(), reader }, key).await.map(|outcome| match outcome {
                CardOutcome::Read(card) => format!("{:?} {:?}", card.document.kind(), card.expires),
                other => format!("{other:?}"),
            })
        }
        _ => panic!("no adapter asks at {path}"),
    }
}

/// The part of JSON Schema that the contract uses; what else it says is looked at nowhere, so it says nothing else.
fn fits(contract: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = match schema["$ref"].as_str() {
        Some(place) => contract.pointer(place.trim_start_matches('#')).expect("a schema"),
        None => schema,
    };
    let wrong = |what: &str| Err(format!("{what}: {value} in {schema}"));
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting = choices.iter().filter(|choice| fits(contract, choice, value).is_ok()).count();
        return if fitting == 1 { Ok(()) } else { wrong("fits not one of these") };
    }
    if schema.get("const").is_some_and(|wanted| wanted != value) {
        return wrong("is another word");
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return wrong("is none of these words");
    }
    match schema["type"].as_str() {
        Some("object") => {
            let Some(members) = value.as_object() else { return wrong("is no object") };
            let known = schema["properties"].as_object().expect("properties");
            for name in schema["required"].as_array().expect("required") {
                if !members.contains_key(name.as_str().expect("a name")) {
                    return wrong("lacks a member");
                }
            }
            for (name, member) in members {
                match known.get(name) {
                    Some(schema) => fits(contract, schema, member)?,
                    None if schema["additionalProperties"] == false => return wrong("has a member too many"),
                    None => {}
                }
            }
            Ok(())
        }
        Some("string") => match value.as_str() {
            None => wrong("is no string"),
            Some(text) if schema["minLength"].as_u64().is_some_and(|least| (text.len() as u64) < least) => {
                wrong("is short")
            }
            Some(text) if schema["contentEncoding"] == "base64" => {
                match data_encoding::BASE64.decode(text.as_bytes()) {
                    Ok(_) => Ok(()),
                    Err(_) => wrong("is no base64"),
                }
            }
            Some(_) => Ok(()),
        },
        Some("null") if !value.is_null() => wrong("is not null"),
        _ => Ok(()),
    }
}

/// The questions of the contract: path, schema of the question, examples of answers.
fn questions(contract: &Value) -> Vec<(String, Value, Vec<Value>)> {
    let paths = contract["paths"].as_object().expect("paths");
    let posted = paths.iter().filter(|(_, methods)| methods.get("post").is_some());
    let question = |(path, methods): (&String, &Value)| {
        let content = |of: &Value| of["content"]["application/json"].clone();
        let post = &methods["post"];
        let answer = content(&post["responses"]["200"]);
        let examples: Vec<_> = answer["examples"]
            .as_object()
            .expect("examples")
            .values()
            .map(|example| example["value"].clone())
            .collect();
        for example in &examples {
            fits(contract, &answer["schema"], example).expect("the contract's own example");
        }
        (path.clone(), content(&post["requestBody"])["schema"].clone(), examples)
    };
    posted.map(question).collect()
}

#[tokio::test]
async fn every_question_of_the_contract_is_asked_as_it_says_and_every_answer_understood() {
    let contract = contract();
    let parrot = Parrot::default();
    let ports = parrot.start().await;
    let mut number = 0;
    for (path, schema, examples) in questions(&contract) {
        let mut understood = BTreeSet::new();
        for example in &examples {
            *parrot.says.lock().expect("sound") = example.to_string();
            number += 10;
            understood
                .insert(ask(&ports, &path, number).await.unwrap_or_else(|error| panic!("{path} {example}: {error}")));
        }
        assert_eq!(understood.len(), examples.len(), "{path}: two answers are one to us: {understood:?}");
        let heard = std::mem::take(&mut *parrot.heard.lock().expect("sound"));
        for (asked, head, body) in heard {
            assert_eq!(asked, format!("POST {}", path.replace("{id}", "r-17")));
            fits(&contract, &schema, &body).unwrap_or_else(|why| panic!("{path}: {why}"));
            let head = head.to_lowercase();
            for header in [
                "content-type: application/json",
                "idempotency-key: \"",
                "content-digest: sha-256=:",
                "signature: sig1=:",
            ] {
                assert!(head.contains(header), "{path}: {header} in {head}");
            }
            let covered =
                r#"signature-input: sig1=("@method" "@authority" "@path" "content-digest" "idempotency-key");created="#;
            assert!(head.contains(covered), "{head}");
        }
    }
}

/// Each word of an answer replaced by another, each member left out.
fn spoiled(answer: &Value) -> Vec<Value> {
    let Some(members) = answer.as_object() else { return Vec::new() };
    let mut all = Vec::new();
    for (name, member) in members {
        let with = |member: Option<Value>| {
            let mut changed: Map<String, Value> = members.clone();
            changed.remove(name);
            changed.extend(member.map(|member| (name.clone(), member)));
            Value::Object(changed)
        };
        all.push(with(None));
        all.extend(spoiled(member).into_iter().map(|member| with(Some(member))));
        if !member.is_object() {
            all.push(with(Some(Value::from(""))));
            all.push(with(Some(Value::from(7))));
        }
    }
    all
}

#[tokio::test]
async fn an_answer_that_the_contract_does_not_have_is_none() {
    let contract = contract();
    let parrot = Parrot::default();
    let mut number = 0;
    for (path, _, examples) in questions(&contract) {
        for wrong in examples.iter().flat_map(spoiled) {
            // Each time a line of its own, which no failure before has shut.
            let ports = parrot.start().await;
            *parrot.says.lock().expect("sound") = wrong.to_string();
            number += 10;
            let understood = ask(&ports, &path, number).await;
            assert!(matches!(understood, Err(PortError::Nonsense(_))), "{path} {wrong}: {understood:?}");
        }
    }
    let ports = parrot.start().await;
    *parrot.says.lock().expect("sound") = r#"{"answer":"no","since":"1999"}"#.to_owned();
    assert_eq!(ask(&ports, "/lookups", 1).await.as_deref(), Ok("No"), "what a later contract may add does no harm");
}
