//! Why a document is not taken: one precise cause, a stable code for it, and a sentence that says what came and what was expected.
//! Nothing that the document says of its holder is in either.

use super::active_authentication::ActiveAuthenticationError;
use super::chip_authentication::ChipAuthenticationError;
use super::lds::FileError;
use super::number::NumberError;
use super::reader::{ChipFile, ReaderFailure};
use super::sod::SodError;
use super::trust::TrustError;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentRefused {
    #[error("{received} bytes were received; at most {most} are read")]
    TooLong { received: usize, most: usize },
    #[error("what was received is not an answer of the reader API, at line {line}, column {column}")]
    NoAnswer { line: usize, column: usize },
    #[error("the answer is to another task than the one that was given")]
    OtherTask,
    #[error("{received} answers of the chip were received; {expected} are expected, one to each command")]
    OtherResponses { received: usize, expected: usize },
    #[error("the reader could not read the document: {0}")]
    Reader(ReaderFailure),
    #[error("{0} is missing; the issuer put it on the chip, or every chip has it")]
    Missing(ChipFile),
    #[error("{file} cannot be read: {error}")]
    File { file: ChipFile, error: FileError },
    #[error("the issuer's signature does not hold: {0}")]
    SecurityObject(SodError),
    #[error("the signer of the document is not trusted: {0}")]
    Signer(TrustError),
    #[error("the zone says issuer {document}, and who signed is of {signer}; both must be CHN")]
    OtherState { document: String, signer: String },
    #[error(
        "a document with code {code}; passports, travel permits and permanent resident cards of China are expected"
    )]
    Kind { code: String },
    #[error("its number breaks the rule of its kind: {0}")]
    Number(NumberError),
    #[error("it says no whole birth date, or one that lies ahead")]
    BirthDate,
    #[error("its zone and DG11 give two birth dates")]
    BirthDatesDiffer,
    #[error("it expired on {on}; today is {today}")]
    Expired { on: time::Date, today: time::Date },
    #[error("the chip has a key to prove itself with, and no proof was received")]
    NoProof,
    #[error("the chip can prove itself only in a way that is not known here: {0}")]
    UnknownProof(String),
    #[error("the agreement on a key was with another chip than the one whose files were received")]
    OtherChip,
    #[error("active authentication failed: {0}")]
    ActiveAuthentication(#[from] ActiveAuthenticationError),
    #[error("chip authentication failed: {0}")]
    ChipAuthentication(#[from] ChipAuthenticationError),
}

impl DocumentRefused {
    /// Stable: pages choose their words by it, and readers may.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::NoAnswer { .. } => "no_answer",
            Self::OtherTask => "other_task",
            Self::OtherResponses { .. } => "other_responses",
            Self::Reader(ReaderFailure::NoChip) => "no_chip",
            Self::Reader(ReaderFailure::AccessDenied) => "access_denied",
            Self::Reader(ReaderFailure::Lost) => "lost",
            Self::Reader(ReaderFailure::Cancelled) => "cancelled",
            Self::Missing(_) => "file_missing",
            Self::File { .. } => "file_unreadable",
            Self::SecurityObject(SodError::GroupDiffers(_) | SodError::GroupNotSigned(_)) => "file_not_signed",
            Self::SecurityObject(_) => "signature",
            Self::Signer(TrustError::Revoked) => "signer_revoked",
            Self::Signer(_) => "signer_not_trusted",
            Self::OtherState { .. } => "other_state",
            Self::Kind { .. } => "kind",
            Self::Number(_) => "number",
            Self::BirthDate | Self::BirthDatesDiffer => "birth_date",
            Self::Expired { .. } => "expired",
            Self::NoProof => "no_proof",
            Self::UnknownProof(_) => "unknown_proof",
            Self::OtherChip => "other_chip",
            Self::ActiveAuthentication(ActiveAuthenticationError::OtherChallenge) => "replayed",
            Self::ActiveAuthentication(_) | Self::ChipAuthentication(_) => "not_the_chip",
        }
    }
}

#[cfg(test)]
mod tests {
    /// docs/ports/reader.md, "Refusals": readers and pages may rely on each.
    #[test]
    fn every_code_is_documented() {
        let page = include_str!("../../docs/ports/reader.md");
        let source = include_str!("refused.rs");
        let codes: Vec<_> = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("=> \"")?.1.strip_suffix("\","))
            .collect();
        assert!(codes.len() > 20, "{codes:?}");
        for code in codes {
            assert!(page.contains(&format!("`{code}`")), "{code}");
        }
    }
}
