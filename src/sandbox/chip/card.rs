//! A chip that answers: active authentication, and its own end of chip authentication. ICAO Doc 9303 part 11 §6, §9.8.
//!
//! Written from the standard and apart from `document`, which is held against it.

use super::papers::{Aes, Proves};
use super::rsa::RsaKey;
use super::signer::Signer;
use crate::document::{ChipFiles, Digest};
use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::cmac;

/// id-CA-ECDH in DER; its last arc names the cipher.
const PROTOCOL: [u8; 9] = [0x04, 0x00, 0x7f, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02];
/// EF.DG14.
const DG14: [u8; 2] = [0x01, 0x0e];
const YES: [u8; 2] = [0x90, 0x00];
const SECURITY_STATUS: [u8; 2] = [0x69, 0x82];
const MESSAGING_WRONG: [u8; 2] = [0x69, 0x88];

/// What a chip keeps to itself.
pub(super) enum Secret {
    None,
    Rsa(RsaKey, Digest),
    Ecdsa(Signer),
    Agreement(Signer, Aes),
}

impl Aes {
    /// The last arc of the protocol (part 11 §9.2.7).
    pub(super) const fn arc(self) -> u8 {
        match self {
            Self::Bits128 => 2,
            Self::Bits192 => 3,
            Self::Bits256 => 4,
        }
    }

    /// Part 11 §9.7.1.
    fn derived(self, secret: &[u8], counter: u8) -> Vec<u8> {
        let (digest, length) = match self {
            Self::Bits128 => (Digest::Sha1, 16),
            Self::Bits192 => (Digest::Sha256, 24),
            Self::Bits256 => (Digest::Sha256, 32),
        };
        digest.hash(&[secret, &[0, 0, 0, counter]].concat())[..length].to_vec()
    }
}

/// A chip: what anybody who opens it can read, and what nobody can.
pub struct Card {
    pub(super) files: ChipFiles,
    pub(super) proves: Proves,
    pub(super) secret: Secret,
}

/// What a chip remembers from one command to the next.
#[derive(Default)]
pub(super) struct Conversation {
    protocol_set: bool,
    keys: Option<[Vec<u8>; 2]>,
    counter: u128,
}

impl Card {
    /// Every file, as it lies on the chip.
    pub fn files(&self) -> &ChipFiles {
        &self.files
    }

    /// INTERNAL AUTHENTICATE.
    pub(super) fn sign(&self, challenge: &[u8; 8]) -> Option<Vec<u8>> {
        match &self.secret {
            Secret::Rsa(key, digest) => Some(key.sign(challenge, *digest)),
            Secret::Ecdsa(key) => Some(key.sign_plain(challenge)),
            Secret::None | Secret::Agreement(..) => None,
        }
    }

    /// One command and the answer to it.
    pub(super) fn command(&self, told: &mut Conversation, apdu: &[u8]) -> Vec<u8> {
        let Secret::Agreement(key, aes) = &self.secret else { return vec![0x6d, 0x00] };
        match apdu {
            [0x00, 0x22, 0x41, 0xa4, _, 0x80, 0x0a, rest @ ..] if rest == [&PROTOCOL[..], &[aes.arc()]].concat() => {
                told.protocol_set = true;
                YES.to_vec()
            }
            [0x00, 0x22, ..] => vec![0x6a, 0x80],
            [0x00, 0x86, 0x00, 0x00, _, 0x7c, inside @ ..] if told.protocol_set => {
                let point = inside.iter().position(|byte| *byte == 0x04).map(|start| &inside[start..inside.len() - 1]);
                match point.and_then(|point| key.agree(point)) {
                    Some(secret) => {
                        told.keys = Some([1, 2].map(|counter| aes.derived(&secret, counter)));
                        [&[0x7c, 0x00], &YES[..]].concat()
                    }
                    None => vec![0x63, 0x00],
                }
            }
            [0x0c, ..] => told.protected(apdu),
            _ => SECURITY_STATUS.to_vec(),
        }
    }
}

impl Conversation {
    /// SELECT under the agreed keys (part 11 §9.8).
    fn protected(&mut self, apdu: &[u8]) -> Vec<u8> {
        let Some([encryption, authentication]) = self.keys.clone() else { return SECURITY_STATUS.to_vec() };
        self.counter += 1;
        let [header @ .., _] = &apdu[..5] else { return MESSAGING_WRONG.to_vec() };
        let Some((object, code)) = apdu[5..apdu.len() - 1].split_last_chunk::<10>() else {
            return MESSAGING_WRONG.to_vec();
        };
        let header = padded(header);
        if code[2..] != self.code(&authentication, &[&header[..], object].concat()) {
            return MESSAGING_WRONG.to_vec();
        }
        let selected = object.strip_prefix(&[0x87, 0x11, 0x01]).and_then(|block| self.decrypted(&encryption, block));
        let status = if selected.is_some_and(|block| block.starts_with(&[&DG14[..], &[0x80]].concat())) {
            YES
        } else {
            [0x6a, 0x82]
        };
        self.counter += 1;
        let answer = [&[0x99, 0x02], &status[..]].concat();
        let code = self.code(&authentication, &answer);
        [&answer[..], &[0x8e, 0x08], &code, &YES].concat()
    }

    fn code(&self, key: &[u8], message: &[u8]) -> [u8; 8] {
        let message = padded(&[&self.counter.to_be_bytes()[..], message].concat());
        let algorithm = match key.len() {
            16 => cmac::AES_128,
            24 => cmac::AES_192,
            _ => cmac::AES_256,
        };
        let key = cmac::Key::new(algorithm, key).expect("a key of its length");
        let tag = cmac::sign(&key, &message).expect("a message is authenticated");
        *tag.as_ref().first_chunk().expect("sixteen bytes")
    }

    fn decrypted(&self, key: &[u8], block: &[u8]) -> Option<[u8; 16]> {
        let algorithm = match key.len() {
            16 => &cipher::AES_128,
            24 => &cipher::AES_192,
            _ => &cipher::AES_256,
        };
        let mut vector = self.counter.to_be_bytes();
        let key = || UnboundCipherKey::new(algorithm, key);
        key().and_then(EncryptingKey::ecb).and_then(|key| key.encrypt(&mut vector)).ok()?;
        let mut clear: [u8; 16] = block.try_into().ok()?;
        let key = key().and_then(DecryptingKey::ecb).ok()?;
        key.decrypt(&mut clear, DecryptionContext::None).ok()?;
        clear.iter_mut().zip(vector).for_each(|(byte, vector)| *byte ^= vector);
        Some(clear)
    }
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    let mut padded = [bytes, &[0x80]].concat();
    padded.resize(padded.len().next_multiple_of(16), 0);
    padded
}
