//! The five services, as a test steers them: well, down, slow or lying. The twins speak HTTP; these do not.

use hufu::document::{DocumentKind, DocumentNumber};
use hufu::flow::ports::{
    Asking, CardData, CardOutcome, CardTicket, FaceMatch, FaceNonce, FaceReference, FaceSample, HolderName,
    IdempotencyKey, Liveness, Notice, Notification, PhoneVerification, PopulationRegistry, PortError, Ports,
    RegistryAnswer, RegistryQuery, ResidentCard, Score, ScoreBand, Sending,
};
use hufu::person::{PhoneNumber, RegistryRef};
use hufu::spec::BirthDate;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;
use url::Url;

/// Somebody with a document.
#[derive(Clone, Debug)]
pub struct Citizen {
    pub name: &'static str,
    pub birthdate: &'static str,
    pub document: DocumentNumber,
}

impl Citizen {
    pub fn born(&self) -> BirthDate {
        BirthDate::parse(self.birthdate).expect("a day")
    }

    /// A resident card; `place` tells one person from another.
    pub fn with_card(name: &'static str, birthdate: &'static str, place: u32) -> Self {
        let digits = format!("110105{}{place:03}", birthdate.replace('-', ""));
        let checked = "0123456789X".chars().find_map(|check| {
            DocumentNumber::parse(DocumentKind::ResidentIdentityCard, &format!("{digits}{check}")).ok()
        });
        Self { name, birthdate, document: checked.expect("one check character fits") }
    }

    /// The same person with another document.
    pub fn with(&self, kind: DocumentKind, number: &str) -> Self {
        Self { document: DocumentNumber::parse(kind, number).expect("a number"), ..self.clone() }
    }
}

/// What a test may set, and what it may look at.
pub struct Desk {
    /// By the document's number.
    pub registry: HashMap<String, RegistryAnswer>,
    /// The reference that it answers for every other document.
    pub registry_knows_all: Option<RegistryRef>,
    pub registry_fails: Option<PortError>,
    pub asked: usize,
    pub score: Score,
    pub face_fails: Option<PortError>,
    /// Whether the last face was held against a picture off a chip.
    pub against_chip: bool,
    pub phone: Result<Sending, PortError>,
    /// To whom, and the text.
    pub sent: Vec<(String, String)>,
    /// Notices: to whom, and the text.
    pub told: Vec<(String, String)>,
    pub notification_fails: Option<PortError>,
    /// Every answer waits here for leave, where it is set.
    pub gate: Option<Arc<Semaphore>>,
    /// Answers that wait there.
    pub waiting: usize,
    pub card: Option<CardOutcome>,
    pub card_fails: Option<PortError>,
}

pub const SAME: Score = Score { band: ScoreBand::Same, liveness: Liveness::Living };

#[derive(Clone)]
pub struct Services(Arc<Mutex<Desk>>);

impl Default for Services {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Desk {
            registry: HashMap::new(),
            registry_knows_all: None,
            registry_fails: None,
            asked: 0,
            score: SAME,
            face_fails: None,
            against_chip: false,
            phone: Ok(Sending::Accepted),
            sent: Vec::new(),
            told: Vec::new(),
            notification_fails: None,
            gate: None,
            waiting: 0,
            card: None,
            card_fails: None,
        })))
    }
}

impl Services {
    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn ports(&self) -> Ports {
        let all = Arc::new(self.clone());
        Ports { registry: all.clone(), face: all.clone(), phone: all.clone(), card: all.clone(), notification: all }
    }

    /// The registry knows this document, by the reference of its person.
    pub fn knows(&self, citizen: &Citizen, reference: &str) {
        let answer = RegistryAnswer::Yes(RegistryRef::new(reference.to_owned()).expect("a reference"));
        self.answers(citizen, answer);
    }

    pub fn answers(&self, citizen: &Citizen, answer: RegistryAnswer) {
        self.desk().registry.insert(citizen.document.expose().to_owned(), answer);
    }

    /// The card lies on the gateway's reader.
    pub fn holds_card(&self, citizen: &Citizen) {
        let data = CardData {
            document: citizen.document.clone(),
            name: HolderName::new(citizen.name.to_owned()),
            birthdate: citizen.born(),
            expires: None,
        };
        self.desk().card = Some(CardOutcome::Read(Box::new(data)));
    }

    /// The code of the last message.
    pub fn code(&self) -> String {
        let (_, text) = self.desk().sent.last().cloned().expect("a message");
        text.chars().filter(char::is_ascii_digit).collect()
    }
}

impl Services {
    /// The answer, once there is leave to give it.
    async fn after<T>(&self, answer: T) -> T {
        let gate = self.desk().gate.clone();
        if let Some(gate) = gate {
            self.desk().waiting += 1;
            gate.acquire().await.expect("never closed").forget();
            self.desk().waiting -= 1;
        }
        answer
    }
}

impl PopulationRegistry for Services {
    fn look_up<'a>(&'a self, query: &'a RegistryQuery, _: IdempotencyKey) -> Asking<'a, RegistryAnswer> {
        let mut desk = self.desk();
        desk.asked += 1;
        let answer = match desk.registry_fails {
            Some(error) => Err(error),
            None => Ok(match (desk.registry.get(query.document.expose()), &desk.registry_knows_all) {
                (Some(answer), _) => answer.clone(),
                (None, Some(reference)) => RegistryAnswer::Yes(reference.clone()),
                (None, None) => RegistryAnswer::No,
            }),
        };
        drop(desk);
        Box::pin(self.after(answer))
    }
}

impl FaceMatch for Services {
    fn compare<'a>(
        &'a self,
        _: &'a FaceSample,
        reference: FaceReference<'a>,
        _: FaceNonce,
        _: IdempotencyKey,
    ) -> Asking<'a, Score> {
        let mut desk = self.desk();
        desk.against_chip = matches!(reference, FaceReference::Chip(_));
        let answer = desk.face_fails.map_or(Ok(desk.score), Err);
        drop(desk);
        Box::pin(self.after(answer))
    }
}

impl PhoneVerification for Services {
    fn send<'a>(&'a self, to: &'a PhoneNumber, text: &'a str, _: IdempotencyKey) -> Asking<'a, Sending> {
        let mut desk = self.desk();
        let answer = desk.phone;
        if answer == Ok(Sending::Accepted) {
            desk.sent.push((to.expose().to_owned(), text.to_owned()));
        }
        Box::pin(async move { answer })
    }
}

impl ResidentCard for Services {
    fn begin<'a>(&'a self, _: &'a Url, _: IdempotencyKey) -> Asking<'a, CardTicket> {
        let reader = Url::parse("https://card.example/r/1").expect("a URL");
        let answer = self.desk().card_fails.map_or(Ok(CardTicket { id: "1".to_owned(), reader }), Err);
        Box::pin(async move { answer })
    }

    /// A card's data are handed out once.
    fn collect<'a>(&'a self, _: &'a CardTicket, _: IdempotencyKey) -> Asking<'a, CardOutcome> {
        let mut desk = self.desk();
        let answer = match desk.card_fails {
            Some(error) => Err(error),
            None => Ok(desk.card.take().unwrap_or(CardOutcome::Waiting)),
        };
        Box::pin(async move { answer })
    }
}

impl Notification for Services {
    fn notify<'a>(&'a self, to: &'a PhoneNumber, notice: Notice<'a>, _: IdempotencyKey) -> Asking<'a, ()> {
        let mut desk = self.desk();
        let answer = desk.notification_fails.map_or(Ok(()), Err);
        if answer.is_ok() {
            desk.told.push((to.expose().to_owned(), notice.text.to_owned()));
        }
        Box::pin(async move { answer })
    }
}
