//! Chips that a testing authority really signed, and every way in which one that it did not sign is told apart. ICAO Doc 9303
//! part 11 §5.1, part 12.

use hufu::document::{
    Certificate, DataGroup, Digest, ListError, SecurityObject, SignatureError, SodError, TrustError, TrustStore, face,
    zone,
};
use hufu::sandbox::chip::{Chip, CurveForm, Issuer, Signer, Signing, Validity};
use hufu::spec::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
const YEAR: i64 = 365 * 86_400;
const ZONE: &[u8] = b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10";

fn years(before: i64, after: i64) -> Validity {
    Validity {
        from: Timestamp::from_unix(NOW.unix() - before * YEAR),
        to: Timestamp::from_unix(NOW.unix() + after * YEAR),
    }
}

/// A country that issues documents: its authority, one who signs for it, and chance.
struct Country {
    authority: Issuer,
    signer: Issuer,
    rng: StdRng,
}

impl Country {
    fn signing(signing: Signing) -> Self {
        Self::with(signing, CurveForm::Named, years(1, 5), years(1, 5), "UT")
    }

    fn with(signing: Signing, form: CurveForm, authority: Validity, signer: Validity, signers_state: &str) -> Self {
        let mut rng = StdRng::seed_from_u64(7);
        let key = Signer::generate(signing, form, &mut rng);
        let authority = Issuer::authority("UT", key, authority, &mut rng);
        let key = Signer::generate(signing, form, &mut rng);
        let signer = authority.lets_sign(signers_state, key, signer, &mut rng);
        Self { authority, signer, rng }
    }

    fn trusted(&self) -> TrustStore {
        let mut store = TrustStore::default();
        store.trust(Certificate::parse(&self.authority.certificate).expect("a certificate")).expect("an authority");
        store
    }

    fn chip(&self) -> Chip {
        self.signer.sign_chip(files(), Digest::Sha256)
    }
}

fn element(tag: &[u8], value: &[u8]) -> Vec<u8> {
    assert!(value.len() < 128, "short ones only");
    [tag, &[value.len() as u8], value].concat()
}

fn files() -> BTreeMap<DataGroup, Vec<u8>> {
    let zone = element(&[0x61], &element(&[0x5f, 0x1f], ZONE));
    let picture = b"\xff\xd8\xff\xe0 a face";
    let length = (20 + 12 + picture.len()) as u32;
    let record =
        [b"FAC\x00010\x00", &(length + 14).to_be_bytes()[..], &[0, 1], &length.to_be_bytes(), &[0; 28], picture]
            .concat();
    let template = element(&[0x7f, 0x60], &element(&[0x5f, 0x2e], &record));
    let group = element(&[0x7f, 0x61], &[element(&[0x02], &[1]), template].concat());
    BTreeMap::from([(DataGroup::Dg1, zone), (DataGroup::Dg2, element(&[0x75], &group))])
}

/// Passive authentication, whole: the signature, the hashes, the chain.
fn passes(country: &Country, chip: &Chip) -> Result<Digest, String> {
    let object = SecurityObject::verify(&chip.sod).map_err(|error| error.to_string())?;
    for (group, file) in &chip.files {
        object.check(*group, file).map_err(|error| error.to_string())?;
    }
    let trusted = country.trusted().chain(object.signer(), NOW).map_err(|error| error.to_string())?;
    Ok(if trusted.weakest == Digest::Sha1 { trusted.weakest } else { object.weakest() })
}

/// Issue "The person": "Algorithms that real issuers use: RSA PKCS#1 and PSS, ECDSA on NIST and Brainpool curves … to SHA-512".
#[test]
fn a_chip_is_genuine_whichever_algorithm_its_issuer_uses() {
    use Digest::{Sha256, Sha384, Sha512};
    for signing in [
        Signing::RsaPkcs1(Sha256),
        Signing::RsaPkcs1(Sha512),
        Signing::RsaPss(Sha256),
        Signing::RsaPss(Sha384),
        Signing::P256(Sha256),
        Signing::P256(Sha512),
        Signing::P384(Sha384),
        Signing::P521(Sha512),
        Signing::BrainpoolP256(Sha256),
        Signing::BrainpoolP384(Sha384),
    ] {
        let country = Country::signing(signing);
        let chip = country.chip();
        assert!(passes(&country, &chip).is_ok(), "{signing:?}: {:?}", passes(&country, &chip));
        assert_eq!(zone(&chip.files[&DataGroup::Dg1]).expect("a zone").surname, "ERIKSSON");
        assert!(face(&chip.files[&DataGroup::Dg2]).is_ok());
    }
}

/// Most passports spell their curve out instead of naming it (RFC 3279 §2.3.5).
#[test]
fn a_curve_that_is_spelt_out_is_recognised() {
    for signing in
        [Signing::P256(Digest::Sha256), Signing::BrainpoolP256(Digest::Sha256), Signing::P521(Digest::Sha512)]
    {
        let country = Country::with(signing, CurveForm::Explicit, years(1, 5), years(1, 5), "UT");
        assert!(passes(&country, &country.chip()).is_ok(), "{signing:?}: {:?}", passes(&country, &country.chip()));
    }
}

/// Issue "The person": "SHA-1 (old signers, flagged)".
#[test]
fn an_old_signer_with_sha_1_passes_and_is_told() {
    let country = Country::signing(Signing::P256(Digest::Sha1));
    assert_eq!(passes(&country, &country.chip()), Ok(Digest::Sha1));
    let country = Country::signing(Signing::P256(Digest::Sha256));
    let listed = country.signer.sign_chip(files(), Digest::Sha1);
    assert_eq!(passes(&country, &listed), Ok(Digest::Sha1), "in the list of hashes too");
    assert_eq!(passes(&country, &country.chip()), Ok(Digest::Sha256));
}

/// Part 11 §5.1: "the data groups are compared with the hash values in the SO_D".
#[test]
fn a_file_that_was_changed_or_was_never_signed_is_refused() {
    let country = Country::signing(Signing::P256(Digest::Sha256));
    let mut chip = country.chip();
    let object = SecurityObject::verify(&chip.sod).expect("signed");
    let file = chip.files.get_mut(&DataGroup::Dg1).expect("there");
    let last = file.len() - 1;
    file[last] = b'9';
    assert_eq!(object.check(DataGroup::Dg1, file), Err(SodError::GroupDiffers(1)));
    assert_eq!(object.check(DataGroup::Dg15, file), Err(SodError::GroupNotSigned(15)));
}

/// Every byte of the security object matters: none can be changed without its being refused.
#[test]
fn a_security_object_with_any_byte_changed_is_refused() {
    let country = Country::signing(Signing::P256(Digest::Sha256));
    let (chip, store) = (country.chip(), country.trusted());
    let mut passed = Vec::new();
    for place in 0..chip.sod.len() {
        let mut sod = chip.sod.clone();
        sod[place] ^= 1;
        let Ok(object) = SecurityObject::verify(&sod) else { continue };
        let right = chip.files.iter().all(|(group, file)| object.check(*group, file).is_ok());
        if right && store.chain(object.signer(), NOW).is_ok() {
            passed.push(place);
        }
    }
    // Versions, and the list of hash functions that is only a hint (RFC 5652 §5.1), are outside the signature.
    assert!(passed.len() <= 24, "{} of {} bytes could be changed: {passed:?}", passed.len(), chip.sod.len());
    for cut in [0, 1, 10, chip.sod.len() / 2, chip.sod.len() - 1] {
        assert!(SecurityObject::verify(&chip.sod[..cut]).is_err(), "cut at {cut}");
    }
    assert_eq!(SecurityObject::verify(&vec![0; 40_000]).err(), Some(SodError::TooLong(40_000)));
}

/// Part 12 §5: a signer is believed for its authority's sake only.
#[test]
fn a_signer_that_no_trusted_authority_lets_sign_is_refused() {
    let signing = Signing::P256(Digest::Sha256);
    let ours = Country::signing(signing);
    let chain = |country: &Country, trusted: &Country| {
        let object = SecurityObject::verify(&country.chip().sod).expect("signed");
        trusted.trusted().chain(object.signer(), NOW).map(|_| ())
    };
    assert_eq!(chain(&ours, &ours), Ok(()));
    // Another authority of the same name: the names agree, the key does not.
    let mut rng = StdRng::seed_from_u64(99);
    let key = Signer::generate(signing, CurveForm::Named, &mut rng);
    let twin = Issuer::authority("UT", key, years(1, 5), &mut rng);
    let mut store = TrustStore::default();
    store.trust(Certificate::parse(&twin.certificate).expect("a certificate")).expect("an authority");
    let object = SecurityObject::verify(&ours.chip().sod).expect("signed");
    assert!(matches!(store.chain(object.signer(), NOW), Err(TrustError::NotSigned(_))));
    assert_eq!(TrustStore::default().chain(object.signer(), NOW), Err(TrustError::UnknownAuthority));

    let foreign = Country::with(signing, CurveForm::Named, years(1, 5), years(1, 5), "XX");
    assert_eq!(chain(&foreign, &foreign), Err(TrustError::OtherState));
    let expired = Country::with(signing, CurveForm::Named, years(9, 5), years(9, -1), "UT");
    assert_eq!(chain(&expired, &expired), Err(TrustError::SignerNotValid));
    let old = Country::with(signing, CurveForm::Named, years(9, -1), years(9, 5), "UT");
    assert_eq!(chain(&old, &old), Err(TrustError::AuthorityNotValid));
    // A document signer is no authority: what it lets sign is not trusted.
    let signer = Certificate::parse(&ours.signer.certificate).expect("a certificate");
    assert_eq!(TrustStore::default().trust(signer), Err(TrustError::NoAuthority));
}

/// Part 12 §8: certificate revocation lists.
#[test]
fn a_signer_that_its_authority_revoked_is_refused() {
    let country = Country::signing(Signing::P256(Digest::Sha256));
    let mut store = country.trusted();
    let object = SecurityObject::verify(&country.chip().sod).expect("signed");
    assert_eq!(store.take_revocations(&country.authority.revoke(&[], NOW)), Ok(0));
    assert!(store.chain(object.signer(), NOW).is_ok());
    let stranger = Country::signing(Signing::P384(Digest::Sha384));
    let forged = stranger.authority.revoke(&[&country.signer], NOW);
    assert_eq!(store.take_revocations(&forged), Err(ListError::UnknownAuthority));
    assert_eq!(store.take_revocations(&country.authority.revoke(&[&country.signer], NOW)), Ok(1));
    assert_eq!(store.chain(object.signer(), NOW), Err(TrustError::Revoked));
    assert_eq!(store.take_revocations(b"noise"), Err(ListError::Encoding));
}

/// Part 12 §9: a master list brings other states' authorities, when one that is trusted already signed it.
#[test]
fn a_master_list_brings_the_authorities_of_other_states() {
    let signing = Signing::P256(Digest::Sha256);
    let mut ours = Country::signing(signing);
    let mut rng = StdRng::seed_from_u64(3);
    let key = Signer::generate(Signing::BrainpoolP384(Digest::Sha384), CurveForm::Named, &mut rng);
    let theirs = Issuer::authority("XX", key, years(1, 5), &mut rng);
    let key = Signer::generate(signing, CurveForm::Named, &mut rng);
    let their_signer = theirs.lets_sign("XX", key, years(1, 1), &mut rng);
    let chip = their_signer.sign_chip(files(), Digest::Sha512);
    let object = SecurityObject::verify(&chip.sod).expect("signed");

    let mut store = ours.trusted();
    assert_eq!(store.chain(object.signer(), NOW), Err(TrustError::UnknownAuthority));
    let key = Signer::generate(signing, CurveForm::Named, &mut ours.rng);
    let list_signer = ours.authority.lets_sign("UT", key, years(1, 1), &mut ours.rng);
    let list = list_signer.sign_master_list(vec![theirs.certificate.clone(), ours.authority.certificate.clone()]);
    let own = their_signer.sign_master_list(vec![theirs.certificate.clone()]);
    assert_eq!(store.take_master_list(&own, NOW), Err(ListError::Signer(TrustError::UnknownAuthority)));
    assert_eq!(store.take_master_list(&list, NOW), Ok(1), "ours was there already");
    assert!(store.chain(object.signer(), NOW).is_ok());
    assert!(matches!(store.take_master_list(&chip.sod, NOW), Err(ListError::Signed(_))), "a chip is no list");
}

/// Issue 4: "Check the parser also against test documents that others published, where a package ships them". Real authorities,
/// self-signed, and signers that somebody else's tools made; of each kind one.
#[test]
fn certificates_that_others_published_hold_or_are_refused_for_what_they_are() {
    let lines = include_str!("published/certificates.txt").lines().filter(|line| !line.starts_with('#'));
    let read = |line: &'static str| {
        let [who, outcome, der] = line.split(' ').collect::<Vec<_>>().try_into().expect("three words");
        let der = data_encoding::BASE64.decode(der.as_bytes()).expect("base64");
        (who, outcome, Certificate::parse(&der).expect("a certificate"))
    };
    let all: Vec<_> = lines.map(read).collect();
    let mut store = TrustStore::default();
    for (who, outcome, certificate) in &all {
        let trusted = *who == "authority" && store.trust(certificate.clone()).is_ok();
        assert_eq!(trusted, *who == "authority" && *outcome != "NoAuthority");
    }
    for (who, outcome, certificate) in &all {
        // Some have expired: each is looked at in its own time.
        let years_ago = |years| Timestamp::from_unix(NOW.unix() - years * YEAR);
        let mut chains = (0..25).map(|years| store.chain(certificate, years_ago(years)));
        let expired =
            |chain: &Result<_, _>| matches!(chain, Err(TrustError::SignerNotValid | TrustError::AuthorityNotValid));
        let found = match chains.find(|chain| !expired(chain)) {
            Some(Ok(trusted)) => format!("{:?}", trusted.weakest),
            Some(Err(TrustError::NotSigned(SignatureError::Algorithm(_)))) => "Algorithm".to_owned(),
            Some(Err(TrustError::NotSigned(cause))) => format!("{cause:?}"),
            Some(Err(TrustError::UnknownAuthority)) if *outcome == "NoAuthority" => "NoAuthority".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(found, *outcome, "{who}: {certificate:?}");
    }
    let holding = |who: &str| all.iter().filter(|(is, outcome, _)| *is == who && outcome.starts_with("Sha")).count();
    assert!(holding("authority") > 30 && holding("signer") > 8);
}
