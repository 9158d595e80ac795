//! Signing in: gather all evidence, judge once, write once. PROTOCOL 20, 21, 23.
//!
//! The hash runs between a read and the write; what the read said is asked again inside the write, so of a thousand
//! attempts that arrive together none slips past its budget.

use super::budget::{self, Heard, Settled, Slots};
use super::{Provider, Unavailable, events, person_key, session};
use crate::authn::{
    self, Admission, Budget, CodeSource, Evidence, FixedCodes, Found, Interaction, KnownBrowser, PinCompared, PinHash,
    Session, SessionSecrets, SignInRefused, Verdict, normal_pin,
};
use crate::keys::{PersonKey, TagPurpose};
use crate::person::{NetworkNumber, PersonSecrets, PersonState, SecurityEvent};
use crate::spec::{
    DynamicCode, FactorSet, NumberDigest, PasskeyId, PersonId, PersonKeyId, Pin, SpentId, Timestamp, TokenHash,
};
use crate::store::events::{self as happened, EventRow};
use crate::store::persons::PersonRow;
use crate::store::sessions::SessionRow;
use crate::store::{StoreError, Tx, passkeys, persons, recoveries, sessions, spent};
use tracing::info;

/// Of a PIN and of a code.
pub(super) const DIGITS: usize = 8;

/// Number, PIN and code as typed, and the cookies that came along.
pub struct CodeAttempt<'a> {
    pub number: &'a str,
    pub pin: Pin,
    pub code: DynamicCode,
    pub session: Option<&'a str>,
    pub device: Option<&'a str>,
    pub agent: &'a str,
}

/// Signed in: what the browser is given.
#[derive(Debug)]
pub struct SignedInNow {
    pub interaction: Interaction,
    /// The session cookie.
    pub session: String,
    /// The known-browser cookie.
    pub device: String,
}

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    #[error("the number has not the form of one")]
    NumberShape,
    #[error("the PIN has not eight digits")]
    PinShape,
    #[error("the code has not eight digits")]
    CodeShape,
    #[error(transparent)]
    Refused(#[from] SignInRefused),
    /// This page signed somebody in before.
    #[error("the ceremony was used before")]
    CeremonyUsed,
    #[error("too many PINs are being checked, or the storage is unavailable")]
    Busy,
}

impl From<Unavailable> for NotSignedIn {
    fn from(_: Unavailable) -> Self {
        Self::Busy
    }
}

/// Number, PIN and code: judged together, answered once.
///
/// # Errors
/// As [`NotSignedIn`]; the log knows the cause, the person reads one wording.
pub async fn by_code(
    provider: &Provider,
    interaction: &Interaction,
    attempt: CodeAttempt<'_>,
) -> Result<SignedInNow, NotSignedIn> {
    let number = NetworkNumber::parse(attempt.number).map_err(|_| NotSignedIn::NumberShape)?;
    let pin = normal_pin(&attempt.pin);
    if pin.expose().chars().count() != DIGITS {
        return Err(NotSignedIn::PinShape);
    }
    if attempt.code.expose().chars().filter(|c| c.is_numeric()).count() != DIGITS {
        return Err(NotSignedIn::CodeShape);
    }
    let known = known_browser(provider, attempt.device);
    let proved = prove(provider, &number, &pin, &attempt.code, known.as_ref()).await.inspect_err(log)?;
    let person = proved.person.clone();
    let signed_in = begin(
        provider,
        interaction,
        Beginning {
            person: proved.person,
            factors: proved.factors,
            consumes: proved.consumes,
            heard: Heard::Code(proved.slots),
            passkey: None,
            lift: Lift::Nothing,
            cookie: attempt.session,
            known,
            agent: attempt.agent,
        },
    )
    .await
    .inspect_err(log)?;
    super::pin::renew(provider, &person, &pin);
    Ok(signed_in)
}

/// A refusal's cause in the log, without the person.
pub(super) fn log(refused: &NotSignedIn) {
    if let NotSignedIn::Refused(cause) = refused {
        info!(target: "hufu::signin", code = cause.code(), "refused");
        metrics::counter!("hufu_signin_refused_total", "code" => cause.code()).increment(1);
    }
}

/// The browser, if somebody signed in from it before.
pub(super) fn known_browser(provider: &Provider, cookie: Option<&str>) -> Option<KnownBrowser> {
    cookie.and_then(|cookie| provider.keys.open(cookie).ok())
}

/// Evidence that was accepted, not yet written.
pub(super) struct Proved {
    pub person: PersonRow,
    pub factors: FactorSet,
    pub consumes: Option<i64>,
    /// The counters that the write asks once more, and clears.
    pub slots: Slots,
}

/// Checks number, PIN and code against budgets, hash and seed; counts a wrong attempt at once.
pub(super) async fn prove(
    provider: &Provider,
    number: &NetworkNumber,
    pin: &Pin,
    code: &DynamicCode,
    known: Option<&KnownBrowser>,
) -> Result<Proved, NotSignedIn> {
    let now = provider.now();
    let digest = NumberDigest::from_bytes(provider.keys.tag(TagPurpose::Number, &[number.expose()]));
    let person =
        provider.store.read(move |db| persons::by_number_digest(db, &digest)).await.map_err(Unavailable::from)?;
    let slots = Slots::of(provider, &digest, person.as_ref().map(|person| person.id), known, now);
    let doors = provider.store.read(move |db| slots.doors(db)).await.map_err(Unavailable::from)?;
    let standing = match doors.admit(now) {
        Admission::Through(budget) => budget,
        Admission::TryLater { until } => return Err(SignInRefused::BudgetSpent { until }.into()),
    };

    let matched = pin_matches(provider, person.as_ref(), pin, standing).await?;
    let source = match person.as_ref().and_then(|person| person.totp.as_deref()) {
        Some(sealed) => provider.keys.open_bytes(sealed).map_err(|_| Unavailable::damaged("code seed"))?,
        None => CodeSource::decoy(),
    };
    // One look at the key store, whether or not there is anybody, and whatever is remembered of them.
    let key_id = person.as_ref().map_or_else(|| PersonKeyId::random(&mut *provider.rng()), |person| person.key_id);
    let key = person_key::look(provider, &key_id).await?;
    let evidence = Evidence {
        person: person.as_ref().map(|person| found(provider, person, key.as_deref())).transpose()?,
        pin: PinCompared::of(matched),
        code: source.check(code, now, fixed_codes(provider)),
    };
    let verdict = authn::judge(evidence, now);
    match (verdict, person) {
        (Verdict::Accepted { factors, consumes }, Some(person)) => Ok(Proved { person, factors, consumes, slots }),
        (Verdict::Refused(refused), _) => Err(slots.count(provider, refused, now).await?.into()),
        (Verdict::Accepted { .. }, None) => Err(SignInRefused::UnknownNumber.into()),
    }
}

fn found(provider: &Provider, person: &PersonRow, key: Option<&PersonKey>) -> Result<Found, Unavailable> {
    let key = key.ok_or_else(|| Unavailable::missing("person's key"))?;
    let state = PersonState::parse(&person.state).ok_or_else(|| Unavailable::damaged("person state"))?;
    let secrets = provider.keys.open_for::<PersonSecrets>(key, &person.sealed);
    let standing = secrets.map_err(|_| Unavailable::damaged("person"))?.standing;
    Ok(Found { state, standing, last_step: (person.totp_step > 0).then_some(person.totp_step) })
}

pub(super) fn fixed_codes(provider: &Provider) -> FixedCodes {
    match provider.mode {
        super::Mode::Sandbox => FixedCodes::Sandbox,
        super::Mode::Production => FixedCodes::Refused,
    }
}

/// The hash, on a blocking thread and within the rack; against a decoy for a number that nobody has.
pub(super) async fn pin_matches(
    provider: &Provider,
    person: Option<&PersonRow>,
    pin: &Pin,
    standing: Budget,
) -> Result<bool, NotSignedIn> {
    let against = match person.and_then(|person| person.pin_hash.as_deref()) {
        Some(text) => PinHash::parse(text).map_err(|_| Unavailable::damaged("PIN hash"))?,
        None => PinHash::decoy(provider.keys.current_pepper_version()),
    };
    let peppered = provider.keys.peppered(against.pepper(), pin).map_err(Unavailable::from)?;
    let place = match standing {
        Budget::KnownBrowser => provider.rack.enter(),
        Budget::Stranger => provider.rack.enter_as_stranger(),
    };
    let place = place.map_err(|_| NotSignedIn::Busy)?;
    tokio::task::spawn_blocking(move || place.verify(&peppered, &against)).await.map_err(|_| NotSignedIn::Busy)
}

/// A sign-in that was proved and is now to become a session.
pub(super) struct Beginning<'a> {
    pub person: PersonRow,
    pub factors: FactorSet,
    /// The step of the dynamic code.
    pub consumes: Option<i64>,
    /// The counters that a right attempt clears.
    pub heard: Heard,
    /// The passkey's row: what it was, and what it becomes where its counter moved.
    pub passkey: Option<(PasskeyId, Vec<u8>, Option<Vec<u8>>)>,
    pub lift: Lift,
    /// The session cookie that came along: the same person's session is raised, not replaced.
    pub cookie: Option<&'a str>,
    pub known: Option<KnownBrowser>,
    pub agent: &'a str,
}

/// Whether the same write ends the person's freeze.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lift {
    Nothing,
    Freeze,
}

/// What the one write is given.
#[derive(Clone)]
struct Change {
    ceremony: SpentId,
    person: PersonId,
    /// Of the person, when the evidence was judged.
    version: i64,
    consumes: Option<i64>,
    heard: Heard,
    passkey: Option<(PasskeyId, Vec<u8>, Option<Vec<u8>>)>,
    lift: Lift,
    session: SessionRow,
    /// An earlier session of the same person in this browser, by its secret, goes on at a higher level.
    raise: Option<TokenHash>,
    /// What the person is to find on their own page.
    events: Vec<EventRow>,
}

/// What it decided.
enum Written {
    Begun,
    CodeUsedBefore,
    CeremonyUsed,
    BudgetSpent { until: Timestamp },
}

/// One write: the code's step, the session, the counters. All keyed by the person, none by a sub.
pub(super) async fn begin(
    provider: &Provider,
    interaction: &Interaction,
    beginning: Beginning<'_>,
) -> Result<SignedInNow, NotSignedIn> {
    let now = provider.now();
    let Beginning { person, factors, consumes, heard, passkey, lift, cookie, known, agent } = beginning;
    let before = session::live(provider, cookie).await?.filter(|live| live.person.id == person.id);
    let ceremony = interaction.ceremony();
    // The instant of the factors, not of the write: a hash lies between them, and `proven` must not outrun what it proves.
    let at = factors.oldest().unwrap_or(now);
    // What reaches no level by itself adds to a session and begins none.
    if before.is_none() && factors.level().is_none() {
        return Err(NotSignedIn::CeremonyUsed);
    }
    let (session, cookie) = match &before {
        Some(live) => live.session.raise(&factors, now, &mut *provider.rng()),
        None => {
            let sealed = SessionSecrets::new(factors, now, agent);
            Session::begin(ceremony, person.id, sealed, &mut *provider.rng())
        }
    };
    let new_here = known.as_ref().and_then(|known| known.device_of(person.id, now)).is_none();
    let mut events = Vec::new();
    events.extend((lift == Lift::Freeze).then_some(SecurityEvent::Lifted));
    events.extend(new_here.then(|| SecurityEvent::SignedIn { browser: session.sealed.browser.clone() }));
    let change = Change {
        ceremony: SpentId::from_bytes(*ceremony.as_bytes()),
        person: person.id,
        version: person.version,
        consumes,
        heard,
        passkey,
        lift,
        session: session::sealed(provider, &session)?,
        raise: before.map(|live| live.session.secret_hash),
        events: events.into_iter().map(|what| events::row(provider, person.id, what)).collect::<Result<_, _>>()?,
    };
    let written = provider.store.write(move |tx| write(tx, &change, now)).await.map_err(Unavailable::from)?;
    match written {
        Written::CodeUsedBefore => return Err(SignInRefused::CodeUsedBefore.into()),
        Written::BudgetSpent { until } => return Err(SignInRefused::BudgetSpent { until }.into()),
        Written::CeremonyUsed => return Err(NotSignedIn::CeremonyUsed),
        Written::Begun => {}
    }
    metrics::counter!("hufu_signins_total").increment(1);
    let mut rng = provider.rng();
    let device = KnownBrowser::after_sign_in(known.as_ref(), person.id, now, &mut *rng);
    Ok(SignedInNow {
        interaction: interaction.clone().signed_in(session.id, at).renewed(&mut *rng),
        session: cookie.expose(),
        device: provider.keys.seal(&device, &mut *rng).map_err(Unavailable::from)?,
    })
}

fn write(tx: &mut Tx, change: &Change, now: Timestamp) -> Result<Written, StoreError> {
    // The questions come first: a refusal is a value, and would not undo what was written before it.
    if spent::is_spent(tx, &change.ceremony)? || moved(tx, change)? {
        return Ok(Written::CeremonyUsed);
    }
    let cleared = match change.heard.settle(tx, now)? {
        Settled::Clear(rows) => rows,
        Settled::TryLater { until } => return Ok(Written::BudgetSpent { until }),
    };
    if let Some(step) = change.consumes
        && !persons::spend_totp_step(tx, &change.person, step)?
    {
        return Ok(Written::CodeUsedBefore);
    }
    // What can be used once, then what it opens: whoever is refused from here on has used up a page or a code and no more.
    let passkey = match &change.passkey {
        Some((id, was, Some(sealed))) => passkeys::reseal(tx, id, was, sealed)?,
        Some((_, _, None)) | None => true,
    };
    if !passkey || !spent::spend(tx, &change.ceremony)? || !lifted(tx, change)? {
        return Ok(Written::CeremonyUsed);
    }
    let opened = match &change.raise {
        Some(was) => sessions::raise(tx, &change.session, was)?,
        None => sessions::insert_once(tx, &change.session)?,
    };
    if !opened {
        return Ok(Written::CeremonyUsed);
    }
    budget::put(tx, &cleared)?;
    change.events.iter().try_for_each(|event| happened::note(tx, event))?;
    Ok(Written::Begun)
}

/// The person's own freeze, ended where the person said so; guarded by the version that [`moved`] has just looked at.
fn lifted(tx: &mut Tx, change: &Change) -> Result<bool, StoreError> {
    match change.lift {
        Lift::Nothing => Ok(true),
        Lift::Freeze => {
            // New ways in that wait go on waiting, and keep the old ones below the device until their day (ADR 18).
            let state = match recoveries::of_person(tx, &change.person)? {
                Some(_) => PersonState::Recovering,
                None => PersonState::Active,
            };
            persons::set_state(tx, &change.person, change.version, state.text())
        }
    }
}

/// Whether what the evidence was judged by has changed while the hash ran: the person, the passkey. The session is guarded
/// by its own change.
fn moved(tx: &mut Tx, change: &Change) -> Result<bool, StoreError> {
    if persons::by_id(tx, &change.person)?.is_none_or(|person| person.version != change.version) {
        return Ok(true);
    }
    let Some((id, was, _)) = &change.passkey else { return Ok(false) };
    Ok(!passkeys::of_person(tx, &change.person)?.iter().any(|row| row.id == *id && row.sealed == *was))
}
