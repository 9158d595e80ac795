//! The verdict on a document: what was read off its chip is the issuer's, still holds, and comes from the very chip that the issuer
//! made. ICAO Doc 9303 part 11 §5.1, §6; PROTOCOL 27.
//!
//! All the questions in one place and in order; each is answered elsewhere in this room. Knows no person: whether somebody may
//! apply with this document, and whose face is on it, is asked later.

use super::active_authentication::ActiveKey;
use super::apdu::ResponseApdu;
use super::chip_authentication::ChipAuthentication;
use super::holder::{birth_date, expiry_date, full_name, kind_and_number};
use super::lds::{Contents, DataGroup, Face, FileError, HolderDetails, face, holder_details, zone};
use super::mrz::Mrz;
use super::number::{DocumentKind, DocumentNumber};
use super::reader::{ChipFile, ChipFiles, MOST_FILE_BYTES};
use super::refused::DocumentRefused;
use super::security_infos::{Offer, SecurityInfos};
use super::signature::Digest;
use super::sod::SecurityObject;
use super::trust::TrustStore;
use crate::spec::Timestamp;
use std::fmt;
use time::{Date, OffsetDateTime};

/// What a reader brought: the files, and what the chip did to prove itself.
#[derive(Clone, Debug)]
pub struct ChipRead {
    pub files: ChipFiles,
    pub proof: Proof,
}

/// What a chip did to prove that it is no copy.
#[derive(Clone, Debug)]
pub enum Proof {
    /// Nothing.
    None,
    /// It answered our challenge.
    Signature { challenge: [u8; 8], answer: Vec<u8> },
    /// It answered our commands.
    Channel { agreement: ChipAuthentication, responses: Vec<ResponseApdu> },
}

/// How a chip proved that it is the one that the issuer made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possession {
    ActiveAuthentication,
    ChipAuthentication,
    /// Not at all, for the issuer gave it no key: the data are genuine, and could be a copy of them. Evidence of this kind is
    /// marked, and capped (docs/threat-model.md).
    PassiveOnly,
}

/// As the document says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
    Unspecified,
}

/// A document that was found genuine. Only [`verify`] makes one. Personal: nothing of it is shown when printed.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedDocument {
    number: DocumentNumber,
    zone: Mrz,
    details: HolderDetails,
    birth_date: Date,
    expires: Date,
    face: Option<Face>,
    weak_hash: bool,
    possession: Possession,
}

impl VerifiedDocument {
    pub fn kind(&self) -> DocumentKind {
        self.number.kind()
    }

    pub fn number(&self) -> &DocumentNumber {
        &self.number
    }

    /// In the three letters of part 3 §5.
    pub fn issuer(&self) -> &str {
        &self.zone.issuer
    }

    /// In the same letters.
    pub fn nationality(&self) -> &str {
        &self.zone.nationality
    }

    /// The number that the holder has at home whatever the document, where DG11 says it: of a citizen the resident identity number.
    pub fn personal_number(&self) -> Option<&str> {
        self.details.personal_number.as_deref()
    }

    /// In the document's own script where DG11 has it, else as in the zone.
    pub fn name(&self) -> String {
        full_name(&self.zone, &self.details)
    }

    pub fn birth_date(&self) -> Date {
        self.birth_date
    }

    pub fn sex(&self) -> Sex {
        match self.zone.sex {
            Some('F') => Sex::Female,
            Some(_) => Sex::Male,
            None => Sex::Unspecified,
        }
    }

    /// The last day on which it is valid.
    pub fn expires(&self) -> Date {
        self.expires
    }

    /// The holder's face, for the face port; a chip without DG2 has none.
    pub fn face(&self) -> Option<&Face> {
        self.face.as_ref()
    }

    /// SHA-1 somewhere in the issuer's signatures: the evidence says so.
    pub fn weak_hash(&self) -> bool {
        self.weak_hash
    }

    pub fn possession(&self) -> Possession {
        self.possession
    }
}

impl fmt::Debug for VerifiedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifiedDocument({:?}, {:?}, [redacted])", self.kind(), self.possession)
    }
}

/// The verdict.
///
/// # Errors
/// The first question whose answer is no.
pub fn verify(read: ChipRead, trust: &TrustStore, now: Timestamp) -> Result<VerifiedDocument, DocumentRefused> {
    let genuine = genuine(&read.files, trust, now)?;
    let means = Means::of(&read.files)?;
    // (9) The chip is the one that the issuer made: it has the private key to a public one that was signed.
    let possession = match (read.proof, &means) {
        (Proof::Signature { challenge, answer }, Means { active: Some(Ok(key)), .. }) => {
            key.verify(&challenge, &answer)?;
            Possession::ActiveAuthentication
        }
        (Proof::Channel { agreement, responses }, _) => {
            if read.files.file(ChipFile::Dg14).is_none_or(|dg14| !agreement.is_with(dg14)) {
                return Err(DocumentRefused::OtherChip);
            }
            let received = responses.len();
            let responses = responses.try_into();
            agreement.prove(&responses.map_err(|_| DocumentRefused::OtherResponses { received, expected: 3 })?)?;
            Possession::ChipAuthentication
        }
        (_, means) => match means.unknown()? {
            Some(name) => return Err(DocumentRefused::UnknownProof(name)),
            None => Possession::PassiveOnly,
        },
    };
    Ok(VerifiedDocument { possession, ..genuine })
}

/// Passive authentication, and what is asked of the data: all but who holds the chip.
pub(super) fn genuine(
    files: &ChipFiles,
    trust: &TrustStore,
    now: Timestamp,
) -> Result<VerifiedDocument, DocumentRefused> {
    if files.total() > MOST_FILE_BYTES {
        return Err(DocumentRefused::TooLong { received: files.total(), most: MOST_FILE_BYTES });
    }
    // (1) EF.SOD is signed by the certificate in it.
    let object = SecurityObject::verify(needed(files, ChipFile::Sod)?).map_err(DocumentRefused::SecurityObject)?;
    // (2) That certificate is of somebody whom an authority that we trust lets sign, and is neither expired nor revoked.
    let trusted = trust.chain(object.signer(), now).map_err(DocumentRefused::Signer)?;
    // (3) Every file is what was signed; one that was signed and is not here was left out by somebody. EF.SOD decides what there
    // is: EF.COM is not signed, and a copy without a key would be one whose EF.COM does not name it.
    for group in DataGroup::ALL {
        match files.file(ChipFile::of(*group)) {
            Some(file) => object.check(*group, file).map_err(DocumentRefused::SecurityObject)?,
            None if object.signs(*group) => return Err(DocumentRefused::Missing(ChipFile::of(*group))),
            None => {}
        }
    }
    // (4) EF.COM is one. It names nothing that this verdict rests on.
    read(ChipFile::Com, Contents::parse(needed(files, ChipFile::Com)?))?;
    // (5) The zone, its check digits, and that the state that signed is the one that the zone names.
    let zone = read(ChipFile::Dg1, zone(needed(files, ChipFile::Dg1)?))?;
    let signer = object.signer().state().unwrap_or_default();
    if zone.issuer != "CHN" || !matches!(signer.as_str(), "CN" | "CHN") {
        return Err(DocumentRefused::OtherState { document: zone.issuer.clone(), signer });
    }
    // (6) A kind that we know, by a number that keeps its rule.
    let number = kind_and_number(&zone)?;
    // (7) The dates: born, and not expired.
    let today = OffsetDateTime::from_unix_timestamp(now.unix()).map_or(Date::MAX, OffsetDateTime::date);
    let details = optional(files, ChipFile::Dg11, holder_details)?.unwrap_or_default();
    let birth_date = birth_date(&zone, &details, today)?;
    let expires = expiry_date(&zone)?;
    if expires < today {
        return Err(DocumentRefused::Expired { on: expires, today });
    }
    // (8) The face is a picture.
    let face = optional(files, ChipFile::Dg2, face)?;
    let weak_hash = [object.weakest(), trusted.weakest].contains(&Digest::Sha1);
    let possession = Possession::PassiveOnly;
    Ok(VerifiedDocument { number, zone, details, birth_date, expires, face, weak_hash, possession })
}

/// What the chip could prove itself with: the key of DG15, and what DG14 offers.
pub(super) struct Means {
    pub active: Option<Result<ActiveKey, String>>,
    pub infos: SecurityInfos,
}

impl Means {
    pub fn of(files: &ChipFiles) -> Result<Self, DocumentRefused> {
        let infos = optional(files, ChipFile::Dg14, SecurityInfos::parse)?;
        let active = optional(files, ChipFile::Dg15, |file| ActiveKey::parse(file, infos.as_ref()))?;
        Ok(Self { active, infos: infos.unwrap_or_default() })
    }

    /// The names of ways that are not known here; `None` where the issuer gave the chip no key at all.
    ///
    /// # Errors
    /// There is a key that could have been used.
    fn unknown(&self) -> Result<Option<String>, DocumentRefused> {
        let offer = self.infos.chip_authentication();
        match (&self.active, offer) {
            (Some(Ok(_)), _) | (_, Offer::Usable(_)) => Err(DocumentRefused::NoProof),
            (Some(Err(active)), Offer::Unusable(chip)) => Ok(Some(format!("{active}; {chip}"))),
            (Some(Err(name)), Offer::Nothing) => Ok(Some(name.clone())),
            (None, Offer::Unusable(name)) => Ok(Some(name)),
            (None, Offer::Nothing) => Ok(None),
        }
    }
}

fn needed(files: &ChipFiles, name: ChipFile) -> Result<&[u8], DocumentRefused> {
    files.file(name).ok_or(DocumentRefused::Missing(name))
}

fn read<T>(file: ChipFile, outcome: Result<T, FileError>) -> Result<T, DocumentRefused> {
    outcome.map_err(|error| DocumentRefused::File { file, error })
}

fn optional<T>(
    files: &ChipFiles,
    name: ChipFile,
    parse: impl FnOnce(&[u8]) -> Result<T, FileError>,
) -> Result<Option<T>, DocumentRefused> {
    files.file(name).map(|file| read(name, parse(file))).transpose()
}
