//! The face check on top of a passkey: the page, and the form it posts. PROTOCOL 20, 27.

use super::authorize::{self, host_of, who_asks};
use super::error;
use super::form::Bound;
use super::page::{self, Camera, FaceProblem};
use super::sign_in::{self, Tried};
use super::upload::{self, OwnUpload, Sent};
use super::visit::Visit;
use crate::authn::Bar;
use crate::flow::ports::FaceSample;
use crate::flow::{self, BarredPage, Mode, NotChecked, Provider, SignInPage, interaction};
use crate::spec::Params;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

/// What an invented camera takes, in the words that the sandbox's face service understands.
const INVENTED: &str = "hufu-sandbox-face:";

/// The page.
pub fn page(
    provider: &Provider,
    visit: &Visit,
    bound: &Bound,
    pending: &SignInPage,
    problem: Option<FaceProblem>,
) -> HttpResponse {
    let Ok(sealed) = interaction::seal(provider, &pending.interaction) else { return error::busy(provider, visit) };
    let (back, host) = (format!("/continue?i={sealed}"), host_of(&pending.redirect));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let face = page::Face {
        chrome: visit.chrome(provider, bound.csrf(), Some(&back)),
        client: who_asks(&pending.client, &pending.redirect, &host, visit),
        interaction: &sealed,
        step: sign_in::step(pending),
        camera: match provider.mode {
            Mode::Sandbox => Camera::Invented,
            Mode::Production => Camera::Real,
        },
        problem,
    };
    visit.page(status, Some(pending.redirect.as_str()), &face)
}

/// Why this person does not reach the level, and what lifts that.
pub fn barred(provider: &Provider, visit: &Visit, bound: &Bound, pending: &BarredPage) -> HttpResponse {
    let Ok(sealed) = interaction::seal(provider, &pending.interaction) else { return error::busy(provider, visit) };
    let (back, host) = (format!("/continue?i={sealed}"), host_of(&pending.redirect));
    let barred = page::Barred {
        chrome: visit.chrome(provider, bound.csrf(), Some(&back)),
        client: who_asks(&pending.client, &pending.redirect, &host, visit),
        interaction: &sealed,
        bar: match pending.bar {
            Bar::Evidence => page::Bar::Evidence,
            Bar::RecoveryWaits => page::Bar::RecoveryWaits,
            Bar::NoFaceReference => page::Bar::NoFaceReference,
            Bar::NoPasskey => page::Bar::NoPasskey,
            Bar::NoAttestedPasskey => page::Bar::NoAttestedPasskey,
            Bar::NoPinAndCode => page::Bar::NoPinAndCode,
        },
    };
    visit.page(StatusCode::OK, Some(pending.redirect.as_str()), &barred)
}

/// `POST /signin/face`.
pub async fn by_face(provider: web::Data<Provider>, visit: Visit, sent: OwnUpload) -> HttpResponse {
    let bound = Bound::of(&provider, &visit);
    let OwnUpload { fields, file } = sent;
    let sealed = fields.get("interaction").unwrap_or_default();
    let Ok(interaction) = interaction::open(&provider, sealed, &bound.browser) else {
        return sign_in::stale(&provider, &visit);
    };
    let sample = match file {
        Sent::TooLarge => return upload::too_large(&provider, &visit),
        Sent::Nothing => invented(&provider, &fields).and_then(FaceSample::new),
        Sent::File(file) => FaceSample::new(file),
    };
    let tried = match sample {
        None => (interaction, FaceProblem::Missing),
        Some(sample) => {
            let attempt = flow::FaceAttempt {
                sample,
                session: visit.session.as_deref(),
                device: visit.device.as_deref(),
                agent: &visit.agent,
            };
            match flow::sign_in_by_face(&provider, &interaction, attempt).await {
                Ok(signed_in) => return sign_in::welcome(&provider, &visit, &interaction, signed_in),
                Err(NotChecked::Busy | NotChecked::Service(_)) => return error::busy(&provider, &visit),
                // One nonce for one sample: the next try has a page of its own.
                Err(refused) => (interaction::renew(&provider, interaction), problem(refused, &provider)),
            }
        }
    };
    let (interaction, problem) = tried;
    if interaction.params().is_empty() {
        return authorize::to_own_page();
    }
    let arrival = authorize::returning(&visit, &bound, interaction, None);
    authorize::walk(&provider, &visit, &bound, arrival, Tried { face: Some(problem), ..Tried::nothing() }).await
}

/// The button that stands for a camera, in the sandbox only.
pub fn invented(provider: &Provider, fields: &Params) -> Option<Vec<u8>> {
    let saw = fields.get("camera").filter(|_| provider.mode == Mode::Sandbox)?;
    Some(format!("{INVENTED}{saw}").into_bytes())
}

fn problem(refused: NotChecked, provider: &Provider) -> FaceProblem {
    match refused {
        NotChecked::Different | NotChecked::NotLiving => FaceProblem::NotYours,
        NotChecked::Unsure => FaceProblem::Unclear,
        NotChecked::BudgetSpent { until } => {
            FaceProblem::TooMany { minutes: until.since(provider.now()).as_secs().div_ceil(60) }
        }
        NotChecked::NoPasskeySession
        | NotChecked::NoService
        | NotChecked::NoReference
        | NotChecked::CeremonyUsed
        | NotChecked::Service(_)
        | NotChecked::Busy => FaceProblem::Stale,
    }
}
