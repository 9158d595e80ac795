//! The population registry over HTTP: docs/ports/registry.md.

use super::line::Line;
use crate::flow::ports::{Asking, IdempotencyKey, PopulationRegistry, PortError, RegistryAnswer, RegistryQuery};
use crate::person::RegistryRef;
use serde::{Deserialize, Serialize};

pub(super) struct HttpRegistry(pub Line);

#[derive(Serialize)]
struct Lookup<'a> {
    document: Document<'a>,
    name: &'a str,
    birthdate: String,
}

#[derive(Serialize)]
struct Document<'a> {
    kind: &'static str,
    number: &'a str,
}

#[derive(Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
enum Answer {
    Yes { registry_ref: String },
    No,
    Suspended,
    Deceased,
}

impl HttpRegistry {
    async fn asked(&self, query: &RegistryQuery, key: IdempotencyKey) -> Result<RegistryAnswer, PortError> {
        let document = Document { kind: query.document.kind().word(), number: query.document.expose() };
        let lookup = Lookup { document, name: query.name.expose(), birthdate: query.birthdate.expose() };
        match self.0.ask(&["lookups"], key, &lookup).await? {
            Answer::Yes { registry_ref } => RegistryRef::new(registry_ref)
                .map(RegistryAnswer::Yes)
                .ok_or(PortError::Nonsense("its reference is empty or longer than 128 bytes")),
            Answer::No => Ok(RegistryAnswer::No),
            Answer::Suspended => Ok(RegistryAnswer::Suspended),
            Answer::Deceased => Ok(RegistryAnswer::Deceased),
        }
    }
}

impl PopulationRegistry for HttpRegistry {
    fn look_up<'a>(&'a self, query: &'a RegistryQuery, key: IdempotencyKey) -> Asking<'a, RegistryAnswer> {
        Box::pin(self.asked(query, key))
    }
}
