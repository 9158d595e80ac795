//! The reader API in JSON, as the reader speaks it (docs/ports/reader.md): what a [`ScriptedReader`] says next to what it heard.
//! Knows no HTTP: who carries it to the ticket's address, and within which bounds, is for others to say.

use super::reader::ScriptedReader;
use crate::document::ReaderStep;

/// What a step that was heard asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// This is the answer to the next task.
    More(Vec<u8>),
    /// The document was taken.
    Done,
    /// It was not; by a code and in a sentence.
    Refused { code: String, message: String },
}

/// What was heard is not of the reader API.
#[derive(Debug, thiserror::Error)]
#[error("received what is no task and no step; expected the JSON of docs/ports/reader.md: {0}")]
pub struct NotSpoken(#[from] serde_json::Error);

impl ScriptedReader {
    /// The answer to the first task.
    ///
    /// # Errors
    /// It is none.
    pub fn begin(&mut self, task: &[u8]) -> Result<Vec<u8>, NotSpoken> {
        let task = serde_json::from_slice(task)?;
        Ok(serde_json::to_vec(&self.answer(&task))?)
    }

    /// What follows a step.
    ///
    /// # Errors
    /// It is none.
    pub fn hear(&mut self, step: &[u8]) -> Result<Heard, NotSpoken> {
        Ok(match serde_json::from_slice(step)? {
            ReaderStep::More { task } => Heard::More(serde_json::to_vec(&self.answer(&task))?),
            ReaderStep::Done => Heard::Done,
            ReaderStep::Refused { code, message } => Heard::Refused { code, message },
        })
    }
}
