//! Chip authentication: the chip agrees on a key with us, by the private key that it cannot give away, and answers under it.
//! ICAO Doc 9303 part 11 §6.2; BSI TR-03110-3 B.1.
//!
//! We hold the other end, so a reader in between carries what it can neither make nor read. What the chip will answer with is known
//! before it is asked (its public key is in DG14), so all commands go in one round.

use super::agreement::agree;
use super::apdu::{ApduError, CommandApdu, ResponseApdu};
use super::reader::{Channel, Relayed};
use super::secure_messaging::{MessagingError, SecureMessaging};
use super::security_infos::Agreement;
use der::Encode;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// EF.DG14, which a chip with this protocol has.
const DG14: [u8; 2] = [0x01, 0x0e];

/// Why a chip did not prove that it has the key of DG14.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChipAuthenticationError {
    #[error("it does not know the protocol of its own DG14: {0}")]
    Protocol(ApduError),
    #[error("it does not agree on a key: {0}")]
    Agreement(ApduError),
    #[error(transparent)]
    Messaging(#[from] MessagingError),
}

/// An agreement that waits for the chip's answer. Nothing that was read is in it: which chip is meant is told by a code under the
/// agreed key.
#[derive(Clone, Debug, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct ChipAuthentication {
    channel: SecureMessaging,
    dg14: [u8; 8],
}

impl ChipAuthentication {
    /// Begins with the chip of this DG14; `None` when its key cannot be used.
    pub(super) fn begin(dg14: &[u8], with: &Agreement<'_>, rng: &mut dyn CryptoRng) -> Option<(Self, Vec<Relayed>)> {
        let agreed = agree(with.spki, rng)?;
        // (1) MSE:Set AT: the protocol and, where there are several keys, which (TR-03110-3 B.1.1.1).
        let protocol = object(0x80, with.oid.to_der().ok()?.get(2..)?);
        let key = with.key_id.map(|id| object(0x84, id)).unwrap_or_default();
        let set = CommandApdu::short([0x00, 0x22, 0x41, 0xa4], &[protocol, key].concat(), None);
        // (2) GENERAL AUTHENTICATE: our public key (B.1.1.2).
        let ours = object(0x7c, &object(0x80, &agreed.public));
        let authenticate = CommandApdu::short([0x00, 0x86, 0x00, 0x00], &ours, Some(0));
        // (3) "Secure messaging is restarted using the derived session keys" (§6.2.2): the proof is an answer under them.
        let mut channel = SecureMessaging::over(with.cipher, &agreed.secret);
        let select = channel.protect([0x00, 0xa4, 0x02, 0x0c], &DG14);
        let commands = [(Channel::Access, set), (Channel::Access, authenticate), (Channel::Raw, select)];
        let commands = commands.map(|(channel, apdu)| Relayed { channel, apdu });
        let dg14 = channel.mark(dg14);
        Some((Self { channel, dg14 }, commands.into()))
    }

    /// Whether it began with the chip of this DG14.
    pub(super) fn is_with(&self, dg14: &[u8]) -> bool {
        self.dg14 == self.channel.mark(dg14)
    }

    /// Whether the chip answered as only the holder of the private key can.
    pub(super) fn prove(
        mut self,
        [set, authenticate, select]: &[ResponseApdu; 3],
    ) -> Result<(), ChipAuthenticationError> {
        set.data().map_err(ChipAuthenticationError::Protocol)?;
        authenticate.data().map_err(ChipAuthenticationError::Agreement)?;
        Ok(self.channel.open(select)?)
    }
}

/// A short object with a tag of one byte: none here is longer than 127 bytes but a point, which P-521's makes 133.
fn object(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len() as u8;
    let header = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
    [&header[..], value].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::security_infos::{Offer, SecurityInfos};
    use data_encoding::HEXLOWER_PERMISSIVE as HEX;
    use rand::{SeedableRng, TryCryptoRng, TryRng, rngs::StdRng};
    use std::convert::Infallible;

    /// DG14 of an Austrian and of a German passport, as the project gmrtd published them; the second has a key identifier.
    const AUSTRIAN: &str = "6E82017E3182017A300D060804007F0007020202020101300F060A04007F000702020302020201013012060A04007F0007020204020202010202010D30820142060904007F000702020102308201333081EC06072A8648CE3D02013081E0020101302C06072A8648CE3D0101022100A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377304404207D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9042026DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B60441048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997022100A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7020101034200041983917269AC877C0B61544C2C022000D2A5ABA723E2D80141E648B40911DC3459761F27480E4B57181A53D8FE1190EA86C939AC14363178CAFFC621F0F905C3";
    const GERMAN: &str = "6E82019A31820196300D060804007F00070202020201013012060A04007F0007020204020202010202010D3012060A04007F0007020204060202010202010D3013060A04007F00070202030202020101020200C330820146060904007F000702020102308201333081EC06072A8648CE3D02013081E0020101302C06072A8648CE3D0101022100A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377304404207D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9042026DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B60441048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997022100A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7020101034200047036BC5D0BCF31913B59103BB6F2C0C98C99EF4C19B9517340B76BFE4EE2194C76C3F3314E021D4B092DB5A32AB7D6E297F2FBEAE45AA28DEFC4DA750FEAD54E020200C3";
    /// The first one's session: the reader's private and public key, and how the chip answered (in the clear).
    const OURS: &str = "80EBAFC8A51BECD4D90BB640EE38C9FD5C12748D28AAA37096B98C4533C4F5F5";
    const OUR_POINT: &str = "044827c781be1ac7a00b351214fd783ac76d99e831a6316c8fd6de7bd96cfa31da06b6b57ba380789729f4a028212a768c49bf5f97d98b1db12beec1a1cd324fb2";

    fn hex(text: &str) -> Vec<u8> {
        HEX.decode(text.as_bytes()).unwrap()
    }

    /// Chance that is known beforehand.
    struct Known(Vec<u8>);

    impl TryRng for Known {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            unreachable!("whole keys are drawn")
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("whole keys are drawn")
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            bytes.copy_from_slice(&self.0);
            Ok(())
        }
    }

    impl TryCryptoRng for Known {}

    fn begin(dg14: &str, rng: &mut dyn CryptoRng) -> (ChipAuthentication, Vec<Relayed>) {
        let dg14 = hex(dg14);
        let infos = SecurityInfos::parse(&dg14).unwrap();
        let Offer::Usable(with) = infos.chip_authentication() else { panic!("an offer") };
        ChipAuthentication::begin(&dg14, &with, rng).unwrap()
    }

    fn answers() -> [ResponseApdu; 3] {
        ["9000", "7C009000", "990290008E0803C4B125B4218CEF9000"].map(|answer| ResponseApdu::new(hex(answer)))
    }

    #[test]
    fn a_published_session_of_a_real_chip_proves_it() {
        let (agreement, commands) = begin(AUSTRIAN, &mut Known(hex(OURS)));
        let sent: Vec<_> = commands.iter().map(|command| HEX.encode(command.apdu.as_slice())).collect();
        assert_eq!(sent[0], "002241a40c800a04007f00070202030202");
        assert_eq!(sent[1], format!("00860000457c438041{OUR_POINT}00"));
        assert_eq!(sent[2].to_uppercase(), "0CA4020C1D8711011B2EE500E84960DF7F37AFE7ADFF53838E084500F3B43E192A5700");
        let channels: Vec<_> = commands.iter().map(|command| command.channel).collect();
        assert_eq!(channels, [Channel::Access, Channel::Access, Channel::Raw]);
        assert!(agreement.is_with(&hex(AUSTRIAN)) && !agreement.is_with(&hex(GERMAN)));
        assert_eq!(agreement.prove(&answers()), Ok(()));
    }

    /// Part 11 §6.2: the answer is under a key that this agreement made, and no other.
    #[test]
    fn a_recorded_answer_proves_nothing_in_another_agreement() {
        let (agreement, _) = begin(AUSTRIAN, &mut StdRng::seed_from_u64(1));
        assert_eq!(agreement.prove(&answers()), Err(MessagingError::NotAuthentic.into()));
        for place in 0..3 {
            let (agreement, _) = begin(AUSTRIAN, &mut Known(hex(OURS)));
            let mut refusing = answers();
            refusing[place] = ResponseApdu::new(hex("6A80"));
            let status = ApduError::Status(0x6a80);
            let wanted = match place {
                0 => ChipAuthenticationError::Protocol(status),
                1 => ChipAuthenticationError::Agreement(status),
                _ => MessagingError::from(status).into(),
            };
            assert_eq!(agreement.prove(&refusing), Err(wanted));
        }
    }

    #[test]
    fn a_key_that_has_an_identifier_is_named() {
        let (_, commands) = begin(GERMAN, &mut StdRng::seed_from_u64(1));
        assert_eq!(HEX.encode(commands[0].apdu.as_slice()), "002241a40f800a04007f000702020302028401c3");
    }
}
