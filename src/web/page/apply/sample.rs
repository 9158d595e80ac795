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
    let hold = |problem| Hold {
        chrome,
        document: Document::Passport,
        reader: "https://reader.example/?t=s",
        here: "1",
        problem,
    };
    page("hold", hold(None).render());
    for problem in [DocumentProblem::NotYet, DocumentProblem::Unreachable] {
        page(&named("hold", &problem), hold(Some(problem)).render());
    }
    for why in Unread::ALL {
        page(&named("unread", &why), hold(Some(DocumentProblem::Unread { why, code: "chip.expired" })).render());
    }

    let pictures = [Shows::Holder, Shows::SomebodyElse, Shows::Photograph, Shows::Unclear];
    let pictures = pictures.map(|shows| Invented { sample: "sample", shows });
    page("face", Face { chrome, camera: Camera::Invented(&pictures), problem: None }.render());
    page("face-real", Face { chrome, camera: Camera::Real, problem: None }.render());
    for problem in FaceProblem::ALL {
        page(&named("face", &problem), Face { chrome, camera: Camera::Real, problem: Some(problem) }.render());
    }

    page("phone", Phone { chrome, typed: "", problem: None }.render());
    for problem in PhoneProblem::ALL {
        page(&named("phone", &problem), Phone { chrome, typed: "1990000", problem: Some(problem) }.render());
    }
    let message = Message { chrome, to: "1000", more: 2, inbox: Some("https://inbox.example/"), problem: None };
    page("message", message.render());
    for problem in MessageProblem::ALL {
        page(&named("message", &problem), message_with(chrome, problem).render());
    }

    page("pin", ChoosePin { chrome, problem: None }.render());
    for problem in PinRefused::ALL {
        page(&named("pin", &problem), ChoosePin { chrome, problem: Some(problem) }.render());
    }
    let authenticator =
        |problem| Authenticator { chrome, uri: URI, secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", problem };
    page("authenticator", authenticator(None).render());
    for problem in CodeProblem::ALL {
        page(&named("authenticator", &problem), authenticator(Some(problem)).render());
    }
    page("done", Done { chrome, number: "K7QM2RXA9FTC4HWD" }.render());

    page("elsewhere", Elsewhere { chrome, address: "https://id.example/apply/here?t=7Q2M", here: "1" }.render());
    page("take-over", TakeOver { chrome, ticket: "sealed-ticket" }.render());
    for why in Why::ALL {
        page(&named("over", &why), Over { chrome, why }.render());
    }
    pages
}

fn message_with(chrome: Chrome<'static>, problem: MessageProblem) -> Message<'static> {
    Message { chrome, to: "1000", more: 0, inbox: None, problem: Some(problem) }
}
