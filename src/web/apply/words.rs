//! From the flow's causes to the page's: every refusal has its words, and what has none is not about that page.

use super::show::{Problem, Tried};
use crate::authn::PinRule;
use crate::flow::apply::{FaceProblem, Refused, Service, Shown, View, Where};
use crate::person::PhoneNumberError;
use crate::person::application::End;
use crate::web::page::apply as page;
use page::{Invented, Shows};

/// Who may stand before the sandbox's camera, in the words of docs/ports/face.md, "The twin".
pub const INVENTED: [Invented<'static>; 4] = [
    Invented { camera: "holder", shows: Shows::Holder },
    Invented { camera: "somebody-else", shows: Shows::SomebodyElse },
    Invented { camera: "photograph", shows: Shows::Photograph },
    Invented { camera: "unclear", shows: Shows::Unclear },
];

/// One word for where an application stands, which changes when a page must. Nothing of the person.
pub fn stage(view: &View) -> String {
    match &view.at {
        Where::Document { reading, problem, left } => {
            let reading = match reading {
                Shown::Nothing => "kinds",
                Shown::Card(_) => "card",
                Shown::Chip { .. } => "chip",
                Shown::RegistryWaits => "registry",
            };
            format!("{reading}/{left}/{}", problem.as_deref().unwrap_or_default())
        }
        Where::Face { left, .. } => format!("face/{left}"),
        Where::Phone { messages_left } => format!("phone/{messages_left}"),
        Where::PhoneCode { left, .. } => format!("message/{left}"),
        Where::Pin => "pin".to_owned(),
        Where::Code { .. } => "code".to_owned(),
        Where::Known { .. } => "known".to_owned(),
        Where::RenewPin => "renew-pin".to_owned(),
        Where::RenewCode { .. } => "renew-code".to_owned(),
        Where::Renewed { .. } => "renewed".to_owned(),
        Where::Done { .. } => "done".to_owned(),
        Where::Ended(why) => Refused::Ended(*why).code().to_owned(),
    }
}

/// How far another device is, for the one that looks on.
pub const fn progress(at: &Where) -> page::Progress {
    page::Progress::At(match at {
        Where::Document { .. } => page::Step::Document,
        Where::Face { .. } => page::Step::Face,
        Where::Phone { .. } | Where::PhoneCode { .. } => page::Step::Phone,
        Where::Pin | Where::Code { .. } | Where::RenewPin | Where::RenewCode { .. } => page::Step::Pin,
        Where::Known { .. } | Where::Renewed { .. } | Where::Done { .. } | Where::Ended(_) => {
            return page::Progress::Done;
        }
    })
}

pub const fn ended(why: End) -> page::Why {
    use page::Why;
    match why {
        End::TooYoung => Why::TooYoung,
        End::GuardianNeeded => Why::Guardian,
        End::NotInRegistry => Why::NotInRegistry,
        End::Suspended => Why::Suspended,
        End::Deceased => Why::Deceased,
        End::DocumentElsewhere => Why::DocumentElsewhere,
        End::DocumentsSpent => Why::DocumentsSpent,
        End::FacesSpent => Why::FacesSpent,
        End::MessagesSpent => Why::MessagesSpent,
        End::VoucherUsed => Why::VoucherUsed,
        End::Stopped => Why::Stopped,
    }
}

/// Why step 1 begins anew: what was just tried, else why the last document was not taken.
pub fn document<'a>(tried: Tried<'_>, last: Option<&'a str>) -> Option<page::DocumentProblem<'a>> {
    use page::DocumentProblem::{NoKind, Unreachable, Unread, Voucher};
    match tried.refused {
        Some(Refused::NoVoucher) => Some(Voucher),
        Some(Refused::NoAnswer { .. }) => Some(Unreachable),
        Some(refused) => Some(Unread { why: unread(refused.code()), code: refused.code() }),
        None if tried.problem == Some(Problem::NoKind) => Some(NoKind),
        None => last.map(|code| Unread { why: unread(code), code }),
    }
}

/// By the stable codes of docs/ports/reader.md, and those of the card's gateway.
fn unread(code: &str) -> page::Unread {
    use page::Unread;
    match code {
        "no_chip" => Unread::NoChip,
        "access_denied" => Unread::Closed,
        "lost" | "cancelled" => Unread::TakenAway,
        "file_not_signed" | "signature" | "signer_not_trusted" | "signer_revoked" | "other_state" => Unread::NotGenuine,
        "kind" | "number" | "birth_date" => Unread::OtherKind,
        "expired" => Unread::Expired,
        "no_proof" | "unknown_proof" | "not_the_chip" | "other_chip" => Unread::Copied,
        "replayed" | "other_task" | "apply.card_expired" => Unread::Late,
        "apply.card_refused" => Unread::Card,
        // Cut short, too long, or no answer at all.
        _ => Unread::Damaged,
    }
}

pub fn hold(tried: Tried<'_>) -> Option<page::HoldProblem> {
    match tried.refused {
        Some(Refused::NoAnswer { service: Service::Card, .. }) => Some(page::HoldProblem::Unreachable),
        _ => (tried.problem == Some(Problem::NotYet)).then_some(page::HoldProblem::NotYet),
    }
}

pub fn face(tried: Tried<'_>) -> Option<page::FaceProblem> {
    Some(match (tried.refused, tried.problem) {
        (Some(Refused::Face { problem, .. }), _) => match problem {
            FaceProblem::Different => page::FaceProblem::Different,
            FaceProblem::Unsure => page::FaceProblem::Unsure,
            FaceProblem::NotLiving => page::FaceProblem::NotLiving,
        },
        (Some(Refused::NoAnswer { service: Service::Face, .. }), _) => page::FaceProblem::Unreachable,
        (_, Some(Problem::PictureTooLarge)) => page::FaceProblem::TooLarge,
        (Some(Refused::SampleSize), _) | (_, Some(Problem::NoPicture)) => page::FaceProblem::Missing,
        _ => return None,
    })
}

pub const fn phone(refused: Refused) -> Option<page::PhoneProblem> {
    use page::PhoneProblem::{Character, Late, Length, NoSuchNumber, Spent, Unreachable, WrongTooOften};
    Some(match refused {
        Refused::PhoneNumber(PhoneNumberError::Character) => Character,
        Refused::PhoneNumber(PhoneNumberError::Length) => Length,
        Refused::NoSuchNumber => NoSuchNumber,
        Refused::PhoneSpent => Spent,
        Refused::PhoneCodeSpent => WrongTooOften,
        Refused::PhoneCodeExpired => Late,
        Refused::NoAnswer { service: Service::Phone, .. } => Unreachable,
        _ => return None,
    })
}

pub const fn pin(refused: Refused) -> Option<page::PinRefused> {
    use page::PinRefused;
    Some(match refused {
        Refused::PinsDiffer => PinRefused::Differ,
        Refused::Pin(PinRule::EightDigits) => PinRefused::Shape,
        Refused::Pin(PinRule::Repeated) => PinRefused::Repeated,
        Refused::Pin(PinRule::Sequential) => PinRefused::Sequence,
        Refused::Pin(PinRule::Palindrome) => PinRefused::Palindrome,
        Refused::Pin(PinRule::BirthDate) => PinRefused::Birthdate,
        Refused::Pin(PinRule::Common) => PinRefused::Common,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/ports/reader.md: every code that a reader may hear has words of its own, and none is taken for another.
    #[test]
    fn every_code_of_the_reader_api_has_its_words() {
        let page = include_str!("../../../docs/ports/reader.md");
        let (_, table) = page.split_once("## Refusals").expect("the chapter");
        let (table, _) = table.split_once("\n## ").expect("its end");
        let rows = table.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split('|').nth(1));
        let codes: Vec<&str> = rows.flat_map(|codes| codes.split('`').skip(1).step_by(2)).collect();
        assert!(codes.len() > 20, "{codes:?}");
        for code in codes {
            let torn = ["too_long", "no_answer", "other_responses", "file_missing", "file_unreadable"].contains(&code);
            assert_eq!(unread(code) == page::Unread::Damaged, torn, "{code}");
        }
    }

    #[test]
    fn what_is_not_about_a_page_says_nothing_there() {
        assert_eq!(phone(Refused::Code), None);
        assert_eq!(pin(Refused::NoVoucher), None);
        let tried = Tried { refused: Some(Refused::PinsDiffer), ..Tried::default() };
        assert_eq!((face(tried), hold(tried)), (None, None));
    }
}
