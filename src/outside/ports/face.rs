//! The face service over HTTP: docs/ports/face.md.

use super::line::Line;
use crate::flow::ports::{
    Asking, FaceMatch, FaceNonce, FaceReference, FaceSample, IdempotencyKey, Liveness, PortError, Score, ScoreBand,
};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub(super) struct HttpFace(pub Line);

#[derive(Serialize)]
struct Comparison<'a> {
    sample: &'a str,
    reference: Reference<'a>,
    nonce: String,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Reference<'a> {
    Chip { dg2: String },
    Registry { registry_ref: &'a str },
}

#[derive(Deserialize)]
struct Answer {
    band: Band,
    liveness: Alive,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Band {
    Different,
    Unsure,
    Same,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Alive {
    Living,
    NotLiving,
}

impl HttpFace {
    async fn asked(
        &self,
        sample: &FaceSample,
        reference: FaceReference<'_>,
        nonce: FaceNonce,
        key: IdempotencyKey,
    ) -> Result<Score, PortError> {
        let sample = Zeroizing::new(BASE64.encode(sample.expose()));
        let reference = match reference {
            FaceReference::Chip(dg2) => Reference::Chip { dg2: BASE64.encode(dg2) },
            FaceReference::Registry(person) => Reference::Registry { registry_ref: person.expose() },
        };
        let comparison = Comparison { sample: &sample, reference, nonce: nonce.to_text() };
        let answer: Answer = self.0.ask(&["comparisons"], key, &comparison).await?;
        Ok(Score {
            band: match answer.band {
                Band::Different => ScoreBand::Different,
                Band::Unsure => ScoreBand::Unsure,
                Band::Same => ScoreBand::Same,
            },
            liveness: match answer.liveness {
                Alive::Living => Liveness::Living,
                Alive::NotLiving => Liveness::NotLiving,
            },
        })
    }
}

impl FaceMatch for HttpFace {
    fn compare<'a>(
        &'a self,
        sample: &'a FaceSample,
        reference: FaceReference<'a>,
        nonce: FaceNonce,
        key: IdempotencyKey,
    ) -> Asking<'a, Score> {
        Box::pin(self.asked(sample, reference, nonce, key))
    }
}
