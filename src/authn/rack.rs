//! The rack: one argon2 buffer per core, and a bounded waiting room before it (PROTOCOL 21).
//!
//! A rack holds back two things at once: memory (19 MiB per core and no more) and the queue (who finds the waiting room
//! full is told 503 at once, which costs nothing). [`Rack::enter`] never blocks, so it is called before a blocking thread
//! is taken; the [`Place`] it gives goes to that thread, waits there for a buffer and computes. Knows no runtime.

use super::pin_hash::{BLOCKS, PinHash};
use argon2::Block;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// Bounds what hashing may take of a node.
pub struct Rack {
    buffers: Mutex<Vec<Vec<Block>>>,
    returned: Condvar,
    inside: AtomicUsize,
    places: usize,
}

/// The waiting room is full: answer 503 with `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("as many PINs are being checked as this node can bear")]
pub struct Full;

/// The right to one computation.
pub struct Place {
    rack: Arc<Rack>,
}

impl Rack {
    /// A rack of `cores` buffers before which `waiting` more may stand. A buffer is allocated when first used.
    pub fn new(cores: usize, waiting: usize) -> Arc<Self> {
        let cores = cores.max(1);
        Arc::new(Self {
            buffers: Mutex::new(vec![Vec::new(); cores]),
            returned: Condvar::new(),
            inside: AtomicUsize::new(0),
            places: cores + waiting,
        })
    }

    /// Takes a place at once, or none.
    ///
    /// # Errors
    /// [`Full`].
    pub fn enter(self: &Arc<Self>) -> Result<Place, Full> {
        self.enter_below(self.places)
    }

    /// As [`Self::enter`], for somebody whom this browser was never known for: a quarter of the waiting room is kept free
    /// for the persons' own browsers, so that strangers' wrong PINs never fill it (PROTOCOL 21).
    ///
    /// # Errors
    /// [`Full`].
    pub fn enter_as_stranger(self: &Arc<Self>) -> Result<Place, Full> {
        self.enter_below(self.places - self.places / 4)
    }

    fn enter_below(self: &Arc<Self>, places: usize) -> Result<Place, Full> {
        self.inside
            .try_update(Ordering::AcqRel, Ordering::Acquire, |inside| (inside < places).then_some(inside + 1))
            .map(|_| Place { rack: Arc::clone(self) })
            .map_err(|_| Full)
    }

    /// How many compute or wait, and how many may: for the metrics.
    pub fn load(&self) -> (usize, usize) {
        (self.inside.load(Ordering::Relaxed), self.places)
    }

    fn lend(&self) -> Loan<'_> {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = loop {
            match buffers.pop() {
                Some(memory) => break memory,
                None => buffers = self.returned.wait(buffers).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(buffers);
        memory.resize(BLOCKS, Block::new());
        Loan { rack: self, memory }
    }
}

impl Place {
    /// Hashes a new PIN. Blocks for tens of milliseconds: call on a blocking thread.
    pub fn hash(self, peppered: &[u8; 32], pepper: u16, salt: [u8; 16]) -> PinHash {
        PinHash::compute(peppered, pepper, salt, &mut self.rack.lend().memory)
    }

    /// Checks a PIN, a decoy's as slowly as a real one. Blocks for tens of milliseconds: call on a blocking thread.
    pub fn verify(self, peppered: &[u8; 32], against: &PinHash) -> bool {
        against.verify(peppered, &mut self.rack.lend().memory)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.rack.inside.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A buffer that goes back whatever happens, a panic included.
struct Loan<'a> {
    rack: &'a Rack,
    memory: Vec<Block>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let memory = mem::take(&mut self.memory);
        self.rack.buffers.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        self.rack.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// PROTOCOL 21: "full rack = 503".
    #[test]
    fn a_full_rack_turns_away_at_once_and_a_place_given_back_is_free() {
        let rack = Rack::new(2, 3);
        let mut places: Vec<_> = (0..5).map(|_| rack.enter().expect("a place")).collect();
        assert_eq!(rack.enter().err(), Some(Full));
        places.pop();
        assert_eq!(rack.enter_as_stranger().err(), Some(Full), "the last place is for a known browser");
        places.push(rack.enter().expect("and it gets it"));
        assert_eq!(rack.load(), (5, 5));
        places.pop();
        assert!(rack.enter().is_ok());
    }

    #[test]
    fn a_panic_loses_neither_the_place_nor_the_buffer() {
        let rack = Rack::new(1, 0);
        let died = catch_unwind(AssertUnwindSafe(|| {
            let place = rack.enter().expect("a place");
            let _loan = place.rack.lend();
            panic!("planted");
        }));
        assert!(died.is_err());
        assert!(!rack.enter().expect("the place is back").verify(&[0; 32], &PinHash::decoy(1)));
        assert_eq!(rack.buffers.lock().expect("not poisoned").len(), 1);
    }
}
