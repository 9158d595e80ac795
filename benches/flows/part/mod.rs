//! The table's parts, one file each: what is set beside what, and the target.

pub mod crowd;
pub mod documents;
pub mod flows;
pub mod memory;
pub mod noise;
pub mod sign_in;
pub mod start;
pub mod tokens;
