//! A document was read: may this person apply, does the registry know them, and is the document free? PROTOCOL 9.

use super::{Held, Image, Refused, Service, known, nonce, ports};
use crate::flow::Provider;
use crate::flow::ports::{HolderName, IdempotencyKey, RegistryAnswer, RegistryQuery};
use crate::person::MayApply;
use crate::person::application::{ChipImage, DocumentData, End, Reading, Stage, Subject};

/// Asks the questions in their order: the age costs nothing, the registry is asked about nobody who is not served, and what
/// we have is looked at last.
pub(super) async fn judge(provider: &Provider, data: DocumentData) -> Result<Subject, Refused> {
    match MayApply::of(&data.birthdate, provider.now()) {
        MayApply::Alone => {}
        MayApply::WithGuardian => return Err(Refused::Ended(End::GuardianNeeded)),
        MayApply::NotYet => return Err(Refused::Ended(End::TooYoung)),
    }
    let query = RegistryQuery {
        document: data.document.clone(),
        name: HolderName::new(data.name.clone()),
        birthdate: data.birthdate,
    };
    let key = IdempotencyKey::random(&mut *provider.rng());
    let answer = ports(provider)?.registry.look_up(&query, key).await;
    let registry_ref = match answer.map_err(|error| Refused::NoAnswer { service: Service::Registry, error })? {
        RegistryAnswer::Yes(registry_ref) => registry_ref,
        RegistryAnswer::No => return Err(Refused::Ended(End::NotInRegistry)),
        RegistryAnswer::Suspended => return Err(Refused::Ended(End::Suspended)),
        RegistryAnswer::Deceased => return Err(Refused::Ended(End::Deceased)),
    };
    let subject = Subject { data, registry_ref };
    known::find(provider, &subject).await?;
    Ok(subject)
}

/// The document is proved: on to the face, if its person may apply. Where the registry does not answer, what was read waits
/// for [`ask_again`]: a card's data are handed out once, and a chip is not at hand all day.
pub(super) async fn proved(
    provider: &Provider,
    held: Held,
    data: DocumentData,
    image: Option<ChipImage>,
) -> Result<Held, Refused> {
    let image = image.map_or(Image::Gone, Image::Put);
    let subject = match judge(provider, data.clone()).await {
        Ok(subject) => subject,
        Err(refused @ Refused::NoAnswer { service: Service::Registry, .. }) => {
            let next = held.application.clone().reading(Reading::Read(data))?.because(refused.code());
            held.step(provider, next, image).await?;
            return super::log(refused);
        }
        Err(refused) => return held.refuse(provider, refused).await,
    };
    let next = held.application.clone().proved(subject, nonce(provider))?;
    held.step(provider, next, image).await
}

/// Asks the registry once more about a document that was read.
///
/// # Errors
/// As [`Refused`].
pub async fn ask_again(provider: &Provider, cookie: Option<&str>) -> Result<(), Refused> {
    let held = super::hold(provider, cookie).await?;
    let Stage::Document(Reading::Read(data)) = held.application.stage.clone() else { return Err(Refused::Stale) };
    let subject = match judge(provider, data).await {
        Ok(subject) => subject,
        Err(refused) => return held.refuse(provider, refused).await,
    };
    let next = held.application.clone().proved(subject, nonce(provider))?;
    held.step(provider, next, Image::Stays).await.map(drop)
}
