//! Every page of an application in every state, with invented data.

use super::*;
use crate::web::page::{Locale, sample};
use askama::Template;

const URI: &str = "otpauth://totp/Hufu:4HWD?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8&issuer=Hufu";

/// Name and markup.
pub(crate) fn every(locale: Locale) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut page = |name: &str, html: askama::Result<String>| {
        pages.push((format!("apply-{name}"), html.expect("every page renders")));
    };
    let chrome = Chrome { back: Some("/apply"), ..sample::chrome(locale) };
    let named = |name: &str, problem: &dyn std::fmt::Debug| {
        format!("{name}-{problem:?}").to_lowercase().replace([' ', '{', '}', '(', ')', ',', ':', '"'], "")
    };

    page("notice", Notice { chrome }.render());
    page("kinds", Kinds { chrome, problem: None }.render());
    for problem in [DocumentProblem::NoKind, DocumentProblem::Voucher, DocumentProblem::Unreachable] {
        page(&named("kinds", &problem), Kinds { chrome, problem: Some(problem) }.render());
    }
    for why in Unread::ALL {
        let problem = Some(DocumentProblem::Unread { why, code: "not_the_chip" });
        page(&named("unread", &why), Kinds { chrome, problem }.render());
    }
    let hold = |reader, problem| Hold { chrome, reader, address: "https://reader.example/?t=s", here: "1", problem };
    page("hold", hold(Reader::Card, None).render());
    page("hold-chip", hold(Reader::Chip, None).render());
    page("hold-chip-page", hold(Reader::ChipPage, None).render());
    for problem in HoldProblem::ALL {
        page(&named("hold", &problem), hold(Reader::Chip, Some(problem)).render());
    }
    page("registry", Registry { chrome }.render());

    let pictures = [Shows::Holder, Shows::SomebodyElse, Shows::Photograph, Shows::Unclear];
    let pictures = pictures.map(|shows| Invented { camera: "holder", shows });
    let face = |camera, problem| Face { chrome, nonce: "00ff", camera, left: 4, problem };
    page("face", face(Camera::Invented(&pictures), None).render());
    page("face-real", face(Camera::Real, None).render());
    for problem in FaceProblem::ALL {
        page(&named("face", &problem), face(Camera::Real, Some(problem)).render());
    }

    page("phone", Phone { chrome, typed: "", left: 3, problem: None }.render());
    for problem in PhoneProblem::ALL {
        page(&named("phone", &problem), Phone { chrome, typed: "1990000", left: 2, problem: Some(problem) }.render());
    }
    let message = |inbox, wrong| Message { chrome, to: "•••• 1000", more: 2, inbox, wrong };
    page("message", message(Some("https://inbox.example/"), None).render());
    page("message-wrong", message(None, Some(4)).render());

    page("pin", ChoosePin { chrome, problem: None }.render());
    for problem in PinRefused::ALL {
        page(&named("pin", &problem), ChoosePin { chrome, problem: Some(problem) }.render());
    }
    for typed in [Typed::Nothing, Typed::Wrong] {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        page(&named("authenticator", &typed), Authenticator { chrome, uri: URI, secret, typed }.render());
    }
    let day = Day { year: 2026, month: 12, day: 1 };
    for how in [How::New, How::Joined, How::Known, How::Renewed, How::RenewedFrom(day)] {
        page(&named("done", &how), Done { chrome, number: "K7QM2RXA9FTC4HWD", how }.render());
    }

    let address = "https://id.example/apply/here?t=7Q2M";
    page("elsewhere", Elsewhere { chrome, ticket: "7Q2M", address, here: "1" }.render());
    page("take-over", TakeOver { chrome, ticket: "sealed-ticket" }.render());
    for at in [Progress::At(Step::Face), Progress::Done] {
        page(&named("watching", &at), Watching { chrome, at, here: "1" }.render());
    }
    for why in Why::ALL {
        page(&named("over", &why), Over { chrome, why, code: "apply.stopped" }.render());
    }
    pages
}
