//! What a reader and we say to each other, in JSON: the app on a telephone or beside a desk that can reach a chip, which a browser
//! cannot (PROTOCOL 27). `docs/ports/reader.md` is this file for those who write such an app.
//!
//! Only forms and bounds. Whether an answer proves anything is for `verify` and `session` to say.

use super::apdu::{CommandApdu, ResponseApdu};
use super::lds::DataGroup;
use super::refused::DocumentRefused;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of all files of one answer together: a chip has 32 to 144 kB in all.
pub const MOST_FILE_BYTES: usize = 512 * 1024;
/// Bytes of one answer in JSON: the files in base64, and room for the rest. Whoever carries answers reads no more than this.
pub const LONGEST_ANSWER: usize = 768 * 1024;
/// Answers to commands in one round.
const MOST_RESPONSES: usize = 8;

/// A file of the chip's application, by the name that ICAO Doc 9303 part 10 gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ChipFile {
    Com,
    Sod,
    Dg1,
    Dg2,
    Dg11,
    Dg14,
    Dg15,
}

impl ChipFile {
    pub const ALL: &[Self] = &[Self::Com, Self::Sod, Self::Dg1, Self::Dg2, Self::Dg11, Self::Dg14, Self::Dg15];

    /// The data group that it is; EF.COM and EF.SOD are none.
    pub const fn group(self) -> Option<DataGroup> {
        match self {
            Self::Com | Self::Sod => None,
            Self::Dg1 => Some(DataGroup::Dg1),
            Self::Dg2 => Some(DataGroup::Dg2),
            Self::Dg11 => Some(DataGroup::Dg11),
            Self::Dg14 => Some(DataGroup::Dg14),
            Self::Dg15 => Some(DataGroup::Dg15),
        }
    }

    pub(super) const fn of(group: DataGroup) -> Self {
        match group {
            DataGroup::Dg1 => Self::Dg1,
            DataGroup::Dg2 => Self::Dg2,
            DataGroup::Dg11 => Self::Dg11,
            DataGroup::Dg14 => Self::Dg14,
            DataGroup::Dg15 => Self::Dg15,
        }
    }
}

impl fmt::Display for ChipFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Com => "EF.COM",
            Self::Sod => "EF.SOD",
            Self::Dg1 => "DG1",
            Self::Dg2 => "DG2",
            Self::Dg11 => "DG11",
            Self::Dg14 => "DG14",
            Self::Dg15 => "DG15",
        })
    }
}

/// Bytes, in JSON as base64 with padding (RFC 4648 §4). Personal: only their number is shown when printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Bytes(Vec<u8>);

impl Bytes {
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&data_encoding::BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        data_encoding::BASE64.decode(text.as_bytes()).map(Self).map_err(|_| D::Error::custom("not base64 with padding"))
    }
}

/// Eight bytes that nobody foresaw: what the chip signs (part 11 §6.1, RND.IFD).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge(pub(super) [u8; 8]);

impl Challenge {
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl Serialize for Challenge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(self.0.to_vec()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Challenge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Bytes::deserialize(deserializer)?;
        bytes.0.as_slice().try_into().map(Self).map_err(|_| D::Error::custom("a challenge has eight bytes"))
    }
}

/// What the reader is asked to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReaderTask {
    /// Open the chip; read those of these files that it has; where it has DG15, let it sign the challenge (INTERNAL AUTHENTICATE).
    Read { files: Vec<ChipFile>, challenge: Challenge },
    /// Send these commands, one after the other, and bring each answer as it came, and the files once more.
    Transmit { commands: Vec<Relayed>, files: Vec<ChipFile> },
}

/// A command that is ours and that the reader only carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relayed {
    pub channel: Channel,
    pub apdu: CommandApdu,
}

/// How a command goes to the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// In the secure messaging that the reader opened the chip with (PACE or BAC), which it adds and takes off.
    Access,
    /// As it is: it is protected already, with keys that the reader has not.
    Raw,
}

/// What the reader did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReaderAnswer {
    Read {
        files: ChipFiles,
        /// What the chip answered to the challenge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        active_authentication: Option<Bytes>,
    },
    Transmitted {
        responses: Vec<ResponseApdu>,
        files: ChipFiles,
    },
    Failed {
        why: ReaderFailure,
    },
}

/// Why a reader could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderFailure {
    /// There is no chip, or not one of these.
    NoChip,
    /// The chip does not open with what the person typed or scanned.
    AccessDenied,
    /// The document was taken away too early.
    Lost,
    /// The person stopped.
    Cancelled,
}

impl fmt::Display for ReaderFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoChip => "there is no chip, or not one of these",
            Self::AccessDenied => "the chip does not open with what was typed or scanned",
            Self::Lost => "the document was taken away too early",
            Self::Cancelled => "the person stopped",
        })
    }
}

/// What the reader hears after each answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReaderStep {
    /// There is more to do.
    More { task: ReaderTask },
    /// The document was read; the person goes on in the browser.
    Done,
    /// It was not taken; `code` is [`DocumentRefused::code`], `message` its sentence.
    Refused { code: String, message: String },
}

impl ReaderAnswer {
    /// Reads an answer in JSON.
    ///
    /// # Errors
    /// [`DocumentRefused::TooLong`], [`DocumentRefused::NoAnswer`].
    pub fn parse(json: &[u8]) -> Result<Self, DocumentRefused> {
        if json.len() > LONGEST_ANSWER {
            return Err(DocumentRefused::TooLong { received: json.len(), most: LONGEST_ANSWER });
        }
        let answer: Self = serde_json::from_slice(json)
            .map_err(|error| DocumentRefused::NoAnswer { line: error.line(), column: error.column() })?;
        match &answer {
            Self::Transmitted { responses, .. } if responses.len() > MOST_RESPONSES => {
                Err(DocumentRefused::OtherResponses { received: responses.len(), expected: MOST_RESPONSES })
            }
            _ => Ok(answer),
        }
    }
}

/// The files that a reader brought, each at most once.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ChipFiles(BTreeMap<ChipFile, Bytes>);

impl ChipFiles {
    pub fn file(&self, name: ChipFile) -> Option<&[u8]> {
        self.0.get(&name).map(Bytes::as_slice)
    }

    /// Puts a file in the place of what was there.
    pub fn put(&mut self, name: ChipFile, bytes: Vec<u8>) {
        self.0.insert(name, Bytes(bytes));
    }

    pub fn remove(&mut self, name: ChipFile) {
        self.0.remove(&name);
    }

    /// Bytes of all of them together.
    pub fn total(&self) -> usize {
        self.0.values().map(|file| file.0.len()).sum()
    }
}

impl fmt::Debug for ChipFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.0).finish()
    }
}

impl<'de> Deserialize<'de> for ChipFiles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Files;
        impl<'de> Visitor<'de> for Files {
            type Value = ChipFiles;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("files by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ChipFiles, A::Error> {
                let mut files = BTreeMap::new();
                while let Some((name, bytes)) = map.next_entry::<ChipFile, Bytes>()? {
                    if files.insert(name, bytes).is_some() {
                        return Err(A::Error::custom("a file that is there twice"));
                    }
                }
                Ok(ChipFiles(files))
            }
        }
        deserializer.deserialize_map(Files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> bool {
        matches!(ReaderAnswer::parse(json.as_bytes()), Err(DocumentRefused::NoAnswer { .. }))
    }

    /// Each example of docs/ports/reader.md, word for word.
    #[test]
    fn the_documented_examples_are_what_is_spoken() {
        let page = include_str!("../../docs/ports/reader.md");
        let examples: Vec<_> = page.split("```json\n").skip(1).filter_map(|rest| rest.split_once('\n')).collect();
        assert_eq!(examples.len(), 5);
        for (example, _) in examples {
            let again = match example.starts_with(r#"{"do""#) {
                true => serde_json::to_string(&serde_json::from_str::<ReaderTask>(example).unwrap()),
                false => serde_json::to_string(&ReaderAnswer::parse(example.as_bytes()).unwrap()),
            };
            assert_eq!(again.unwrap(), example);
        }
        let task = r#"{"do":"read","files":[],"challenge":"ASNFZ4mrze8="}"#;
        for step in [format!(r#"{{"step":"more","task":{task}}}"#), r#"{"step":"done"}"#.into()] {
            assert_eq!(serde_json::to_string(&serde_json::from_str::<ReaderStep>(&step).unwrap()).unwrap(), step);
        }
        assert!(serde_json::from_str::<ReaderTask>(&task.replace("ASNFZ4mrze8=", "ASNFZ4mrzQ==")).is_err());
        for bound in [LONGEST_ANSWER, MOST_FILE_BYTES] {
            let bound = bound.to_string();
            let (thousands, rest) = bound.split_at(3);
            assert!(page.contains(&format!("{thousands},{rest} bytes")), "{bound}");
        }
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for json in [
            "",
            "[]",
            r#"{"did":"read"}"#,
            r#"{"did":"write","files":{}}"#,
            r#"{"did":"read","files":{"DG3":""}}"#,
            r#"{"did":"read","files":{"DG1":"!"}}"#,
            r#"{"did":"read","files":{"DG1":"YQ"}}"#,
            r#"{"did":"read","files":{"DG1":"","DG1":""}}"#,
            r#"{"did":"read","files":{},"more":1}"#,
        ] {
            assert!(refused(json), "{json}");
        }
    }

    /// Issue 4, "Bad input": 50 MB.
    #[test]
    fn an_answer_of_fifty_megabytes_is_not_even_parsed() {
        let huge = vec![b' '; 50_000_000];
        assert_eq!(
            ReaderAnswer::parse(&huge),
            Err(DocumentRefused::TooLong { received: 50_000_000, most: LONGEST_ANSWER })
        );
        let many = format!(r#"{{"did":"transmitted","responses":[{}"kAA="],"files":{{}}}}"#, r#""kAA=","#.repeat(8));
        assert!(matches!(
            ReaderAnswer::parse(many.as_bytes()),
            Err(DocumentRefused::OtherResponses { received: 9, .. })
        ));
    }

    #[test]
    fn nothing_of_a_file_is_printed() {
        let answer = ReaderAnswer::parse(br#"{"did":"read","files":{"DG1":"UDxVVE8="}}"#).unwrap();
        assert!(format!("{answer:?}").contains("Dg1: [5 bytes]"), "{answer:?}");
    }
}
