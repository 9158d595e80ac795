//! Signing in: the page, and the two forms it posts. One wording for every wrong credential (PROTOCOL 21).

use super::authorize::{host_of, who_asks};
use super::cookie::Jar;
use super::form::{Bound, OwnForm};
use super::page::{self, FaceProblem, Happened, SignInProblem, Step, Why};
use super::visit::Visit;
use super::{apply, authorize, error, sign_in_face};
use crate::authn::{self, Interaction, Wording};
use crate::flow::{self, Arrival, NotSignedIn, Provider, SignInPage, SignedInNow, Touched, interaction};
use crate::person::{NetworkNumber, Standing};
use crate::spec::{DynamicCode, Factor, Params, Pin, lifetime};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

/// What was tried before the page is shown again.
#[derive(Clone, Copy)]
pub struct Tried<'a> {
    pub number: &'a str,
    pub problem: Option<SignInProblem>,
    /// Of the face page, if it comes to that.
    pub face: Option<FaceProblem>,
}

impl Tried<'_> {
    pub const fn nothing() -> Self {
        Self { number: "", problem: None, face: None }
    }
}

/// The page, for a website's request.
pub fn page(provider: &Provider, visit: &Visit, bound: &Bound, pending: &SignInPage, tried: Tried<'_>) -> HttpResponse {
    // The passkey is there, and the PIN where it counts: the face comes last.
    if pending.missing == [Factor::Face] {
        return sign_in_face::page(provider, visit, bound, pending, tried.face);
    }
    let host = host_of(&pending.redirect);
    let why = match pending.why {
        authn::Why::NotSignedIn => Why::First,
        authn::Why::LevelTooLow => step_up(&pending.missing),
        authn::Why::PromptLogin | authn::Why::TooOld | authn::Why::OtherPerson(_) => Why::Again,
    };
    let hint = pending.login_hint.as_deref().unwrap_or_default();
    let hinted = if tried.problem.is_some() { tried } else { Tried { number: number_hint(hint), ..tried } };
    let client = who_asks(&pending.client, &pending.redirect, &host, visit);
    let asks = Asks { client: Some((client, pending.redirect.as_str())), why, step: step(pending) };
    render(provider, visit, bound, asks, &pending.interaction, hinted)
}

/// Whether the page has a way on without what it asks for.
pub fn step(pending: &SignInPage) -> Step {
    match pending.step {
        flow::Step::Required => Step::Required,
        flow::Step::Voluntary => Step::Voluntary,
    }
}

/// What is missing to the level that was asked for: only the way that helps is offered.
fn step_up(missing: &[Factor]) -> Why {
    let by_code = missing.iter().any(|factor| matches!(factor, Factor::Pin | Factor::Code));
    match (missing.contains(&Factor::Cert), by_code) {
        (true, false) => Why::NeedsPasskey,
        (false, true) => Why::NeedsCode,
        (true, true) | (false, false) => Why::Again,
    }
}

/// A `login_hint` fills the field only when it could be a network number.
fn number_hint(hint: &str) -> &str {
    if NetworkNumber::parse(hint).is_ok() { hint } else { "" }
}

/// The page, for a person who comes of their own accord.
pub fn own_page(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    interaction: &Interaction,
    tried: Tried<'_>,
) -> HttpResponse {
    let asks = Asks { client: None, why: Why::First, step: Step::Required };
    render(provider, visit, bound, asks, interaction, tried)
}

/// Who asks, and how firmly.
struct Asks<'a> {
    /// The website and its redirect URI.
    client: Option<(page::Client<'a>, &'a str)>,
    why: Why,
    step: Step,
}

fn render(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    asks: Asks<'_>,
    interaction: &Interaction,
    tried: Tried<'_>,
) -> HttpResponse {
    let Asks { client, why, step } = asks;
    let Ok(sealed) = interaction::seal(provider, interaction) else { return error::busy(provider, visit) };
    let options = flow::offer_passkey(provider, interaction).map(|options| options.to_string()).unwrap_or_default();
    let back = match client {
        Some(_) => format!("/continue?i={sealed}"),
        None => "/me/signin".to_owned(),
    };
    let status = if tried.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page(
        status,
        client.map(|(_, target)| target),
        &page::SignIn {
            chrome: visit.chrome(provider, bound.csrf(), Some(&back)),
            client: client.map(|(client, _)| client),
            why,
            step,
            interaction: &sealed,
            passkey_options: &options,
            number: tried.number,
            applications: apply::taken(provider),
            problem: tried.problem,
        },
    )
}

/// `POST /signin/code`.
pub async fn by_code(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let Ok(interaction) = opened(&provider, &bound, &fields) else { return stale(&provider, &visit) };
    let number = fields.get("number").unwrap_or_default();
    let attempt = flow::CodeAttempt {
        number,
        pin: Pin::new(fields.get("pin").unwrap_or_default()),
        code: DynamicCode::new(fields.get("code").unwrap_or_default()),
        session: visit.session.as_deref(),
        device: visit.device.as_deref(),
        agent: &visit.agent,
    };
    match flow::sign_in_by_code(&provider, &interaction, attempt).await {
        Ok(signed_in) => welcome(&provider, &visit, &interaction, signed_in),
        Err(refused) => again(&provider, &visit, &bound, interaction, number, refused).await,
    }
}

/// `POST /signin/passkey`.
pub async fn by_passkey(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let Ok(interaction) = opened(&provider, &bound, &fields) else { return stale(&provider, &visit) };
    let attempt = passkey(&visit, &fields);
    let credential = attempt.credential;
    match flow::sign_in_by_passkey(&provider, &interaction, attempt).await {
        Ok(Touched::SignedIn(signed_in)) => welcome(&provider, &visit, &interaction, signed_in),
        Ok(Touched::AskToLift(asked)) => ask_to_lift(&provider, &visit, &bound, asked, credential).await,
        Err(refused) => again(&provider, &visit, &bound, interaction, "", refused).await,
    }
}

/// `POST /signin/lift`: the page that asked is answered with yes.
pub async fn lift(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let Ok(interaction) = opened(&provider, &bound, &fields) else { return stale(&provider, &visit) };
    match flow::lift(&provider, &interaction, passkey(&visit, &fields)).await {
        Ok(signed_in) => welcome(&provider, &visit, &interaction, signed_in),
        Err(refused) => again(&provider, &visit, &bound, interaction, "", refused).await,
    }
}

/// `POST /signin/without`: the person goes on as they are, and the website hears the true level.
pub async fn without(provider: web::Data<Provider>, visit: Visit, OwnForm(fields): OwnForm) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let Ok(interaction) = opened(&provider, &bound, &fields) else { return stale(&provider, &visit) };
    match interaction::without_level(&provider, interaction, visit.session.as_deref()).await {
        Ok(interaction) => onward(&provider, &visit, &interaction),
        Err(_) => error::busy(&provider, &visit),
    }
}

fn passkey<'a>(visit: &'a Visit, fields: &'a Params) -> flow::PasskeyAttempt<'a> {
    flow::PasskeyAttempt {
        credential: fields.get("credential").unwrap_or_default(),
        session: visit.session.as_deref(),
        device: visit.device.as_deref(),
        agent: &visit.agent,
    }
}

fn opened(provider: &Provider, bound: &Bound, fields: &Params) -> Result<Interaction, interaction::Stale> {
    interaction::open(provider, fields.get("interaction").unwrap_or_default(), &bound.browser)
}

pub fn stale(provider: &Provider, visit: &Visit) -> HttpResponse {
    error::small_page(provider, visit, Happened::Stale, "interaction.stale", StatusCode::BAD_REQUEST)
}

/// Signed in: cookies, and on to the same questions again.
pub fn welcome(provider: &Provider, visit: &Visit, interaction: &Interaction, signed_in: SignedInNow) -> HttpResponse {
    let answer = if interaction.params().is_empty() {
        authorize::to_own_page()
    } else {
        onward(provider, visit, &signed_in.interaction)
    };
    with_session(provider, answer, signed_in.session, signed_in.device)
}

/// On to the same questions again.
fn onward(provider: &Provider, visit: &Visit, interaction: &Interaction) -> HttpResponse {
    let Ok(sealed) = interaction::seal(provider, interaction) else { return error::busy(provider, visit) };
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, format!("/continue?i={sealed}")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// The answer with the cookies of who is signed in now.
pub fn with_session(provider: &Provider, mut answer: HttpResponse, session: String, device: String) -> HttpResponse {
    let session = Jar::Session.set(&provider.issuer, session, None);
    let device = Jar::Device.set(&provider.issuer, device, Some(lifetime::KNOWN_BROWSER.as_secs() as i64));
    drop(answer.add_cookie(&session));
    drop(answer.add_cookie(&device));
    answer
}

/// The page once more, with what went wrong.
async fn again(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    interaction: Interaction,
    number: &str,
    refused: NotSignedIn,
) -> HttpResponse {
    let now = provider.now();
    let problem = match &refused {
        NotSignedIn::Busy => return error::busy(provider, visit),
        NotSignedIn::NumberShape => SignInProblem::NumberShape,
        NotSignedIn::PinShape => SignInProblem::PinShape,
        NotSignedIn::CodeShape => SignInProblem::CodeShape,
        NotSignedIn::CeremonyUsed => SignInProblem::Stale,
        NotSignedIn::Refused(cause) => match cause.wording() {
            Wording::PasskeyNotAccepted => SignInProblem::Passkey,
            Wording::TryLater { until } => SignInProblem::TooMany { minutes: until.since(now).as_secs().div_ceil(60) },
            Wording::NeedsGuardian(standing) => return guardian(provider, visit, bound, interaction, standing).await,
            // Frozen and suspended look like a mismatch: the page is no oracle for somebody else's state.
            Wording::DoNotFit | Wording::Frozen | Wording::Suspended => SignInProblem::Mismatch,
        },
    };
    let tried = Tried { number, problem: Some(problem), ..Tried::nothing() };
    let interaction = match refused {
        NotSignedIn::CeremonyUsed => interaction::renew(provider, interaction),
        _ => interaction,
    };
    if interaction.params().is_empty() {
        return own_page(provider, visit, bound, &interaction, tried);
    }
    authorize::walk(provider, visit, bound, authorize::returning(visit, bound, interaction, None), tried).await
}

/// The right person, too young to sign in alone: said honestly, with the way back.
async fn guardian(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    interaction: Interaction,
    standing: Standing,
) -> HttpResponse {
    let minor = if standing == Standing::Under14 { page::Minor::Under14 } else { page::Minor::Under18 };
    instead(provider, visit, bound, interaction, |client, target, interaction| {
        let chrome = visit.chrome(provider, bound.csrf(), None);
        visit.page(StatusCode::OK, target, &page::Minors { chrome, client, minor, interaction })
    })
    .await
}

/// Whoever froze their number holds a passkey of theirs: lift, or leave it so (PROTOCOL 22)?
async fn ask_to_lift(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    interaction: Interaction,
    credential: &str,
) -> HttpResponse {
    instead(provider, visit, bound, interaction, |client, target, interaction| {
        let chrome = visit.chrome(provider, bound.csrf(), None);
        visit.page(StatusCode::OK, target, &page::Lift { chrome, client, interaction, credential })
    })
    .await
}

/// A page in the sign-in's place, with whoever asked.
async fn instead(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    interaction: Interaction,
    show: impl FnOnce(Option<page::Client<'_>>, Option<&str>, &str) -> HttpResponse,
) -> HttpResponse {
    let Ok(sealed) = interaction::seal(provider, &interaction) else { return error::busy(provider, visit) };
    if interaction.params().is_empty() {
        return show(None, None, &sealed);
    }
    // As nobody: whoever else is signed in here is not the one who asks.
    let arrival = Arrival { session: None, ..authorize::returning(visit, bound, interaction, None) };
    match flow::authorize(provider, arrival).await {
        Ok(flow::Next::SignIn(pending)) => {
            let host = host_of(&pending.redirect);
            let client = who_asks(&pending.client, &pending.redirect, &host, visit);
            show(Some(client), Some(pending.redirect.as_str()), &sealed)
        }
        Ok(_) => authorize::to_own_page(),
        Err(refused) => error::authorize(provider, visit, refused.client.as_deref(), &refused.refused),
    }
}
