//! Whether a person stands alone before the law. Guardians come later; until then a minor is told so, honestly.

use serde::{Deserialize, Serialize};

/// A person's standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Adult,
    /// Signs in only once a guardian has agreed, which this server cannot yet ask for.
    NeedsGuardian,
}
