//! What a scanner read, or a chip handed over.

use super::text;
use hufu::document::{
    Certificate, ChipFile, ChipFiles, ChipSession, Contents, DataGroup, Digest, DocumentKind, DocumentNumber, Mrz,
    Next, Possession, ReaderAnswer, ResponseApdu, SecurityObject, TrustStore, active_authentication_key, face,
    holder_details, security_infos, zone,
};
use hufu::sandbox::chip::{Country, CurveForm, Holder, Issuer, Papers, Proves, Signer, Signing, Validity};
use hufu::sandbox::registry::PERSONAS;
use hufu::spec::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::LazyLock;

const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

/// A zone that is read holds no filler where a person would see it, and prints nothing of itself.
pub fn zone_and_number(data: &[u8]) {
    let typed = text(data);
    if let Ok(mrz) = Mrz::parse(&typed) {
        assert!(!mrz.document_number.is_empty() && !mrz.surname.contains('<') && !mrz.given_names.contains('<'));
        assert!(format!("{mrz:?}").len() < 40, "{mrz:?}");
    }
    for kind in DocumentKind::ALL {
        let Ok(number) = DocumentNumber::parse(*kind, &typed) else { continue };
        let again = DocumentNumber::parse(*kind, number.expose()).expect("its own form");
        assert!(again == number && again.kind() == *kind);
    }
}

/// A file that is read is no longer than it was, whatever it says of its length.
pub fn chip_files(data: &[u8]) {
    if let Ok(contents) = Contents::parse(data) {
        assert!(contents.groups.len() <= data.len());
    }
    if let Ok(face) = face(data) {
        assert!(!face.image.is_empty() && face.image.len() < data.len());
    }
    if let Ok(details) = holder_details(data) {
        assert!(details.birth_date.as_ref().is_none_or(|date| date.len() == 8));
    }
    let _ = zone(data);
    assert!(
        [security_infos(data), active_authentication_key(data)].into_iter().flatten().all(|der| der.len() < data.len())
    );
}

/// What nobody trusted signed brings nothing, however well formed it is.
pub fn security_object(data: &[u8]) {
    let mut store = TrustStore::default();
    if let Ok(object) = SecurityObject::verify(data) {
        assert!(store.chain(object.signer(), NOW).is_err());
    }
    assert!(store.take_master_list(data, NOW).is_err() && store.take_revocations(data).is_err());
    let Ok(certificate) = Certificate::parse(data) else { return };
    assert!(store.chain(&certificate, NOW).is_err());
    if store.trust(certificate.clone()).is_ok() {
        assert_eq!(store.trust(certificate), Ok(()));
    }
}

/// What a reader posts is what it says again, prints nothing of itself, and brings nothing that nobody signed.
pub fn reader_answer(data: &[u8]) {
    let answer = match ReaderAnswer::parse(data) {
        Ok(answer) => answer,
        Err(error) => return assert!(!error.code().is_empty() && !error.to_string().is_empty()),
    };
    let json = serde_json::to_vec(&answer).expect("its own form");
    assert!(ReaderAnswer::parse(&json).as_ref() == Ok(&answer) && json.len() <= data.len() + 64);
    let (session, _) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
    assert!(session.answer(answer, &TrustStore::default(), NOW).is_err());
}

/// A country that is quick, and the files of a passport without keys.
struct Press {
    signer: Issuer,
    trust: TrustStore,
    files: ChipFiles,
    agreeing: ChipFiles,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| {
    let mut rng = StdRng::seed_from_u64(3);
    let validity = Validity { from: Timestamp::from_unix(NOW.unix() - 1), to: Timestamp::from_unix(NOW.unix() + 1) };
    let key = || Signer::generate(Signing::P256(Digest::Sha256), CurveForm::Named, &mut StdRng::seed_from_u64(4));
    let authority = Issuer::authority("CN", key(), validity, &mut rng);
    let signer = authority.lets_sign("CN", key(), validity, &mut rng);
    let mut trust = TrustStore::default();
    trust.trust(Certificate::parse(&authority.certificate).expect("a certificate")).expect("an authority");
    let expires = time::Date::from_calendar_date(2030, time::Month::January, 1).expect("a day");
    let issued = |proves| {
        let papers = Papers { kind: DocumentKind::Passport, number: None, proves, expires };
        Country::from_seed([1; 32], 2026).issue(&Holder::of_persona(&PERSONAS[0], 2026), papers).files().clone()
    };
    let (files, agreeing) = (issued(Proves::Nothing), issued(Proves::ChipAuthentication));
    Press { signer, trust, files, agreeing }
});

impl Press {
    /// The same files, signed by this country.
    fn signed(&self, mut files: ChipFiles) -> ChipFiles {
        let group = |name: &ChipFile| name.group().and_then(|group| Some((group, files.file(*name)?.to_vec())));
        let groups = ChipFile::ALL.iter().filter_map(group).collect();
        files.put(ChipFile::Sod, self.signer.sign_chip(groups, Digest::Sha256).sod);
        files
    }
}

/// Keys of a chip that an issuer signed, however odd: they are refused, asked for a proof, or none; never taken as proven.
pub fn chip_keys(data: &[u8]) {
    let group = if data.first() == Some(&0x6e) { ChipFile::Dg14 } else { ChipFile::Dg15 };
    assert!(group.group().is_some_and(|group| matches!(group, DataGroup::Dg14 | DataGroup::Dg15)));
    let mut files = PRESS.files.clone();
    files.put(group, data.to_vec());
    let (session, _) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
    let answer = ReaderAnswer::Read { files: PRESS.signed(files), active_authentication: Some(vec![1; 64].into()) };
    match session.answer(answer, &PRESS.trust, NOW) {
        Ok(Next::Read(document)) => assert_eq!(document.possession(), Possession::PassiveOnly),
        Ok(Next::More(..)) => assert_eq!(group, ChipFile::Dg14),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// An agreement that waits, and the files that it is about.
static AGREEING: LazyLock<(ChipSession, ChipFiles)> = LazyLock::new(|| {
    let files = PRESS.signed(PRESS.agreeing.clone());
    let (session, _) = ChipSession::begin(&mut StdRng::seed_from_u64(1));
    let answer = ReaderAnswer::Read { files: files.clone(), active_authentication: None };
    match session.answer(answer, &PRESS.trust, NOW) {
        Ok(Next::More(session, _)) => (session, files),
        other => panic!("a round more is expected: {other:?}"),
    }
});

/// What a chip answers that has not the key: two bytes, four bytes, and the rest. It is never taken for one that has.
pub fn chip_answers(data: &[u8]) {
    let (first, rest) = data.split_at(data.len().min(2));
    let (second, third) = rest.split_at(rest.len().min(4));
    let responses = [first, second, third].map(|answer| ResponseApdu::new(answer.to_vec())).to_vec();
    let (session, files) = AGREEING.clone();
    let answer = ReaderAnswer::Transmitted { responses, files };
    let refused = session.answer(answer, &PRESS.trust, NOW).expect_err("nobody has the key");
    assert_eq!(refused.code(), "not_the_chip", "{refused}");
}
