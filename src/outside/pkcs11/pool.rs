//! A few workers, each on a thread of its own, behind a bounded queue.
//!
//! PKCS#11 knows no timeout: a call into the module ends when the module likes. So whoever asks waits on this side of the
//! queue, for as long as the settings say, and when the queue is full is told so at once. Knows no token.

use super::error::TokenError;
use crate::keys::{HeldKey, KeyError};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

/// Questions that may wait for each worker.
const WAITING_PER_WORKER: usize = 16;

pub(super) type Answer = Result<[u8; 32], TokenError>;

/// Something that computes HMACs, one at a time.
pub(super) type Worker = Box<dyn FnMut(HeldKey, &[u8]) -> Answer + Send>;

struct Question {
    key: HeldKey,
    input: Zeroizing<Vec<u8>>,
    answer: SyncSender<Answer>,
    /// Gone when nobody waits for the answer any more.
    asker: Weak<()>,
}

/// Workers until this is dropped.
pub(super) struct Pool {
    /// None in the end.
    queue: Option<SyncSender<Question>>,
    wait: Duration,
    /// Closed when the last worker has ended.
    ended: Mutex<Receiver<()>>,
}

/// A process that ends takes the module's memory away: no worker may be inside the module then. One that hangs there is
/// not waited for longer than for an answer.
impl Drop for Pool {
    fn drop(&mut self) {
        drop(self.queue.take());
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _closed_or_late = ended.recv_timeout(self.wait);
    }
}

impl Pool {
    pub(super) fn start(workers: Vec<Worker>, wait: Duration) -> Self {
        let (queue, questions) = sync_channel(workers.len() * WAITING_PER_WORKER);
        let questions = Arc::new(Mutex::new(questions));
        let (alive, ended) = channel();
        for worker in workers {
            let (questions, alive) = (Arc::clone(&questions), alive.clone());
            thread::spawn(move || serve(worker, &questions, alive));
        }
        Self { queue: Some(queue), wait, ended: Mutex::new(ended) }
    }

    pub(super) fn hmac(&self, key: HeldKey, input: &[&[u8]]) -> Result<[u8; 32], KeyError> {
        self.ask(key, input, self.wait)
    }

    fn ask(&self, key: HeldKey, input: &[&[u8]], wait: Duration) -> Result<[u8; 32], KeyError> {
        let unavailable = |why: &str| KeyError::Unavailable(why.to_owned());
        let (answer, answered) = sync_channel(1);
        let waiting = Arc::new(());
        let input = Zeroizing::new(input.concat());
        let question = Question { key, input, answer, asker: Arc::downgrade(&waiting) };
        let queued = self.queue.as_ref().is_some_and(|queue| queue.try_send(question).is_ok());
        if !queued {
            return Err(unavailable("more is asked of the token than it answers"));
        }
        match answered.recv_timeout(wait) {
            Ok(answer) => answer.map_err(|error| KeyError::Unavailable(error.to_string())),
            Err(_) => Err(unavailable("the token takes too long")),
        }
    }
}

/// `alive` is let go last: by then the worker has left the module.
fn serve(mut worker: Worker, questions: &Mutex<Receiver<Question>>, alive: Sender<()>) {
    loop {
        let next = questions.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Question { key, input, answer, asker }) = next else { break };
        if asker.strong_count() > 0 {
            // Whoever asked may leave before the answer is there.
            drop(answer.send(worker(key, &input)));
        }
    }
    drop(worker);
    drop(alive);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::RootKey;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const KEY: HeldKey = HeldKey { root: RootKey::Pairwise, version: 1 };
    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(20);

    /// A worker that answers each question when the test says so, and counts the questions that reached it.
    fn held_back() -> (Worker, Sender<()>, Arc<AtomicUsize>) {
        let (let_go, gate) = channel();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let worker: Worker = Box::new(move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
            let _let_go = gate.recv();
            Ok([7; 32])
        });
        (worker, let_go, asked)
    }

    fn said(answer: Result<[u8; 32], KeyError>) -> String {
        answer.expect_err("refused").to_string()
    }

    #[test]
    fn the_parts_of_a_question_reach_the_worker_as_one() {
        let pool = Pool::start(
            vec![Box::new(|key, input| {
                assert_eq!((key, input), (KEY, &b"abc"[..]));
                Ok([1; 32])
            })],
            LONG,
        );
        assert_eq!(pool.hmac(KEY, &[b"a", b"bc"]), Ok([1; 32]));
    }

    #[test]
    fn a_module_that_hangs_holds_nobody_longer_than_the_wait_and_what_was_given_up_is_never_asked() {
        let (worker, let_go, asked) = held_back();
        let pool = Pool::start(vec![worker], SHORT);
        thread::scope(|scope| {
            let first = scope.spawn(|| pool.ask(KEY, &[b"1"], LONG));
            while asked.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            for _ in 0..WAITING_PER_WORKER {
                assert!(said(pool.hmac(KEY, &[b"2"])).contains("takes too long"));
            }
            let full = said(pool.hmac(KEY, &[b"3"]));
            assert!(full.contains("more is asked"), "{full}");

            let_go.send(()).and_then(|()| let_go.send(())).expect("the worker waits");
            assert_eq!(first.join().expect("no panic"), Ok([7; 32]));
        });
        while pool.ask(KEY, &[b"4"], LONG).is_err() {
            thread::yield_now();
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2, "the first, and the last that was waited for");
    }

    #[test]
    fn a_pool_that_ends_waits_until_its_workers_have_left_the_module_and_for_one_that_hangs_no_longer_than_usual() {
        let inside = Arc::new(());
        let workers = (0..4).map(|_| {
            let inside = Arc::clone(&inside);
            Box::new(move |_: HeldKey, _: &[u8]| Ok([u8::from(Arc::strong_count(&inside) > 0); 32])) as Worker
        });
        let pool = Pool::start(workers.collect(), LONG);
        assert_eq!(pool.hmac(KEY, &[]), Ok([1; 32]));
        drop(pool);
        assert_eq!(Arc::strong_count(&inside), 1);

        let (hanging, _let_go, asked) = held_back();
        let pool = Pool::start(vec![hanging], SHORT);
        assert!(said(pool.ask(KEY, &[], SHORT)).contains("takes too long"));
        drop(pool);
        assert!(asked.load(Ordering::SeqCst) <= 1, "and this test has ended");
    }

    #[test]
    fn what_a_worker_cannot_answer_is_unavailable_and_the_next_question_is_asked_all_the_same() {
        let mut answers = vec![Ok([2; 32]), Err(TokenError::Unavailable("unplugged".into()))];
        let pool = Pool::start(vec![Box::new(move |_, _| answers.pop().expect("two questions"))], LONG);
        assert_eq!(pool.hmac(KEY, &[]), Err(KeyError::Unavailable("the token does not answer: unplugged".into())));
        assert_eq!(pool.hmac(KEY, &[]), Ok([2; 32]));
    }
}
