//! Whole readings: the scripted reader speaks the reader API (docs/ports/reader.md) for a card of the sandbox's, honestly and in every
//! way that it can lie. ICAO Doc 9303 part 11 §5.1, §6; PROTOCOL 27.

use hufu::document::{
    Bytes, ChipFile, ChipFiles, ChipSession, Digest, DocumentKind, DocumentRefused, LONGEST_ANSWER, Next, Possession,
    ReaderAnswer, ReaderFailure, ReaderTask, Sex, TrustStore, VerifiedDocument,
};
use hufu::sandbox::chip::{Aes, Card, Country, Holder, Mischief, Papers, Proves, ScriptedReader, Signing};
use hufu::sandbox::data::DataDir;
use hufu::sandbox::registry::PERSONAS;
use hufu::spec::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::LazyLock;
use std::time::Duration;
use time::{Date, Month};

/// 21 September 2026.
const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
const TODAY: Date = match Date::from_calendar_date(2026, Month::September, 21) {
    Ok(date) => date,
    Err(_) => panic!("a day that exists"),
};
const WAYS: [Proves; 4] = [Proves::ActiveEcdsa, Proves::ActiveRsa, Proves::ChipAuthentication, Proves::Nothing];

fn country() -> &'static Country {
    static COUNTRY: LazyLock<Country> = LazyLock::new(|| Country::from_seed([7; 32], 2026));
    &COUNTRY
}

fn lin() -> Holder {
    Holder::of_persona(&PERSONAS[0], 2026)
}

fn papers(kind: DocumentKind, proves: Proves) -> Papers<'static> {
    Papers { kind, number: None, proves, expires: TODAY.replace_year(2031).expect("a day that exists") }
}

fn passport(proves: Proves) -> Card {
    country().issue(&lin(), papers(DocumentKind::Passport, proves))
}

/// The reading from end to end, as a server carries it: every answer through JSON, the session sealed between rounds.
fn reading(
    reader: &mut ScriptedReader,
    trust: &TrustStore,
    now: Timestamp,
    seed: u64,
) -> Result<VerifiedDocument, DocumentRefused> {
    let (mut session, mut task) = ChipSession::begin(&mut StdRng::seed_from_u64(seed));
    for _ in 0..3 {
        let json = serde_json::to_vec(&reader.answer(&task)).expect("an answer");
        let kept = postcard::to_stdvec(&session).expect("a session");
        assert!(kept.len() < 128, "{} bytes", kept.len());
        session = postcard::from_bytes(&kept).expect("the session again");
        match session.answer(ReaderAnswer::parse(&json)?, trust, now)? {
            Next::Read(document) => return Ok(*document),
            Next::More(next, more) => (session, task) = (next, more),
        }
    }
    panic!("two rounds are enough")
}

fn read(card: Card) -> Result<VerifiedDocument, DocumentRefused> {
    reading(&mut ScriptedReader::new(card), &country().trusted(), NOW, 1)
}

fn code(mischief: Mischief, proves: Proves) -> &'static str {
    let mut reader = ScriptedReader::that(mischief, passport(proves));
    reading(&mut reader, &country().trusted(), NOW, 1).map_or_else(|error| error.code(), |_| "taken")
}

/// Issue 4, "Document chips, for real".
#[test]
fn every_kind_of_document_is_read_whichever_way_its_chip_proves_itself() {
    for (kind, issuer) in [
        (DocumentKind::Passport, "CHN"),
        (DocumentKind::HongKongMacaoPermit, "CHN"),
        (DocumentKind::TaiwanPermit, "CHN"),
        (DocumentKind::ForeignPermanentResidentCard, "CHN"),
    ] {
        for proves in WAYS {
            let document = read(country().issue(&lin(), papers(kind, proves))).expect("genuine");
            assert_eq!((document.kind(), document.issuer()), (kind, issuer));
            assert_eq!((document.name().as_str(), document.sex()), ("林安然", Sex::Female));
            assert_eq!(document.birth_date().to_string(), "1990-03-15");
            assert_eq!(document.expires().to_string(), "2031-09-21");
            assert!(document.face().is_some_and(|face| face.image.len() > 1_000));
            assert!(!document.weak_hash());
            let passport = kind == DocumentKind::Passport;
            assert_eq!(document.personal_number(), lin().resident_number.as_deref().filter(|_| passport));
            let foreign = kind == DocumentKind::ForeignPermanentResidentCard;
            assert_eq!(document.nationality(), if foreign { "UTO" } else { "CHN" });
            assert!(!format!("{document:?}").contains(document.number().expose()));
        }
    }
}

/// ADR 5, ADR 10: the curves, hashes and ciphers that chips have.
#[test]
fn a_chip_proves_itself_on_every_curve_with_every_hash_and_cipher() {
    use Digest::{Sha1, Sha224, Sha256, Sha384, Sha512};
    let signings = [
        Signing::RsaPkcs1(Sha1),
        Signing::RsaPkcs1(Sha224),
        Signing::RsaPkcs1(Sha384),
        Signing::RsaPkcs1(Sha512),
        Signing::P256(Sha1),
        Signing::P256(Sha224),
        Signing::P384(Sha384),
        Signing::P521(Sha512),
        Signing::BrainpoolP256(Sha256),
        Signing::BrainpoolP384(Sha384),
    ];
    for signing in signings {
        let document = read(passport(Proves::ActiveBy(signing))).unwrap_or_else(|error| panic!("{signing:?}: {error}"));
        assert_eq!(document.possession(), Possession::ActiveAuthentication);
        assert!(!document.weak_hash(), "that is about the issuer's signatures");
    }
    for (signing, aes) in [
        (Signing::P256(Sha256), Aes::Bits192),
        (Signing::P384(Sha256), Aes::Bits256),
        (Signing::P521(Sha256), Aes::Bits256),
        (Signing::BrainpoolP256(Sha256), Aes::Bits256),
        (Signing::BrainpoolP384(Sha256), Aes::Bits192),
    ] {
        let card = passport(Proves::AgreementBy(signing, aes));
        let document = read(card).unwrap_or_else(|error| panic!("{signing:?}, {aes:?}: {error}"));
        assert_eq!(document.possession(), Possession::ChipAuthentication);
    }
}

/// PROTOCOL 27: "passive-only evidence is marked and capped".
#[test]
fn what_the_chip_did_to_prove_itself_is_told() {
    for (proves, possession) in [
        (Proves::ActiveEcdsa, Possession::ActiveAuthentication),
        (Proves::ActiveRsa, Possession::ActiveAuthentication),
        (Proves::ChipAuthentication, Possession::ChipAuthentication),
        (Proves::Nothing, Possession::PassiveOnly),
    ] {
        assert_eq!(read(passport(proves)).expect("genuine").possession(), possession);
    }
}

/// Every persona has papers that are read, each with a number and a picture of its own.
#[test]
fn every_persona_can_have_a_passport() {
    let documents = PERSONAS.iter().map(|persona| {
        let holder = Holder::of_persona(persona, 2026);
        let card = country().issue(&holder, papers(DocumentKind::Passport, Proves::ActiveEcdsa));
        let document = read(card).expect("genuine");
        assert_eq!(document.name(), persona.name);
        (document.number().expose().to_owned(), document.face().expect("a face").image.clone())
    });
    let distinct: std::collections::BTreeSet<_> = documents.collect();
    assert_eq!(distinct.len(), PERSONAS.len());
}

/// PROTOCOL 27: "Passive authentication proves data, not possession". Right data on a chip with another key are a copy.
#[test]
fn a_cloned_chip_is_refused() {
    for proves in [Proves::ActiveEcdsa, Proves::ActiveRsa, Proves::ChipAuthentication] {
        assert_eq!(code(Mischief::Clone, proves), "not_the_chip", "{proves:?}");
    }
    let document =
        reading(&mut ScriptedReader::that(Mischief::Clone, passport(Proves::Nothing)), &country().trusted(), NOW, 1);
    assert_eq!(document.expect("there is nothing to tell it by").possession(), Possession::PassiveOnly);
}

/// Part 11 §6.1: the challenge is ours, and another one each time.
#[test]
fn a_chips_recorded_answer_is_refused() {
    for (proves, wanted) in [
        (Proves::ActiveRsa, "replayed"),
        // A signature of ECDSA that does not fit does not say why.
        (Proves::ActiveEcdsa, "not_the_chip"),
        (Proves::ChipAuthentication, "not_the_chip"),
    ] {
        let mut reader = ScriptedReader::that(Mischief::Replay, passport(proves));
        let trust = country().trusted();
        assert!(reading(&mut reader, &trust, NOW, 1).is_ok(), "it is recorded");
        let refused = reading(&mut reader, &trust, NOW, 2).expect_err("it is replayed");
        assert_eq!(refused.code(), wanted, "{proves:?}: {refused}");
    }
}

/// EF.COM is not signed: what the issuer's hashes name must come, or a copy would just leave its key out.
#[test]
fn a_key_that_is_left_out_is_missed() {
    for proves in [Proves::ActiveEcdsa, Proves::ActiveRsa, Proves::ChipAuthentication] {
        assert_eq!(code(Mischief::KeyLeftOut, proves), "file_missing", "{proves:?}");
    }
    assert_eq!(code(Mischief::KeyLeftOut, Proves::Nothing), "taken");
}

#[test]
fn a_chip_that_has_a_key_and_does_not_use_it_is_refused() {
    assert_eq!(code(Mischief::Silent, Proves::ActiveEcdsa), "no_proof");
    assert_eq!(code(Mischief::Silent, Proves::ActiveRsa), "no_proof");
    assert_eq!(code(Mischief::Silent, Proves::ChipAuthentication), "other_responses");
    assert_eq!(code(Mischief::Silent, Proves::Nothing), "taken");
}

#[test]
fn a_file_that_is_cut_changed_or_noise_is_refused() {
    for name in ChipFile::ALL {
        // Each of them is on a chip that agrees on a key or one that signs.
        let proves = if *name == ChipFile::Dg15 { Proves::ActiveEcdsa } else { Proves::ChipAuthentication };
        let wanted = match name {
            ChipFile::Com => "file_unreadable",
            ChipFile::Sod => "signature",
            _ => "file_not_signed",
        };
        assert_eq!(code(Mischief::Truncated(*name), proves), wanted, "{name}");
        assert_eq!(code(Mischief::Noise(*name), proves), wanted, "{name}");
        if *name != ChipFile::Com {
            assert_eq!(code(Mischief::Changed(*name), proves), wanted, "{name}");
        }
    }
}

#[test]
fn an_answer_to_another_task_and_a_reader_that_fails_end_the_reading() {
    for proves in WAYS {
        assert_eq!(code(Mischief::OtherTask, proves), "other_task");
    }
    for (why, wanted) in [
        (ReaderFailure::NoChip, "no_chip"),
        (ReaderFailure::AccessDenied, "access_denied"),
        (ReaderFailure::Lost, "lost"),
        (ReaderFailure::Cancelled, "cancelled"),
    ] {
        assert_eq!(code(Mischief::Fails(why), Proves::ActiveEcdsa), wanted);
    }
}

#[test]
fn an_expired_document_and_an_expired_signer_are_refused() {
    let mut expired = papers(DocumentKind::Passport, Proves::ActiveEcdsa);
    expired.expires = TODAY.previous_day().expect("yesterday");
    let refused = read(country().issue(&lin(), expired)).expect_err("expired");
    assert_eq!(refused, DocumentRefused::Expired { on: expired.expires, today: TODAY });
    assert_eq!(refused.to_string(), "it expired on 2026-09-20; today is 2026-09-21");
    expired.expires = TODAY;
    assert!(read(country().issue(&lin(), expired)).is_ok(), "its last day");

    let later = NOW.plus(Duration::from_secs(13 * 366 * 86_400));
    let mut lasting = papers(DocumentKind::Passport, Proves::ActiveEcdsa);
    lasting.expires = TODAY.replace_year(2060).expect("a day that exists");
    let mut reader = ScriptedReader::new(country().issue(&lin(), lasting));
    assert_eq!(reading(&mut reader, &country().trusted(), later, 1).expect_err("too old").code(), "signer_not_trusted");
}

#[test]
fn a_revoked_signer_and_a_country_that_nobody_trusts_are_refused() {
    let mut trust = country().trusted();
    assert_eq!(trust.take_revocations(&country().revoke_signer(NOW)), Ok(1));
    let outcome = reading(&mut ScriptedReader::new(passport(Proves::ActiveEcdsa)), &trust, NOW, 1);
    assert_eq!(outcome.expect_err("revoked").code(), "signer_revoked");
    // The same names, other keys.
    let forged = Country::from_seed([8; 32], 2026).issue(&lin(), papers(DocumentKind::Passport, Proves::ActiveEcdsa));
    assert_eq!(read(forged).expect_err("forged").code(), "signer_not_trusted");
    let nobody = reading(&mut ScriptedReader::new(passport(Proves::ActiveEcdsa)), &TrustStore::default(), NOW, 1);
    assert_eq!(nobody.expect_err("nobody").code(), "signer_not_trusted");
}

/// In the second round the files come again; they must be those of the chip that agreed.
#[test]
fn the_second_round_cannot_be_about_another_chip() {
    let (trust, other) = (country().trusted(), Holder::of_persona(&PERSONAS[1], 2026));
    let mut reader = ScriptedReader::new(passport(Proves::ChipAuthentication));
    let theirs = country().issue(&other, papers(DocumentKind::Passport, Proves::ChipAuthentication));
    let (session, task) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
    let Ok(Next::More(session, task)) = session.answer(reader.answer(&task), &trust, NOW) else {
        panic!("a round more")
    };
    let ReaderAnswer::Transmitted { responses, .. } = reader.answer(&task) else { panic!("transmitted") };
    let swapped = ReaderAnswer::Transmitted { responses, files: theirs.files().clone() };
    assert_eq!(session.answer(swapped, &trust, NOW).expect_err("another chip"), DocumentRefused::OtherChip);
}

/// Between rounds nothing that was read is kept: no name, no number, no file.
#[test]
fn a_session_between_two_rounds_holds_nothing_of_the_document() {
    let card = passport(Proves::ChipAuthentication);
    let files = card.files().clone();
    let (session, task) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
    let answer = ScriptedReader::new(card).answer(&task);
    let Ok(Next::More(session, _)) = session.answer(answer, &country().trusted(), NOW) else { panic!("a round more") };
    let kept = postcard::to_stdvec(&session).expect("a session");
    assert!(kept.len() < 128);
    for name in ChipFile::ALL {
        let Some(file) = files.file(*name) else { continue };
        assert!(!file.windows(8).any(|part| kept.windows(8).any(|kept| kept == part)), "{name}");
    }
    assert_eq!(format!("{session:?}"), "ChipSession(agreeing)");
}

fn with(file: ChipFile, bytes: Vec<u8>) -> Result<Next, DocumentRefused> {
    let (session, _) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
    let mut files = passport(Proves::ActiveEcdsa).files().clone();
    files.put(file, bytes);
    let answer = ReaderAnswer::Read { files, active_authentication: Some(Bytes::from(vec![0; 64])) };
    session.answer(answer, &country().trusted(), NOW)
}

/// Issue 4, "Bad input": "ASN.1 bombs", "50 MB images, decompression bombs".
#[test]
fn bombs_and_files_without_measure_are_refused() {
    let nested = |tag: u8, depth: usize| {
        let mut bomb = Vec::new();
        for _ in 0..depth {
            bomb.extend([tag, 0x83, 0x00, 0xff, 0xff]);
        }
        bomb
    };
    let outcome = |file, bytes| with(file, bytes).expect_err("a bomb").code();
    assert_eq!(outcome(ChipFile::Sod, [&[0x77, 0x82, 0x75, 0x30][..], &nested(0x30, 6_000)].concat()), "signature");
    assert_eq!(outcome(ChipFile::Sod, vec![0x30; 200_000]), "signature");
    assert_eq!(outcome(ChipFile::Dg2, vec![0xff; 400_000]), "file_not_signed");
    assert_eq!(outcome(ChipFile::Dg2, vec![0xff; 600_000]), "too_long");
    let json = format!(r#"{{"did":"read","files":{{"DG2":"{}"}}}}"#, "A".repeat(50_000_000));
    let too_long = DocumentRefused::TooLong { received: json.len(), most: LONGEST_ANSWER };
    assert_eq!(ReaderAnswer::parse(json.as_bytes()), Err(too_long));
    let deep = "[".repeat(700_000);
    assert!(matches!(ReaderAnswer::parse(deep.as_bytes()), Err(DocumentRefused::NoAnswer { .. })));
}

#[test]
fn an_answer_without_files_says_what_is_missing() {
    let (session, task) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
    assert!(matches!(&task, ReaderTask::Read { files, .. } if files == ChipFile::ALL));
    let answer = ReaderAnswer::Read { files: ChipFiles::default(), active_authentication: None };
    let refused = session.answer(answer, &country().trusted(), NOW).expect_err("nothing there");
    assert_eq!(refused, DocumentRefused::Missing(ChipFile::Sod));
}

/// A demo trusts its own country at every start.
#[test]
fn a_sandbox_keeps_its_country() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let data = DataDir::at(dir.path());
    let mut rng = StdRng::seed_from_u64(5);
    let first = Country::kept_in(&data, 2026, &mut rng).expect("made");
    let again = Country::kept_in(&data, 2027, &mut rng).expect("found");
    let card = first.issue(&lin(), papers(DocumentKind::Passport, Proves::ActiveEcdsa));
    assert!(reading(&mut ScriptedReader::new(card), &again.trusted(), NOW, 1).is_ok());
    assert!(
        read(again.issue(&lin(), papers(DocumentKind::Passport, Proves::ActiveEcdsa))).is_err(),
        "another sandbox's"
    );
    std::fs::write(dir.path().join("documents.json"), b"{\"seed\":\"00\",\"year\":2026}").expect("written");
    assert!(Country::kept_in(&data, 2026, &mut rng).is_err());
}
