//! A reader without a person and without a radio: speaks the reader API (docs/ports/reader.md) for a card of the sandbox's, rightly,
//! or wrongly on purpose.

use super::card::{Card, Conversation};
use super::country::fresh;
use crate::document::{ChipFile, ChipFiles, ReaderAnswer, ReaderFailure, ReaderTask, ResponseApdu};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// What a reader does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mischief {
    None,
    /// The files are those of a genuine chip; the keys are its own.
    Clone,
    /// What the chip answered the first time, it answers ever after.
    Replay,
    /// Files that would tell of a key are left out.
    KeyLeftOut,
    /// The chip is not asked to prove itself.
    Silent,
    /// A file ends early.
    Truncated(ChipFile),
    /// A file is something else.
    Noise(ChipFile),
    /// A file was changed after it was signed.
    Changed(ChipFile),
    /// Commands are answered when files are asked for, and files when commands are.
    OtherTask,
    /// It cannot.
    Fails(ReaderFailure),
}

/// The reader, and the card that lies on it.
pub struct ScriptedReader {
    card: Card,
    mischief: Mischief,
    heard: Option<Vec<u8>>,
    transmitted: Option<Vec<ResponseApdu>>,
}

impl ScriptedReader {
    pub fn new(card: Card) -> Self {
        Self::that(Mischief::None, card)
    }

    /// One that misbehaves.
    pub fn that(mischief: Mischief, mut card: Card) -> Self {
        if mischief == Mischief::Clone {
            card.secret = fresh(card.proves, &mut StdRng::seed_from_u64(0));
        }
        Self { card, mischief, heard: None, transmitted: None }
    }

    /// Does what it is asked, or what it does instead.
    pub fn answer(&mut self, task: &ReaderTask) -> ReaderAnswer {
        match (task, self.mischief) {
            (_, Mischief::Fails(why)) => ReaderAnswer::Failed { why },
            (ReaderTask::Read { files, .. }, Mischief::OtherTask) => {
                ReaderAnswer::Transmitted { responses: Vec::new(), files: self.read(files) }
            }
            (ReaderTask::Transmit { files, .. }, Mischief::OtherTask) => {
                ReaderAnswer::Read { files: self.read(files), active_authentication: None }
            }
            (ReaderTask::Read { files, challenge }, mischief) => {
                let fresh = self.card.sign(challenge.as_bytes());
                let recorded = self.heard.clone().filter(|_| mischief == Mischief::Replay);
                let answer = recorded.or(fresh).filter(|_| mischief != Mischief::Silent);
                self.heard.clone_from(&answer);
                ReaderAnswer::Read { files: self.read(files), active_authentication: answer.map(Into::into) }
            }
            (ReaderTask::Transmit { commands, files }, mischief) => {
                let mut told = Conversation::default();
                let fresh = commands.iter().map(|command| self.card.command(&mut told, command.apdu.as_slice()));
                let fresh: Vec<_> = fresh.map(ResponseApdu::new).collect();
                let recorded = self.transmitted.clone().filter(|_| mischief == Mischief::Replay);
                let responses = recorded.unwrap_or(fresh);
                self.transmitted = Some(responses.clone());
                let silent = mischief == Mischief::Silent;
                ReaderAnswer::Transmitted {
                    responses: if silent { Vec::new() } else { responses },
                    files: self.read(files),
                }
            }
        }
    }

    fn read(&self, names: &[ChipFile]) -> ChipFiles {
        let mut files = ChipFiles::default();
        for name in names {
            let Some(file) = self.card.files.file(*name) else { continue };
            let mut file = file.to_vec();
            match self.mischief {
                Mischief::KeyLeftOut if matches!(name, ChipFile::Dg14 | ChipFile::Dg15) => continue,
                Mischief::Truncated(which) if which == *name => file.truncate(file.len() / 2),
                Mischief::Noise(which) if which == *name => file.fill(0x5a),
                Mischief::Changed(which) if which == *name => file.last_mut().into_iter().for_each(|last| *last ^= 1),
                _ => {}
            }
            files.put(*name, file);
        }
        files
    }
}
