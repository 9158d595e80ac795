//! An application: document, face, telephone, PIN and dynamic code, in this order and no other. PROTOCOL 9, 27.
//!
//! A stage is an enum and going on consumes it, so a step that does not fit the stage is no step: it is told where the
//! application stands. Counts what may be tried how often. Nobody's person yet: all of it lies sealed in a row that is gone
//! within the hour. Knows no port, no key and no database; whoever applies is not known until they are done.

use super::{DocumentProof, Evidence, FaceProof, PhoneNumber, RegistryRef, Uniqueness};
use crate::document::{ChipSession, DocumentNumber};
use crate::keys::Sealable;
use crate::spec::{BirthDate, PersonId, Timestamp, TokenHash, VoucherId, lifetime};
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Documents, readings and vouchers in one application.
pub const DOCUMENTS: u8 = 10;
/// Faces in one application.
pub const FACES: u8 = 5;
/// Text messages in one application.
pub const MESSAGES: u8 = 3;
/// Wrong codes for one text message.
pub const CODES: u8 = 5;

/// Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Document,
    Face,
    Phone,
    PhoneCode,
    Pin,
    Code,
    /// Whoever this is has a number already.
    Known,
    /// Of who is known: new ways in.
    RenewPin,
    RenewCode,
    Renewed,
    Done,
    /// Without a number.
    Ended,
}

impl Step {
    /// For logs and counters.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Face => "face",
            Self::Phone => "phone",
            Self::PhoneCode => "phone_code",
            Self::Pin => "pin",
            Self::Code => "code",
            Self::Known => "known",
            Self::RenewPin => "renew_pin",
            Self::RenewCode => "renew_code",
            Self::Renewed => "renewed",
            Self::Done => "done",
            Self::Ended => "ended",
        }
    }
}

/// Why an application ended without a number. Nothing of it is kept but this word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum End {
    #[error("nobody under 8 years is served")]
    TooYoung,
    #[error("from 8 to 17 years a guardian takes part, which is not offered yet")]
    GuardianNeeded,
    #[error("the registry knows no such person")]
    NotInRegistry,
    #[error("the registry says that this person may not be served now")]
    Suspended,
    #[error("the registry says that this person has died")]
    Deceased,
    #[error("the document belongs to another person here")]
    DocumentElsewhere,
    #[error("as many documents were brought as may be")]
    DocumentsSpent,
    #[error("as many faces were compared as may be")]
    FacesSpent,
    #[error("as many messages were sent as may be")]
    MessagesSpent,
    #[error("the voucher was used meanwhile")]
    VoucherUsed,
    #[error("whoever applied wished so")]
    Stopped,
}

/// A step that the stage does not have: taken twice, in another tab, or before its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the application stands at {at:?}")]
pub struct OutOfOrder {
    pub at: Step,
}

/// What a document says, and what proved it. Not shown when printed.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct DocumentData {
    /// As the document writes it.
    pub name: String,
    #[zeroize(skip)]
    pub birthdate: BirthDate,
    /// Three letters, where the document says it.
    pub nationality: Option<String>,
    /// `F`, `M` or `X`, where the document says it.
    pub sex: Option<String>,
    pub document: DocumentNumber,
    /// The day after its last; `None` for one that is good for life.
    #[zeroize(skip)]
    pub expires: Option<Timestamp>,
    #[zeroize(skip)]
    pub proof: DocumentProof,
    /// SHA-1 in the chip's signatures.
    #[zeroize(skip)]
    pub weak_hash: bool,
    #[zeroize(skip)]
    pub voucher: Option<VoucherId>,
}

impl fmt::Debug for DocumentData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentData({:?}, [redacted])", self.proof)
    }
}

/// Somebody whom a document names and the registry knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subject {
    pub data: DocumentData,
    pub registry_ref: RegistryRef,
}

/// The face on a chip, until faces were compared.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct ChipImage(pub Vec<u8>);

impl Sealable for ChipImage {
    const PURPOSE: &'static str = "chip-image";
    const CLASSES: &'static [usize] = &[32 * 1024];
    const LIMIT: usize = 160 * 1024;
}

/// Somebody whose document and face are proved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proven {
    pub subject: Subject,
    pub face: FaceProof,
    /// When the second of the two was proved.
    pub at: Timestamp,
}

impl Proven {
    /// As the person's row will keep it.
    pub fn evidence(&self) -> Evidence {
        Evidence {
            document: self.subject.data.proof,
            face: self.face,
            uniqueness: Uniqueness::Registry,
            weak_hash: self.subject.data.weak_hash,
            at: self.at.hour(),
        }
    }
}

/// A document that is being read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum Reading {
    #[default]
    Nothing,
    /// By the resident card's gateway: its word for this reading, and where the person's reader takes part.
    Card { id: String, reader: String },
    /// By a reader that holds the ticket with this nonce; `task`, in JSON, is what it is to do next.
    Chip { nonce: [u8; 16], session: ChipSession, task: String },
    /// Read, and the registry could not be asked yet.
    Read(DocumentData),
}

/// Where the application stands, with what that needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Stage {
    Document(Reading),
    /// `nonce` is for the one sample that is awaited.
    Face {
        subject: Subject,
        nonce: [u8; 16],
        tries: u8,
    },
    Phone(Proven),
    PhoneCode {
        proven: Proven,
        phone: PhoneNumber,
        message: Message,
    },
    Pin {
        proven: Proven,
        phone: PhoneNumber,
    },
    /// The PIN's hash and the seed of the dynamic code, as the person's row will hold them.
    Code {
        proven: Proven,
        phone: PhoneNumber,
        pin_hash: String,
        totp: Vec<u8>,
    },
    Known(Known),
    RenewPin(Known),
    /// As [`Self::Code`].
    RenewCode {
        known: Known,
        pin_hash: String,
        totp: Vec<u8>,
    },
    /// From when on the new ways in count.
    Renewed {
        person: PersonId,
        from: Timestamp,
    },
    Done(PersonId),
    Ended(End),
}

/// Who was found to have a number already: proved by document and face, in this browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Known {
    pub person: PersonId,
    pub evidence: Evidence,
    /// To the second, inside this application only: a re-proof counts from here.
    pub at: Timestamp,
    pub document: Join,
}

/// What became of the document of a person who is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Join {
    /// It joined its person: a renewed document, or another one.
    Joined,
    /// It was theirs before.
    WasTheirs,
}

/// A text message that is out.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Message {
    code: [u8; 6],
    #[zeroize(skip)]
    until: Timestamp,
    #[zeroize(skip)]
    wrong: u8,
}

impl Message {
    /// With a code of six digits.
    pub fn new(code: [u8; 6], now: Timestamp) -> Self {
        Self { code, until: now.plus(lifetime::PHONE_CODE), wrong: 0 }
    }

    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// Wrong codes that are still heard.
    pub const fn left(&self) -> u8 {
        CODES.saturating_sub(self.wrong)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message([redacted])")
    }
}

/// What a code from a text message did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Right,
    /// So many more are heard.
    Wrong {
        left: u8,
    },
    /// The last one that was heard: another message is needed.
    Spent,
    /// Too late: another message is needed.
    Expired,
}

/// A link that hands the application over, made but not yet followed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Link {
    pub nonce: [u8; 16],
    pub until: Timestamp,
}

/// One application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Application {
    pub began: Timestamp,
    pub stage: Stage,
    documents: u8,
    messages: u8,
    /// Why the last document was not taken.
    pub problem: Option<String>,
    pub link: Option<Link>,
    /// The browser that handed it over: it may look on.
    pub watcher: Option<TokenHash>,
}

impl Application {
    pub const fn begin(now: Timestamp) -> Self {
        let stage = Stage::Document(Reading::Nothing);
        Self { began: now, stage, documents: 0, messages: 0, problem: None, link: None, watcher: None }
    }

    pub const fn ends(&self) -> Timestamp {
        self.began.plus(lifetime::APPLICATION)
    }

    pub const fn step(&self) -> Step {
        match self.stage {
            Stage::Document(_) => Step::Document,
            Stage::Face { .. } => Step::Face,
            Stage::Phone(_) => Step::Phone,
            Stage::PhoneCode { .. } => Step::PhoneCode,
            Stage::Pin { .. } => Step::Pin,
            Stage::Code { .. } => Step::Code,
            Stage::Known(_) => Step::Known,
            Stage::RenewPin(_) => Step::RenewPin,
            Stage::RenewCode { .. } => Step::RenewCode,
            Stage::Renewed { .. } => Step::Renewed,
            Stage::Done(_) => Step::Done,
            Stage::Ended(_) => Step::Ended,
        }
    }

    /// Documents that may still be brought.
    pub const fn documents_left(&self) -> u8 {
        DOCUMENTS.saturating_sub(self.documents)
    }

    /// Messages that may still be sent.
    pub const fn messages_left(&self) -> u8 {
        MESSAGES.saturating_sub(self.messages)
    }

    fn out_of_order<T>(&self) -> Result<T, OutOfOrder> {
        Err(OutOfOrder { at: self.step() })
    }

    fn at(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    /// A document is about to be brought, in place of any other. Counts; ask [`Self::documents_left`] first.
    ///
    /// # Errors
    /// The document is proved already.
    pub fn bring(self) -> Result<Self, OutOfOrder> {
        let documents = self.documents + 1;
        Ok(Self { documents, problem: None, ..self.reading(Reading::Nothing)? })
    }

    /// How far the reading is; [`Reading::Nothing`] after one that led to nothing.
    ///
    /// # Errors
    /// The document is proved already.
    pub fn reading(self, reading: Reading) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Document(_) => Ok(self.at(Stage::Document(reading))),
            _ => self.out_of_order(),
        }
    }

    /// Why the document was not taken, for the page that waits for a reader.
    #[must_use]
    pub fn because(self, problem: &str) -> Self {
        Self { problem: Some(problem.to_owned()), ..self }
    }

    /// The document is proved; `nonce` is for the first sample of the face.
    ///
    /// # Errors
    /// It was proved before.
    pub fn proved(self, subject: Subject, nonce: [u8; 16]) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Document(_) => Ok(self.at(Stage::Face { subject, nonce, tries: 0 })),
            _ => self.out_of_order(),
        }
    }

    /// Officers vouch for document and face.
    ///
    /// # Errors
    /// The document is proved already.
    pub fn vouched(self, subject: Subject, at: Timestamp) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Document(_) => Ok(self.at(Stage::Phone(Proven { subject, face: FaceProof::Voucher, at }))),
            _ => self.out_of_order(),
        }
    }

    /// A face is about to be compared: counts it, before anybody knows how it ends. The next sample is for another nonce.
    ///
    /// # Errors
    /// Another step is due.
    pub fn try_face(self, next: [u8; 16]) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Face { subject, tries, .. } => {
                Ok(Self { stage: Stage::Face { subject, nonce: next, tries: tries + 1 }, ..self })
            }
            _ => self.out_of_order(),
        }
    }

    /// Nobody compared it after all.
    ///
    /// # Errors
    /// Another step is due.
    pub fn untry_face(self) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Face { subject, nonce, tries } => {
                Ok(Self { stage: Stage::Face { subject, nonce, tries: tries.saturating_sub(1) }, ..self })
            }
            _ => self.out_of_order(),
        }
    }

    /// The faces are one person's.
    ///
    /// # Errors
    /// Another step is due.
    pub fn faced(self, at: Timestamp) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Face { subject, .. } => {
                Ok(Self { stage: Stage::Phone(Proven { subject, face: FaceProof::Compared, at }), ..self })
            }
            _ => self.out_of_order(),
        }
    }

    /// It is a person who has a number. Only after document and face: nobody hears it of somebody else.
    ///
    /// # Errors
    /// Not yet proved, or over.
    pub fn meet(self, person: PersonId, document: Join) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Phone(proven)
            | Stage::PhoneCode { proven, .. }
            | Stage::Pin { proven, .. }
            | Stage::Code { proven, .. } => {
                let known = Known { person, evidence: proven.evidence(), at: proven.at, document };
                Ok(Self { stage: Stage::Known(known), link: None, ..self })
            }
            _ => self.out_of_order(),
        }
    }

    /// A message is about to be sent. Counts; ask [`Self::messages_left`] first.
    ///
    /// # Errors
    /// Another step is due.
    pub fn call(self, phone: PhoneNumber, message: Message) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Phone(proven) => {
                Ok(Self { messages: self.messages + 1, stage: Stage::PhoneCode { proven, phone, message }, ..self })
            }
            _ => self.out_of_order(),
        }
    }

    /// Back to asking for a number: for another one, or for another message.
    ///
    /// # Errors
    /// No message is out.
    pub fn call_off(self) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::PhoneCode { proven, .. } => Ok(Self { stage: Stage::Phone(proven), ..self }),
            _ => self.out_of_order(),
        }
    }

    /// The message never left: it is not counted.
    ///
    /// # Errors
    /// No message is out.
    pub fn not_sent(self) -> Result<Self, OutOfOrder> {
        Ok(Self { messages: self.messages.saturating_sub(1), ..self.call_off()? })
    }

    /// Judges a code that was typed.
    ///
    /// # Errors
    /// No message is out.
    pub fn hear(self, typed: &str, now: Timestamp) -> Result<(Self, Heard), OutOfOrder> {
        let Stage::PhoneCode { proven, phone, mut message } = self.stage else { return self.out_of_order() };
        let (stage, heard) = if now >= message.until {
            (Stage::Phone(proven), Heard::Expired)
        } else if bool::from(six(typed).ct_eq(&message.code)) {
            (Stage::Pin { proven, phone }, Heard::Right)
        } else {
            message.wrong += 1;
            match message.left() {
                0 => (Stage::Phone(proven), Heard::Spent),
                left => (Stage::PhoneCode { proven, phone, message }, Heard::Wrong { left }),
            }
        };
        Ok((Self { stage, ..self }, heard))
    }

    /// The PIN is chosen, and a seed for the dynamic code drawn.
    ///
    /// # Errors
    /// Another step is due.
    pub fn choose(self, pin_hash: String, totp: Vec<u8>) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Pin { proven, phone } => Ok(Self { stage: Stage::Code { proven, phone, pin_hash, totp }, ..self }),
            Stage::RenewPin(known) => Ok(Self { stage: Stage::RenewCode { known, pin_hash, totp }, ..self }),
            _ => self.out_of_order(),
        }
    }

    /// There is a person now. Nothing that was gathered stays here.
    ///
    /// # Errors
    /// Another step is due.
    pub fn done(self, person: PersonId) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Code { .. } => Ok(Self { link: None, ..self.at(Stage::Done(person)) }),
            _ => self.out_of_order(),
        }
    }

    /// Who is known wishes for new ways in.
    ///
    /// # Errors
    /// Nobody is known here.
    pub fn renew(self) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Known(known) => Ok(Self { stage: Stage::RenewPin(known), ..self }),
            _ => self.out_of_order(),
        }
    }

    /// The new ways in count from `from` on. Nothing that was gathered stays here.
    ///
    /// # Errors
    /// Another step is due.
    pub fn renewed(self, from: Timestamp) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::RenewCode { ref known, .. } => {
                let person = known.person;
                Ok(Self { link: None, ..self.at(Stage::Renewed { person, from }) })
            }
            _ => self.out_of_order(),
        }
    }

    /// A link is made that hands it over, in place of any earlier one. It ends with the application, whose last page shows a
    /// number.
    ///
    /// # Errors
    /// It is over.
    pub fn offer(self, link: Link) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Renewed { .. } | Stage::Done(_) | Stage::Ended(_) => self.out_of_order(),
            _ => Ok(Self { link: Some(link), ..self }),
        }
    }

    /// The link was followed; the browser that held it before may look on.
    #[must_use]
    pub fn handed_over(self, before: TokenHash) -> Self {
        Self { link: None, watcher: Some(before), ..self }
    }

    /// It is over without a number. Nothing that was gathered stays here.
    ///
    /// # Errors
    /// It is over already.
    pub fn end(self, why: End) -> Result<Self, OutOfOrder> {
        match self.stage {
            Stage::Known(_) | Stage::Renewed { .. } | Stage::Done(_) | Stage::Ended(_) => self.out_of_order(),
            _ => Ok(Self { link: None, problem: None, ..self.at(Stage::Ended(why)) }),
        }
    }
}

/// Six digits in any width and grouping; of anything else, something that is no code.
fn six(typed: &str) -> [u8; 6] {
    let digits = typed.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '0'..='9' => u8::try_from(c).unwrap_or_default(),
        '\u{ff10}'..='\u{ff19}' => u8::try_from(u32::from(c) - 0xff10).unwrap_or_default() + b'0',
        _ => 0,
    });
    digits.collect::<Vec<_>>().try_into().unwrap_or_default()
}

impl Sealable for Application {
    const PURPOSE: &'static str = "application";
    /// Every stage is of the first class, but for unusually long names.
    const CLASSES: &'static [usize] = &[1024];
    const LIMIT: usize = 16 * 1024;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentKind;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
    const ME: PersonId = PersonId::from_bytes([7; 16]);

    fn subject() -> Subject {
        let data = DocumentData {
            name: "林安然".into(),
            birthdate: BirthDate::parse("1990-03-15").expect("a day"),
            nationality: None,
            sex: None,
            document: DocumentNumber::parse(DocumentKind::TaiwanPermit, "12345678").expect("a number"),
            expires: None,
            proof: DocumentProof::ActiveAuthentication,
            weak_hash: false,
            voucher: None,
        };
        Subject { data, registry_ref: RegistryRef::new("r-17".into()).expect("a reference") }
    }

    fn phone() -> PhoneNumber {
        PhoneNumber::parse("19900001000").expect("a number")
    }

    fn message() -> Message {
        Message::new(*b"048213", NOW)
    }

    /// One application at each stage, in the order of the steps.
    fn at_each() -> Vec<Application> {
        let document = Application::begin(NOW);
        let face = document.clone().proved(subject(), [1; 16]).expect("a step");
        let phone_number = face.clone().faced(NOW).expect("a step");
        let code = phone_number.clone().call(phone(), message()).expect("a step");
        let (pin, _) = code.clone().hear("048213", NOW).expect("a step");
        let setting = pin.clone().choose("hash".into(), vec![1]).expect("a step");
        let known = phone_number.clone().meet(ME, Join::Joined).expect("a step");
        let done = setting.clone().done(ME).expect("a step");
        let ended = face.clone().end(End::Stopped).expect("a step");
        vec![document, face, phone_number, code, pin, setting, known, done, ended]
    }

    /// The same of who is known and sets new ways in.
    fn renewing() -> [Application; 3] {
        let pin = at_each().remove(6).renew().expect("a step");
        let code = pin.clone().choose("hash".into(), vec![1]).expect("a step");
        let renewed = code.clone().renewed(NOW).expect("a step");
        [pin, code, renewed]
    }

    type Move = fn(Application) -> Result<Application, OutOfOrder>;

    /// Issue 4, "Bad input": each step out of order, twice.
    #[test]
    fn a_step_fits_its_own_stage_and_no_other() {
        use Step::{Code, Document, Face, Known, Phone, PhoneCode, Pin, RenewCode, RenewPin};
        let link = |it: Application| it.offer(Link { nonce: [4; 16], until: NOW });
        let moves: [(&str, Move, &[Step]); 17] = [
            ("bring", Application::bring, &[Document]),
            ("reading", |it| it.reading(Reading::Nothing), &[Document]),
            ("proved", |it| it.proved(subject(), [2; 16]), &[Document]),
            ("vouched", |it| it.vouched(subject(), NOW), &[Document]),
            ("try_face", |it| it.try_face([3; 16]), &[Face]),
            ("untry_face", Application::untry_face, &[Face]),
            ("faced", |it| it.faced(NOW), &[Face]),
            ("meet", |it| it.meet(ME, Join::Joined), &[Phone, PhoneCode, Pin, Code]),
            ("call", |it| it.call(phone(), message()), &[Phone]),
            ("call_off", Application::call_off, &[PhoneCode]),
            ("not_sent", Application::not_sent, &[PhoneCode]),
            ("choose", |it| it.choose(String::new(), vec![]), &[Pin, RenewPin]),
            ("renew", Application::renew, &[Known]),
            ("renewed", |it| it.renewed(NOW), &[RenewCode]),
            ("done", |it| it.done(ME), &[Code]),
            ("offer", link, &[Document, Face, Phone, PhoneCode, Pin, Code, Known, RenewPin, RenewCode]),
            ("end", |it| it.end(End::Stopped), &[Document, Face, Phone, PhoneCode, Pin, Code, RenewPin, RenewCode]),
        ];
        for application in at_each().into_iter().chain(renewing()) {
            let at = application.step();
            for (name, step, fits) in &moves {
                let expected = if fits.contains(&at) { None } else { Some(OutOfOrder { at }) };
                assert_eq!(step(application.clone()).err(), expected, "{name} at {at:?}");
            }
            assert_eq!(application.hear("048213", NOW).is_ok(), at == PhoneCode, "hear at {at:?}");
        }
    }

    /// Whoever read a link and comes when all is done sees no number.
    #[test]
    fn a_link_ends_with_the_application() {
        let link = Link { nonce: [4; 16], until: NOW };
        let offered = |at: usize| at_each().remove(at).offer(link).expect("not over");
        let linked = offered(5);
        assert!(linked.link.is_some());
        assert!(linked.clone().done(ME).expect("a step").link.is_none());
        assert!(linked.end(End::Stopped).expect("a step").link.is_none());
        let known = offered(2).meet(ME, Join::WasTheirs).expect("a step");
        assert!(known.link.is_none(), "there, too, a number is shown");
        let renewing = known.renew().and_then(|it| it.choose(String::new(), vec![])).and_then(|it| it.offer(link));
        assert!(renewing.and_then(|it| it.renewed(NOW)).expect("a step").link.is_none());
    }

    #[test]
    fn the_steps_come_in_one_order() {
        let steps: Vec<_> = at_each().iter().map(Application::step).collect();
        use Step::{Code, Document, Done, Ended, Face, Known, Phone, PhoneCode, Pin};
        assert_eq!(steps, [Document, Face, Phone, PhoneCode, Pin, Code, Known, Done, Ended]);
    }

    #[test]
    fn a_code_is_heard_five_times_and_not_after_ten_minutes() {
        let mut application = at_each().remove(3);
        for left in (1..CODES).rev() {
            let (next, heard) = application.hear("999999", NOW).expect("heard");
            assert_eq!(heard, Heard::Wrong { left });
            application = next;
        }
        let (right, heard) = application.clone().hear("０４８ 213", NOW).expect("heard");
        assert_eq!((right.step(), heard), (Step::Pin, Heard::Right));
        let (spent, heard) = application.hear("", NOW).expect("heard");
        assert_eq!((spent.step(), heard), (Step::Phone, Heard::Spent));
        let late = NOW.plus(lifetime::PHONE_CODE);
        let (expired, heard) = at_each().remove(3).hear("048213", late).expect("heard");
        assert_eq!((expired.step(), heard), (Step::Phone, Heard::Expired));
    }

    #[test]
    fn what_is_no_code_is_wrong_whatever_it_is() {
        for typed in ["", "48213", "0482130", "04821x", "٠٤٨٢١٣", "\0\0\0\0\0\0", "048213 1"] {
            let (_, heard) = at_each().remove(3).hear(typed, NOW).expect("heard");
            assert_eq!(heard, Heard::Wrong { left: CODES - 1 }, "{typed:?}");
        }
    }

    #[test]
    fn messages_and_faces_are_counted_before_they_are_sent_and_given_back_when_they_were_not() {
        let phone_stage = at_each().remove(2);
        let called = phone_stage.clone().call(phone(), message()).expect("a step");
        assert_eq!(called.messages_left(), MESSAGES - 1);
        assert_eq!(called.clone().call_off().expect("a step").messages_left(), MESSAGES - 1);
        assert_eq!(called.not_sent().expect("a step").messages_left(), MESSAGES);
        let tries = |application: &Application| match &application.stage {
            Stage::Face { tries, nonce, .. } => (*tries, nonce[0]),
            _ => panic!("no face stage"),
        };
        let tried = at_each().remove(1).try_face([9; 16]).expect("a step");
        assert_eq!(tries(&tried), (1, 9), "the next sample is for another nonce");
        assert_eq!(tries(&tried.untry_face().expect("a step")), (0, 9));
    }

    #[test]
    fn the_evidence_says_what_was_proved_and_by_whom() {
        let faced = at_each().remove(2);
        let Stage::Phone(proven) = &faced.stage else { panic!("no phone stage") };
        assert_eq!(proven.evidence().face, FaceProof::Compared);
        assert_eq!(proven.evidence().at, NOW.hour());
        let vouched = Application::begin(NOW).vouched(subject(), NOW).expect("a step");
        assert_eq!(vouched.step(), Step::Phone);
        let Stage::Phone(proven) = vouched.stage else { panic!("no phone stage") };
        assert_eq!(proven.evidence().face, FaceProof::Voucher);
    }

    /// PROTOCOL 1: a row's length says nothing. And nothing of a person is printed.
    #[test]
    fn every_stage_is_as_long_and_prints_nothing() {
        for application in at_each().into_iter().chain(renewing()) {
            let bytes = postcard::to_stdvec(&application).expect("serialises");
            assert!(bytes.len() < Application::CLASSES[0], "{:?}: {}", application.step(), bytes.len());
            let again: Application = postcard::from_bytes(&bytes).expect("parses");
            assert_eq!(again.step(), application.step());
            let printed = format!("{application:?}");
            for secret in ["林", "1990", "12345678", "r-17", "1990000", "48, 52"] {
                assert!(!printed.contains(secret), "{printed}");
            }
        }
        for over in at_each().split_off(7) {
            let bytes = postcard::to_stdvec(&over).expect("serialises");
            assert!(bytes.len() < 64, "nothing that was gathered stays: {}", bytes.len());
        }
    }
}
