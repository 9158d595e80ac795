//! Secure messaging with a chip: commands that only it can read, and answers that only it can make. ICAO Doc 9303 part 11 §9.8;
//! ISO/IEC 7816-4 §10.
//!
//! AES with CMAC, by aws-lc. One command is enough for a proof, so nothing here decrypts.

use super::apdu::{ApduError, CommandApdu, ResponseApdu};
use super::signature::Digest;
use super::tlv::{Tlv, TlvError};
use aws_lc_rs::cipher::{self, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::cmac;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

const BLOCK: usize = 16;
/// Bytes of the code that a message carries (part 11 §9.8.6.3): the first half of the CMAC.
const CODE: usize = 8;

/// The cipher of a channel. 3DES is not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
}

/// Why an answer does not come from the other end of the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessagingError {
    #[error(transparent)]
    Answer(#[from] ApduError),
    #[error(transparent)]
    Encoding(#[from] TlvError),
    #[error("the answer has the object {0:02X}, which none to this command has")]
    OtherObject(u16),
    #[error("the chip's protected status is {0:04X}; 9000 is expected")]
    Status(u16),
    #[error(
        "the answer is not authenticated with the key that chip and we agreed on: it comes from another chip or another time"
    )]
    NotAuthentic,
}

/// One end of a channel: its keys, and how many messages went.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(super) struct SecureMessaging {
    #[zeroize(skip)]
    cipher: Cipher,
    encryption: Vec<u8>,
    authentication: Vec<u8>,
    /// The send sequence counter.
    counter: u64,
}

impl fmt::Debug for SecureMessaging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecureMessaging({:?}, [redacted])", self.cipher)
    }
}

impl Cipher {
    /// The last arc of id-CA-ECDH (part 11 §9.2.7).
    pub const fn of_arc(arc: u32) -> Option<Self> {
        match arc {
            2 => Some(Self::Aes128),
            3 => Some(Self::Aes192),
            4 => Some(Self::Aes256),
            _ => None,
        }
    }

    /// Part 11 §9.7.1: a key from a shared secret; `counter` says for what.
    fn derive(self, secret: &[u8], counter: u8) -> Vec<u8> {
        let (digest, length) = match self {
            Self::Aes128 => (Digest::Sha1, 16),
            Self::Aes192 => (Digest::Sha256, 24),
            Self::Aes256 => (Digest::Sha256, 32),
        };
        let mut input = [secret, &[0, 0, 0, counter]].concat();
        let mut key = digest.hash(&input);
        input.zeroize();
        key.truncate(length);
        key
    }

    fn encrypt_block(self, key: &[u8], block: &mut [u8; BLOCK]) {
        let algorithm = match self {
            Self::Aes128 => &cipher::AES_128,
            Self::Aes192 => &cipher::AES_192,
            Self::Aes256 => &cipher::AES_256,
        };
        let key = UnboundCipherKey::new(algorithm, key).and_then(EncryptingKey::ecb);
        key.and_then(|key| key.encrypt(block)).expect("a key of its length encrypts a block");
    }

    fn code(self, key: &[u8], message: &[u8]) -> [u8; CODE] {
        let algorithm = match self {
            Self::Aes128 => cmac::AES_128,
            Self::Aes192 => cmac::AES_192,
            Self::Aes256 => cmac::AES_256,
        };
        let tag = cmac::Key::new(algorithm, key).and_then(|key| cmac::sign(&key, message));
        let tag = tag.expect("a key of its length authenticates a message");
        tag.as_ref().first_chunk().copied().expect("a CMAC has sixteen bytes")
    }
}

impl SecureMessaging {
    /// A channel over a secret that both ends computed.
    pub fn over(cipher: Cipher, secret: &[u8]) -> Self {
        Self { cipher, encryption: cipher.derive(secret, 1), authentication: cipher.derive(secret, 2), counter: 0 }
    }

    /// A command with data and without data in the answer (part 11 §9.8.4).
    pub fn protect(&mut self, header: [u8; 4], data: &[u8]) -> CommandApdu {
        self.counter += 1;
        let header = [header[0] | 0x0c, header[1], header[2], header[3]];
        let mut object = self.encrypt(data);
        object.splice(0..0, [0x87, object.len() as u8 + 1, 0x01]);
        let code = self
            .cipher
            .code(&self.authentication, &padded(&[&self.sequence()[..], &padded(&header), &object].concat()));
        CommandApdu::short(header, &[&object[..], &[0x8e, CODE as u8], &code].concat(), Some(0))
    }

    /// Whether the other end answered, and said yes.
    pub fn open(&mut self, response: &ResponseApdu) -> Result<(), MessagingError> {
        self.counter += 1;
        let data = response.data()?;
        let (mut status, mut before) = (None, 0);
        for object in Tlv::each(data) {
            let object = object?;
            match (object.tag, object.value) {
                (0x99, &[high, low]) => status = Some(u16::from_be_bytes([high, low])),
                (0x8e, code) => {
                    let message = padded(&[&self.sequence()[..], &data[..before]].concat());
                    let wanted = self.cipher.code(&self.authentication, &message);
                    // The code is last: what follows it would be under no code.
                    let last = before + 2 + code.len() == data.len();
                    return match status {
                        _ if !bool::from(wanted.ct_eq(code)) || !last => Err(MessagingError::NotAuthentic),
                        Some(0x9000) => Ok(()),
                        Some(other) => Err(MessagingError::Status(other)),
                        None => Err(TlvError::Missing(0x99).into()),
                    };
                }
                (other, _) => return Err(MessagingError::OtherObject(other)),
            }
            before += 2 + object.value.len();
        }
        Err(TlvError::Missing(0x8e).into())
    }

    /// A code of these bytes that means something to whoever holds the agreed key, and to nobody else.
    pub fn mark(&self, bytes: &[u8]) -> [u8; CODE] {
        self.cipher.code(&self.authentication, bytes)
    }

    fn sequence(&self) -> [u8; BLOCK] {
        u128::from(self.counter).to_be_bytes()
    }

    /// CBC, its first vector the encrypted counter (part 11 §9.8.6.1).
    fn encrypt(&self, data: &[u8]) -> Vec<u8> {
        let mut vector = self.sequence();
        self.cipher.encrypt_block(&self.encryption, &mut vector);
        let mut encrypted = Vec::new();
        for block in padded(data).chunks_exact(BLOCK) {
            vector.iter_mut().zip(block).for_each(|(byte, clear)| *byte ^= clear);
            self.cipher.encrypt_block(&self.encryption, &mut vector);
            encrypted.extend(vector);
        }
        encrypted
    }
}

/// ISO/IEC 9797-1, padding method 2.
fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(BLOCK), 0);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER_PERMISSIVE as HEX;

    fn channel(encryption: &str, authentication: &str) -> SecureMessaging {
        let key = |hex: &str| HEX.decode(hex.as_bytes()).unwrap();
        SecureMessaging {
            cipher: Cipher::Aes128,
            encryption: key(encryption),
            authentication: key(authentication),
            counter: 0,
        }
    }

    /// A session of an Austrian passport, as the project gmrtd published it: its keys, the SELECT of DG14 and the answer.
    fn published() -> (SecureMessaging, ResponseApdu) {
        let answer = HEX.decode(b"990290008E0803C4B125B4218CEF9000").unwrap();
        (channel("C8E27260EFD3F318D18C080CBF11C7E6", "A942190365204A21409EB28B52BF9160"), ResponseApdu::new(answer))
    }

    #[test]
    fn a_published_session_is_spoken_byte_for_byte() {
        let (mut channel, answer) = published();
        let command = channel.protect([0x00, 0xa4, 0x02, 0x0c], &[0x01, 0x0e]);
        let wanted = "0CA4020C1D8711011B2EE500E84960DF7F37AFE7ADFF53838E084500F3B43E192A5700";
        assert_eq!(HEX.encode(command.as_slice()).to_uppercase(), wanted);
        assert_eq!(channel.open(&answer), Ok(()));
    }

    /// Part 11 §9.8.4: "any error in secure messaging ends it".
    #[test]
    fn an_answer_that_is_changed_cut_or_of_another_time_is_refused() {
        let right = published().1;
        let bytes = HEX.decode(b"990290008E0803C4B125B4218CEF9000").unwrap();
        for place in 0..bytes.len() {
            let (mut channel, _) = published();
            channel.protect([0x00, 0xa4, 0x02, 0x0c], &[0x01, 0x0e]);
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(channel.open(&ResponseApdu::new(changed)).is_err(), "byte {place}");
            let cut = [&bytes[..place], &[0x90, 0x00]].concat();
            assert!(place == 14 || published().0.open(&ResponseApdu::new(cut)).is_err(), "cut at {place}");
        }
        // Not after its own command: the counter differs.
        assert_eq!(published().0.open(&right), Err(MessagingError::NotAuthentic));
        let (mut channel, _) = published();
        channel.protect([0x00, 0xa4, 0x02, 0x0c], &[0x01, 0x0e]);
        assert_eq!(channel.open(&right), Ok(()));
        assert_eq!(channel.open(&right), Err(MessagingError::NotAuthentic), "replayed");
    }

    #[test]
    fn an_answer_with_other_objects_is_refused() {
        let open = |hex: &str| published().0.open(&ResponseApdu::new(HEX.decode(hex.as_bytes()).unwrap()));
        assert_eq!(open("6988"), Err(MessagingError::Answer(ApduError::Status(0x6988))));
        assert_eq!(open("9000"), Err(MessagingError::Encoding(TlvError::Missing(0x8e))));
        assert_eq!(open("8711010B0A5DFFC7432DE4DEB604291377A05B9000"), Err(MessagingError::OtherObject(0x87)));
        assert_eq!(open("99039000009000"), Err(MessagingError::OtherObject(0x99)));
        assert_eq!(open("990290008E089000"), Err(MessagingError::Encoding(TlvError::Truncated)));
    }

    #[test]
    fn keys_are_not_printed() {
        assert_eq!(format!("{:?}", published().0), "SecureMessaging(Aes128, [redacted])");
    }
}
