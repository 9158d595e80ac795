//! Whether a person stands alone before the law. Guardians come later; until then a minor is told so, honestly.

use serde::{Deserialize, Serialize};

/// A person's standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Adult,
    /// 14 to 17: signs in under a guardian's supervision, which this server cannot yet ask for.
    Under18,
    /// 8 to 13: the guardian applies and agrees, which this server cannot yet ask for.
    Under14,
}
