//! The face: one sample against the chip's picture, or the registry's. Only a living person who is the same counts.

use super::{FaceProblem, Held, Image, Refused, Service, hold, known, log, nonce, ports, same};
use crate::flow::ports::{FaceNonce, FaceReference, FaceSample, IdempotencyKey, Liveness, ScoreBand};
use crate::flow::{Provider, Unavailable};
use crate::person::application::{ChipImage, End, FACES, Stage};
use crate::spec::Timestamp;

/// Compares a sample that was taken for `shown`, the nonce of the page. The try is counted before the question is asked and
/// given back when there was no answer; what comes next is the telephone, or the end for whoever has a number already.
///
/// # Errors
/// As [`Refused`].
pub async fn compare(provider: &Provider, cookie: Option<&str>, shown: &str, sample: Vec<u8>) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    let Stage::Face { subject, nonce: awaited, tries } = held.application.stage.clone() else {
        return Err(Refused::Stale);
    };
    let sample = match FaceSample::new(sample) {
        Some(sample) => sample,
        None => return log(Refused::SampleSize),
    };
    let awaited = FaceNonce::from_bytes(awaited);
    if !same(awaited.to_text().as_bytes(), shown.as_bytes()) {
        return Err(Refused::Stale);
    }
    if tries >= FACES {
        return held.end(provider, End::FacesSpent).await;
    }
    let face = ports(provider)?.face.clone();
    let tried = held.application.clone().try_face(nonce(provider))?;
    let held = held.step(provider, tried, Image::Stays).await?;

    let image = chip_image(provider, &held)?;
    let reference = match &image {
        Some(ChipImage(image)) => FaceReference::Chip(image),
        None => FaceReference::Registry(&subject.registry_ref),
    };
    let key = IdempotencyKey::random(&mut *provider.rng());
    let score = match face.compare(&sample, reference, awaited, key).await {
        Ok(score) => score,
        Err(error) => {
            let next = held.application.clone().untry_face()?;
            held.step(provider, next, Image::Stays).await?;
            return log(Refused::NoAnswer { service: Service::Face, error });
        }
    };
    if score.passes() {
        return passed(provider, held, provider.now()).await;
    }
    let problem = match (score.liveness, score.band) {
        (Liveness::NotLiving, _) => FaceProblem::NotLiving,
        (Liveness::Living, ScoreBand::Different) => FaceProblem::Different,
        (Liveness::Living, ScoreBand::Unsure | ScoreBand::Same) => FaceProblem::Unsure,
    };
    match FACES.saturating_sub(tries + 1) {
        0 => held.end(provider, End::FacesSpent).await,
        left => log(Refused::Face { problem, left }),
    }
}

/// Document and face are one person's. The chip's picture is needed no more.
async fn passed(provider: &Provider, held: Held, now: Timestamp) -> Result<(), Refused> {
    let Stage::Face { subject, .. } = &held.application.stage else { return Err(Refused::Stale) };
    let found = match known::find(provider, subject).await {
        Ok(found) => found,
        Err(refused) => return held.refuse(provider, refused).await,
    };
    let next = held.application.clone().faced(now)?;
    match found {
        Some(person) => known::meet(provider, held, next, person).await,
        None => held.step(provider, next, Image::Gone).await.map(drop),
    }
}

fn chip_image(provider: &Provider, held: &Held) -> Result<Option<ChipImage>, Unavailable> {
    let opened = held.row.image.as_deref().map(|sealed| provider.keys.open_bytes(sealed));
    opened.transpose().map_err(|_| Unavailable::damaged("chip image"))
}
