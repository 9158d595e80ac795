//! Each adapter, each answer.

use super::{Asker, key, known, phone, query};
use crate::house::twins::{hold, newcomer};
use hufu::document::DocumentKind;
use hufu::flow::ports::{
    CardOutcome, FaceNonce, FaceReference, FaceSample, HolderName, Liveness, Notice, RegistryAnswer, Score, ScoreBand,
    Sending,
};
use hufu::person::RegistryRef;
use hufu::spec::BirthDate;
use rand::SeedableRng;
use rand::rngs::StdRng;
use url::Url;

/// Issue 4, 1: "yes / no / suspended / deceased".
#[tokio::test]
async fn the_registry_answers_yes_no_suspended_and_deceased() {
    let asker = Asker::new();
    for (number, who, expected) in [
        (1, "xu", None),
        (2, "fang", Some(RegistryAnswer::Suspended)),
        (3, "gu", Some(RegistryAnswer::Deceased)),
        (4, "mu", Some(RegistryAnswer::No)),
    ] {
        let person = newcomer(who);
        let answer = asker.ports.registry.look_up(&query(&person, &person.documents[0]), key(number)).await;
        match expected {
            Some(expected) => assert_eq!(answer, Ok(expected), "{who}"),
            None => assert!(matches!(answer, Ok(RegistryAnswer::Yes(_))), "{who}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn the_registry_knows_nobody_by_half_of_their_data() {
    let asker = Asker::new();
    let mut renamed = known();
    renamed.name = HolderName::new("许别人".into());
    let mut reborn = known();
    reborn.birthdate = BirthDate::parse("1992-06-19").expect("a day");
    for (number, wrong) in [(1, renamed), (2, reborn)] {
        assert_eq!(asker.ports.registry.look_up(&wrong, key(number)).await, Ok(RegistryAnswer::No));
    }
}

/// PROTOCOL 9: "One number per living person".
#[tokio::test]
async fn the_registry_has_one_reference_for_all_documents_of_a_person() {
    let asker = Asker::new();
    let gao = newcomer("gao");
    let mut references = Vec::new();
    for (number, document) in (1..).zip(&gao.documents) {
        match asker.ports.registry.look_up(&query(&gao, document), key(number)).await {
            Ok(RegistryAnswer::Yes(reference)) => references.push(reference.expose().to_owned()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(references.len(), 2);
    assert_eq!(references[0], references[1]);
    for attribute in [&gao.documents[0].number, &gao.birthdate] {
        assert!(!references[0].contains(attribute.as_str()));
    }
}

#[tokio::test]
async fn every_kind_of_document_is_known_to_the_registry() {
    let asker = Asker::new();
    for (number, who) in (1..).zip(["xu", "gao", "ho", "tsai", "lau", "martin"]) {
        let person = newcomer(who);
        assert_eq!(person.documents[0].kind, DocumentKind::ALL[usize::try_from(number).expect("small") - 1]);
        let answer = asker.ports.registry.look_up(&query(&person, &person.documents[0]), key(number)).await;
        assert!(matches!(answer, Ok(RegistryAnswer::Yes(_))), "{who}: {answer:?}");
    }
}

/// PROTOCOL 27: "The face port gets (sample, the chip's image, nonce)."
#[tokio::test]
async fn the_face_service_answers_a_band_and_liveness() {
    let asker = Asker::new();
    let nonce = FaceNonce::random(&mut StdRng::seed_from_u64(1));
    let same = |band, liveness| Ok(Score { band, liveness });
    let picture = [b"\xff\xd8\xff".as_slice(), &[0; 3_000_000], b"hufu-sandbox-face:xu"].concat();
    for (number, sample, expected) in [
        (1, b"hufu-sandbox-face:holder".to_vec(), same(ScoreBand::Same, Liveness::Living)),
        (2, b"hufu-sandbox-face:somebody-else".to_vec(), same(ScoreBand::Different, Liveness::Living)),
        (3, b"hufu-sandbox-face:photograph".to_vec(), same(ScoreBand::Same, Liveness::NotLiving)),
        (4, b"hufu-sandbox-face:unclear".to_vec(), same(ScoreBand::Unsure, Liveness::Living)),
        (5, picture, same(ScoreBand::Same, Liveness::Living)),
    ] {
        let sample = FaceSample::new(sample).expect("a sample");
        let chip = FaceReference::Chip(b"a picture of hufu-sandbox-face:xu");
        assert_eq!(asker.ports.face.compare(&sample, chip, nonce, key(number)).await, expected, "{number}");
    }
    let Ok(RegistryAnswer::Yes(reference)) = asker.ports.registry.look_up(&known(), key(6)).await else {
        panic!("known");
    };
    for (number, whose, band) in [(7, "xu", ScoreBand::Same), (8, "gao", ScoreBand::Different)] {
        let sample = FaceSample::new(format!("hufu-sandbox-face:{whose}").into_bytes()).expect("a sample");
        let score = asker.ports.face.compare(&sample, FaceReference::Registry(&reference), nonce, key(number)).await;
        assert_eq!(score.map(|score| score.band), Ok(band), "{whose}");
    }
    let nobody = RegistryRef::new("nobody".into()).expect("a reference");
    let sample = FaceSample::new(vec![1]).expect("a sample");
    assert!(asker.ports.face.compare(&sample, FaceReference::Registry(&nobody), nonce, key(9)).await.is_err());
}

#[tokio::test]
async fn a_message_lies_in_the_inbox_of_its_telephone() {
    let asker = Asker::new();
    let to = phone("+86 199 0000 2001");
    assert_eq!(asker.ports.phone.send(&to, "验证码 12345678", key(1)).await, Ok(Sending::Accepted));
    let notice = Notice { text: "Your number was frozen." };
    assert_eq!(asker.ports.notification.notify(&to, notice, key(2)).await, Ok(()));
    let inbox = asker.line.inbox(to.expose()).await;
    let lies: Vec<_> = inbox.iter().map(|message| [&message["what"], &message["text"]]).collect();
    assert_eq!(lies, [["notice", "Your number was frozen."], ["message", "验证码 12345678"]]);
    assert!(asker.line.inbox("+86 199 0000 2002").await.is_empty(), "another telephone");
    assert!(Asker::new().line.inbox(to.expose()).await.is_empty(), "another provider");
    assert_eq!(asker.ports.phone.send(&phone("10000000000"), "x", key(3)).await, Ok(Sending::NoSuchNumber));
}

/// PROTOCOL 27: "The resident identity card is not an ICAO chip: a port and a gateway adapter of its own."
#[tokio::test]
async fn a_card_is_read_once_and_its_data_are_handed_out_once() {
    let asker = Asker::new();
    let card = &asker.ports.card;
    let back = Url::parse("https://id.example.org/apply?i=x").expect("a URL");
    let xu = newcomer("xu");
    let ticket = card.begin(&back, key(1)).await.expect("begun");
    assert!(matches!(card.collect(&ticket, key(2)).await, Ok(CardOutcome::Waiting)));
    assert_eq!(hold(&ticket.reader, &xu.documents[0].number).await.as_deref(), Some(back.as_str()));
    for answer in [card.collect(&ticket, key(3)).await, card.collect(&ticket, key(3)).await] {
        match answer {
            Ok(CardOutcome::Read(read)) => {
                assert_eq!(read.document.expose(), xu.documents[0].number);
                assert_eq!((read.name.expose(), read.birthdate.expose()), (xu.name, xu.birthdate.clone()));
                assert!(read.expires.is_some());
            }
            other => panic!("{other:?}"),
        }
    }
    let again = card.collect(&ticket, key(4)).await;
    assert!(matches!(again, Ok(CardOutcome::Expired)), "with another key nothing is left: {again:?}");
}

#[tokio::test]
async fn what_is_no_good_card_is_refused() {
    let asker = Asker::new();
    let back = Url::parse("https://id.example.org/apply").expect("a URL");
    let passport = newcomer("gao").documents[0].number.clone();
    for (number, held) in [(1, "copy"), (3, "lost"), (5, passport.as_str())] {
        let ticket = asker.ports.card.begin(&back, key(number)).await.expect("begun");
        hold(&ticket.reader, held).await;
        let outcome = asker.ports.card.collect(&ticket, key(number + 1)).await;
        assert!(matches!(outcome, Ok(CardOutcome::Refused)), "{held}: {outcome:?}");
    }
    let elder = newcomer("tang");
    let ticket = asker.ports.card.begin(&back, key(7)).await.expect("begun");
    hold(&ticket.reader, &elder.documents[0].number).await;
    match asker.ports.card.collect(&ticket, key(8)).await {
        Ok(CardOutcome::Read(read)) => assert_eq!(read.expires, None, "valid for good"),
        other => panic!("{other:?}"),
    }
}

/// PAGES: "Works … without JavaScript". Somebody who tries the sandbox holds a card to the reader and reads the telephone.
#[tokio::test]
async fn people_hold_a_card_and_read_their_messages_on_plain_pages() {
    let asker = Asker::new();
    let page = async |url: &str| reqwest::get(url).await.expect("answers").text().await.expect("text");
    let back = Url::parse("https://id.example.org/apply").expect("a URL");
    let ticket = asker.ports.card.begin(&back, key(1)).await.expect("begun");
    let reader = page(ticket.reader.as_str()).await;
    for offered in [newcomer("xu").documents[0].number.as_str(), "copy", ticket.id.as_str()] {
        assert!(reader.contains(&format!("value=\"{offered}\"")), "{offered} in {reader}");
    }
    let to = phone("+86 199 0000 2007");
    assert_eq!(asker.ports.phone.send(&to, "<b>code 1</b>", key(2)).await, Ok(Sending::Accepted));
    let inbox = page(&format!("{}/phone?lang=zh&to=%2B8619900002007", asker.line.url)).await;
    assert!(inbox.contains("lang=\"zh-CN\"") && inbox.contains("code 1") && !inbox.contains("<b>"), "{inbox}");
    assert!(page(&asker.line.url).await.contains("href=\"/phone"));
}
