//! Commands to a chip and its answers, as they travel. ISO/IEC 7816-4 §5.

use super::reader::Bytes;
use serde::{Deserialize, Serialize};

/// Bytes of an answer: data of one short command, and the status.
const LONGEST_RESPONSE: usize = 258;

/// A command, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandApdu(Bytes);

/// What a chip answered: data and status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResponseApdu(Bytes);

/// Why an answer is none, or no good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    #[error("an answer of {0} bytes; 2 to {LONGEST_RESPONSE} are expected")]
    Length(usize),
    #[error("the chip answered {0:04X}; 9000 is expected")]
    Status(u16),
}

impl CommandApdu {
    /// A short command; `expected` is Le, where an answer with data is expected (0 for as much as there is).
    pub(super) fn short(header: [u8; 4], data: &[u8], expected: Option<u8>) -> Self {
        let length = data.len() as u8;
        Self([&header[..], &[length], data, expected.as_slice()].concat().into())
    }

    pub fn as_slice(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl ResponseApdu {
    /// What a chip said, the status last.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }

    /// The data of an answer whose status is 9000.
    pub(super) fn data(&self) -> Result<&[u8], ApduError> {
        let bytes = self.0.as_slice();
        let (data, status) = bytes
            .split_last_chunk::<2>()
            .filter(|_| bytes.len() <= LONGEST_RESPONSE)
            .ok_or(ApduError::Length(bytes.len()))?;
        match u16::from_be_bytes(*status) {
            0x9000 => Ok(data),
            other => Err(ApduError::Status(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_command_has_its_length_before_its_data() {
        let command = CommandApdu::short([0x00, 0xa4, 0x02, 0x0c], &[0x01, 0x0e], None);
        assert_eq!(command.as_slice(), [0x00, 0xa4, 0x02, 0x0c, 2, 0x01, 0x0e]);
        assert_eq!(CommandApdu::short([0, 0x88, 0, 0], &[7], Some(0)).as_slice(), [0, 0x88, 0, 0, 1, 7, 0]);
    }

    #[test]
    fn an_answer_is_taken_with_status_9000_only() {
        let data = |bytes: &[u8]| ResponseApdu::new(bytes.to_vec()).data().map(<[u8]>::to_vec);
        assert_eq!(data(&[1, 2, 0x90, 0]), Ok(vec![1, 2]));
        assert_eq!(data(&[0x90, 0]), Ok(vec![]));
        assert_eq!(data(&[0x69, 0x88]), Err(ApduError::Status(0x6988)));
        assert_eq!(data(&[0x90]), Err(ApduError::Length(1)));
        assert_eq!(data(&[0; 259]), Err(ApduError::Length(259)));
    }
}
