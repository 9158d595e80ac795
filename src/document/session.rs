//! One reading of a chip, from our challenge to the verdict, over as many rounds as the chip needs.
//!
//! A session is small, sealed into a row or a page between rounds, and holds nothing that was read: in a second round the reader
//! brings the files again, and the issuer's signature binds them as it did the first time.

use super::chip_authentication::ChipAuthentication;
use super::reader::{Bytes, Challenge, ChipFile, ChipFiles, ReaderAnswer, ReaderTask};
use super::refused::DocumentRefused;
use super::security_infos::Offer;
use super::trust::TrustStore;
use super::verify::{ChipRead, Means, Proof, VerifiedDocument, genuine, verify};
use crate::spec::Timestamp;
use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A reading that has begun. Good for one answer: going on consumes it.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct ChipSession(Stage);

#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
enum Stage {
    /// The files and an answer to the challenge are awaited. The seed is for a key of ours, should the chip want to agree on one.
    Reading { challenge: [u8; 8], seed: [u8; 32] },
    /// The chip's answers under the agreed key are awaited.
    Agreeing(ChipAuthentication),
}

/// What comes after an answer.
#[derive(Debug)]
pub enum Next {
    Read(Box<VerifiedDocument>),
    More(ChipSession, ReaderTask),
}

impl fmt::Debug for ChipSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Stage::Reading { .. } => "ChipSession(reading)",
            Stage::Agreeing(_) => "ChipSession(agreeing)",
        })
    }
}

impl ChipSession {
    /// Begins: a fresh challenge, and what the reader is to do first.
    pub fn begin(rng: &mut dyn CryptoRng) -> (Self, ReaderTask) {
        let (mut challenge, mut seed) = ([0; 8], [0; 32]);
        rng.fill_bytes(&mut challenge);
        rng.fill_bytes(&mut seed);
        let task = ReaderTask::Read { files: ChipFile::ALL.to_vec(), challenge: Challenge(challenge) };
        (Self(Stage::Reading { challenge, seed }), task)
    }

    /// Goes on with what the reader brought.
    ///
    /// # Errors
    /// Why the document is not taken; the reading is over.
    pub fn answer(self, answer: ReaderAnswer, trust: &TrustStore, now: Timestamp) -> Result<Next, DocumentRefused> {
        match (&self.0, answer) {
            (_, ReaderAnswer::Failed { why }) => Err(DocumentRefused::Reader(why)),
            (Stage::Reading { challenge, seed }, ReaderAnswer::Read { files, active_authentication }) => {
                read(*challenge, *seed, files, active_authentication.as_ref(), trust, now)
            }
            (Stage::Agreeing(agreement), ReaderAnswer::Transmitted { responses, files }) => {
                let proof = Proof::Channel { agreement: agreement.clone(), responses };
                done(files, proof, trust, now)
            }
            (Stage::Reading { .. }, ReaderAnswer::Transmitted { .. })
            | (Stage::Agreeing(_), ReaderAnswer::Read { .. }) => Err(DocumentRefused::OtherTask),
        }
    }
}

/// The files are here. An answer by the key of DG15 is enough; without one, a chip that can agree on a key is asked to.
fn read(
    challenge: [u8; 8],
    seed: [u8; 32],
    files: ChipFiles,
    answer: Option<&Bytes>,
    trust: &TrustStore,
    now: Timestamp,
) -> Result<Next, DocumentRefused> {
    // Before we speak to a chip, what it says of its key must be the issuer's.
    genuine(&files, trust, now)?;
    let means = Means::of(&files)?;
    if let (Some(answer), Some(Ok(_))) = (answer, &means.active) {
        let proof = Proof::Signature { challenge, answer: answer.as_slice().to_vec() };
        return done(files, proof, trust, now);
    }
    let (Offer::Usable(with), Some(dg14)) = (means.infos.chip_authentication(), files.file(ChipFile::Dg14)) else {
        return done(files, Proof::None, trust, now);
    };
    let begun = ChipAuthentication::begin(dg14, &with, &mut StdRng::from_seed(seed));
    let unknown = || DocumentRefused::UnknownProof("a key on no curve that is known here".to_owned());
    let (agreement, commands) = begun.ok_or_else(unknown)?;
    let task = ReaderTask::Transmit { commands, files: ChipFile::ALL.to_vec() };
    Ok(Next::More(ChipSession(Stage::Agreeing(agreement)), task))
}

fn done(files: ChipFiles, proof: Proof, trust: &TrustStore, now: Timestamp) -> Result<Next, DocumentRefused> {
    verify(ChipRead { files, proof }, trust, now).map(|document| Next::Read(Box::new(document)))
}
