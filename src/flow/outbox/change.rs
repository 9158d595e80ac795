//! What becomes of rows of the outbox, written down in small transactions.

use crate::flow::{Provider, Unavailable};
use crate::spec::OutboxId;
use crate::store::outbox::{self, OutboxRow};
use tracing::warn;

/// Rows that one transaction changes.
const BATCH: usize = 16;

/// What becomes of a row.
#[derive(Clone)]
pub(super) enum Change {
    TakeOut(OutboxId),
    /// And how often it had been tried before.
    PutOff(OutboxRow, i64),
    /// A session's letter becomes one for each website.
    Share(OutboxId, Vec<OutboxRow>),
}

/// Writes changes down, a few at a time.
///
/// # Errors
/// Unavailable storage.
pub(super) async fn carry_out(provider: &Provider, changes: Vec<Change>) -> Result<(), Unavailable> {
    for batch in changes.chunks(BATCH) {
        let batch = batch.to_vec();
        let written = provider.store.write(move |tx| {
            for change in &batch {
                match change {
                    Change::TakeOut(id) => drop(outbox::take_out(tx, id)?),
                    Change::PutOff(row, was) => drop(outbox::put_off(tx, row, *was)?),
                    Change::Share(id, rows) => {
                        if outbox::take_out(tx, id)? {
                            rows.iter().try_for_each(|row| outbox::insert(tx, row).map(drop))?;
                        }
                    }
                }
            }
            Ok(())
        });
        if let Err(error) = written.await {
            warn!(target: "hufu::outbox", "what websites answered is not noted: they are told again");
            return Err(error.into());
        }
    }
    Ok(())
}
