//! The files of a chip: what is in each data group that an application needs. ICAO Doc 9303 part 10 §4.
//!
//! Reads values; whether they are the issuer's is for the security object to say, which holds a hash of each file. Face and
//! names are personal: nothing here is shown when printed.

use super::mrz::{Mrz, MrzError};
use super::tlv::{Tlv, TlvError};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of one file: the largest hold a face in JPEG 2000, and a chip has 32 to 144 kB in all.
const LONGEST_FILE: usize = 160 * 1024;
/// Faces in one group; one is usual.
const MOST_FACES: usize = 9;

/// A data group that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataGroup {
    /// The machine readable zone.
    Dg1,
    /// The face.
    Dg2,
    /// More about the holder.
    Dg11,
    /// Keys and algorithms of chip authentication.
    Dg14,
    /// The public key of active authentication.
    Dg15,
}

impl DataGroup {
    pub const ALL: &[Self] = &[Self::Dg1, Self::Dg2, Self::Dg11, Self::Dg14, Self::Dg15];

    /// The number, as the security object counts.
    pub const fn number(self) -> u8 {
        match self {
            Self::Dg1 => 1,
            Self::Dg2 => 2,
            Self::Dg11 => 11,
            Self::Dg14 => 14,
            Self::Dg15 => 15,
        }
    }

    /// The tag of the file (part 10, table 38).
    const fn tag(self) -> u16 {
        match self {
            Self::Dg1 => 0x61,
            Self::Dg2 => 0x75,
            Self::Dg11 => 0x6b,
            Self::Dg14 => 0x6e,
            Self::Dg15 => 0x6f,
        }
    }

    fn of_tag(tag: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|group| group.tag() == u16::from(tag))
    }
}

/// Why a file is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("a file of {0} bytes")]
    TooLong(usize),
    #[error(transparent)]
    Encoding(#[from] TlvError),
    #[error(transparent)]
    Zone(#[from] MrzError),
    #[error("the zone is no text")]
    ZoneText,
    #[error("the face is no record of ISO/IEC 19794-5")]
    FaceRecord,
    #[error("the face is neither JPEG nor JPEG 2000")]
    FaceImage,
    #[error("there are {0} faces")]
    Faces(usize),
    #[error("a name is not UTF-8")]
    NameText,
    #[error("an element of it is no SecurityInfo, or there are too many")]
    SecurityInfo,
    #[error("there is no public key in it")]
    PublicKey,
}

/// What EF.COM says is there. Nothing signs it: it only tells what to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    pub groups: Vec<DataGroup>,
}

impl Contents {
    /// # Errors
    /// No EF.COM (part 10 §4.6.1).
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        let value = Tlv::only(bounded(file)?, 0x60)?;
        let tags = Tlv::find(value, 0x5c)?;
        Ok(Self { groups: tags.iter().filter_map(|tag| DataGroup::of_tag(*tag)).collect() })
    }
}

/// The zone in DG1 (part 10 §4.7.1).
///
/// # Errors
/// No DG1, or no zone in it.
pub fn zone(file: &[u8]) -> Result<Mrz, FileError> {
    let value = Tlv::only(bounded(file)?, DataGroup::Dg1.tag())?;
    let text = std::str::from_utf8(Tlv::find(value, 0x5f1f)?).map_err(|_| FileError::ZoneText)?;
    Ok(Mrz::parse(text)?)
}

/// How a face is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    Jpeg,
    Jpeg2000,
}

/// The face on a chip: handed to the face port and forgotten.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Face {
    #[zeroize(skip)]
    pub kind: ImageKind,
    pub image: Vec<u8>,
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Face({:?}, {} bytes)", self.kind, self.image.len())
    }
}

/// The first face in DG2 (part 10 §4.7.2).
///
/// # Errors
/// No DG2, no face record in it, or an image of another kind.
pub fn face(file: &[u8]) -> Result<Face, FileError> {
    let value = Tlv::only(bounded(file)?, DataGroup::Dg2.tag())?;
    let group = Tlv::find(value, 0x7f61)?;
    let count = Tlv::find(group, 0x02)?;
    match count {
        [count] if (1..=MOST_FACES).contains(&usize::from(*count)) => {}
        _ => return Err(FileError::Faces(count.last().copied().map_or(0, usize::from))),
    }
    let template = Tlv::find(group, 0x7f60)?;
    let record = match Tlv::find_if_there(template, 0x5f2e)? {
        Some(record) => record,
        None => Tlv::find(template, 0x7f2e)?,
    };
    let image = face_image(record).ok_or(FileError::FaceRecord)?;
    let kind = match image {
        [0xff, 0xd8, 0xff, ..] => ImageKind::Jpeg,
        [0, 0, 0, 0x0c, b'j', b'P', b' ', b' ', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => ImageKind::Jpeg2000,
        _ => return Err(FileError::FaceImage),
    };
    Ok(Face { kind, image: image.to_vec() })
}

/// ISO/IEC 19794-5 §5: facial record header (14 bytes), facial information (20), feature points (8 each), image information
/// (12), image.
fn face_image(record: &[u8]) -> Option<&[u8]> {
    const HEADER: usize = 14;
    const INFORMATION: usize = 20;
    const POINT: usize = 8;
    const IMAGE_INFORMATION: usize = 12;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
    let after = record.strip_prefix(b"FAC\0")?.get(HEADER - 4..)?;
    let length = number(after.get(..4)?);
    let points = number(after.get(4..6)?);
    let begins = INFORMATION + points * POINT + IMAGE_INFORMATION;
    after.get(..length)?.get(begins..).filter(|image| !image.is_empty())
}

/// What DG11 adds to the zone, as far as it is needed.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct HolderDetails {
    /// In the document's own script.
    pub full_name: Option<String>,
    pub personal_number: Option<String>,
    /// `YYYYMMDD`: with the century, which the zone has not.
    pub birth_date: Option<String>,
}

impl fmt::Debug for HolderDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderDetails([redacted])")
    }
}

/// DG11 (part 10 §4.7.11).
///
/// # Errors
/// No DG11, or text in it that is not UTF-8.
pub fn holder_details(file: &[u8]) -> Result<HolderDetails, FileError> {
    let value = Tlv::only(bounded(file)?, DataGroup::Dg11.tag())?;
    let text = |tag| -> Result<Option<String>, FileError> {
        let Some(bytes) = Tlv::find_if_there(value, tag)? else { return Ok(None) };
        let text = std::str::from_utf8(bytes).map_err(|_| FileError::NameText)?;
        Ok(Some(text.replace('<', " ").trim().to_owned()).filter(|text| !text.is_empty()))
    };
    let birth_date = Tlv::find_if_there(value, 0x5f2b)?.and_then(|bytes| match bytes.len() {
        // Early chips pack two digits into a byte.
        4 => Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        8 => std::str::from_utf8(bytes).map(str::to_owned).ok(),
        _ => None,
    });
    let birth_date = birth_date.filter(|date: &String| date.bytes().all(|digit| digit.is_ascii_digit()));
    Ok(HolderDetails { full_name: text(0x5f0e)?, personal_number: text(0x5f10)?, birth_date })
}

/// DG14: the `SecurityInfos` in DER (part 11 §9.2).
///
/// # Errors
/// No DG14.
pub fn security_infos(file: &[u8]) -> Result<&[u8], FileError> {
    Ok(Tlv::only(bounded(file)?, DataGroup::Dg14.tag())?)
}

/// DG15: the `SubjectPublicKeyInfo` of active authentication in DER (part 11 §6.1).
///
/// # Errors
/// No DG15.
pub fn active_authentication_key(file: &[u8]) -> Result<&[u8], FileError> {
    Ok(Tlv::only(bounded(file)?, DataGroup::Dg15.tag())?)
}

fn bounded(file: &[u8]) -> Result<&[u8], FileError> {
    if file.len() > LONGEST_FILE { Err(FileError::TooLong(file.len())) } else { Ok(file) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tlv::tests::element;

    const ZONE: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10";

    fn face_record(image: &[u8], points: u16) -> Vec<u8> {
        let length = (20 + usize::from(points) * 8 + 12 + image.len()) as u32;
        let mut record = b"FAC\x00010\x00".to_vec();
        record.extend((length + 14).to_be_bytes());
        record.extend(1u16.to_be_bytes());
        record.extend(length.to_be_bytes());
        record.extend(points.to_be_bytes());
        record.extend([0; 14]);
        record.extend(vec![0; usize::from(points) * 8 + 12]);
        record.extend(image);
        record
    }

    fn dg2(record: &[u8]) -> Vec<u8> {
        let template = element(0x7f60, &[element(0xa1, &[0x80, 0]), element(0x5f2e, record)].concat());
        element(0x75, &element(0x7f61, &[element(0x02, &[1]), template].concat()))
    }

    #[test]
    fn the_contents_name_the_groups_that_are_read() {
        let versions = [element(0x5f01, b"0107"), element(0x5f36, b"040000")].concat();
        let com = element(0x60, &[versions, element(0x5c, &[0x61, 0x75, 0x63, 0x6e, 0x6f])].concat());
        assert_eq!(
            Contents::parse(&com).unwrap().groups,
            [DataGroup::Dg1, DataGroup::Dg2, DataGroup::Dg14, DataGroup::Dg15]
        );
    }

    #[test]
    fn the_zone_and_the_details_of_the_holder_are_read() {
        assert_eq!(zone(&element(0x61, &element(0x5f1f, ZONE.as_bytes()))).unwrap().surname, "ERIKSSON");
        let details = [
            element(0x5c, &[0x5f, 0x0e]),
            element(0x5f0e, "林<<小明".as_bytes()),
            element(0x5f10, b"11010519491231002X"),
            element(0x5f2b, &[0x19, 0x49, 0x12, 0x31]),
        ];
        let details = holder_details(&element(0x6b, &details.concat())).unwrap();
        assert_eq!(details.full_name.as_deref(), Some("林  小明"));
        assert_eq!(details.birth_date.as_deref(), Some("19491231"));
        assert!(!format!("{details:?}").contains("1101"));
    }

    #[test]
    fn the_face_is_found_behind_its_feature_points() {
        for points in [0, 3] {
            let face = face(&dg2(&face_record(b"\xff\xd8\xff\xe0picture", points))).unwrap();
            assert_eq!((face.kind, face.image.as_slice()), (ImageKind::Jpeg, &b"\xff\xd8\xff\xe0picture"[..]));
        }
        let jpeg_2000 = b"\0\0\0\x0cjP  \r\n\x87\n";
        assert_eq!(face(&dg2(&face_record(jpeg_2000, 0))).unwrap().kind, ImageKind::Jpeg2000);
    }

    #[test]
    fn files_that_are_none_are_refused_and_say_why() {
        assert_eq!(face(&dg2(&face_record(b"GIF89a", 0))), Err(FileError::FaceImage));
        assert_eq!(face(&dg2(b"FAC\0too short")), Err(FileError::FaceRecord));
        assert_eq!(face(&dg2(&face_record(b"\xff\xd8\xff", u16::MAX)[..60])), Err(FileError::FaceRecord));
        let none = element(0x75, &element(0x7f61, &element(0x02, &[0])));
        assert_eq!(face(&none), Err(FileError::Faces(0)));
        assert_eq!(zone(&element(0x61, &element(0x5f1f, b"\xff"))), Err(FileError::ZoneText));
        assert!(matches!(zone(&element(0x75, &[])), Err(FileError::Encoding(TlvError::OtherTag { .. }))));
        assert_eq!(zone(&vec![0; LONGEST_FILE + 1]), Err(FileError::TooLong(LONGEST_FILE + 1)));
        assert_eq!(holder_details(&element(0x6b, &element(0x5f0e, b"\xff"))), Err(FileError::NameText));
    }
}
