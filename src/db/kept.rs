//! What every page shows and hardly anything changes, kept until the next write.
//!
//! A capped count walks a thousand entries of an index, and a page shows up to six of them: a third of its time, for
//! numbers that stay the same until somebody writes. So it is with the short lists to choose from: staff, channels, tags.
//! An answer is kept together with how many writes there had been when its reader began, and serves whoever begins
//! before the next one. Writes of other instances are heard of as open
//! pages hear of them, in time for what those fetch then.
//!
//! Within [`Db::read`](super::Db::read) only: whoever writes counts anew.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer is believed when nothing is heard: word from another instance can be lost.
const LONGEST: Duration = Duration::from_secs(5);
/// Answers that are kept, at the most: filters that are typed make new ones.
const MOST: usize = 2_000;

thread_local! {
    /// What the reader on this thread goes by.
    static READER: RefCell<Option<(Kept, u64)>> = const { RefCell::new(None) };
}

/// The answers of one database.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Inner>);

#[derive(Default)]
struct Inner {
    writes: AtomicU64,
    held: Mutex<Held>,
}

/// All of them are of the same state.
#[derive(Default)]
struct Held {
    writes: u64,
    since: Option<Instant>,
    answers: HashMap<String, Arc<dyn Any + Send + Sync>>,
}

impl Held {
    fn holds(&self, writes: u64) -> bool {
        self.writes == writes && self.since.is_some_and(|since| since.elapsed() < LONGEST)
    }
}

/// Ends as the reader does.
pub(super) struct Reader;

impl Drop for Reader {
    fn drop(&mut self) {
        READER.take();
    }
}

impl Kept {
    /// Something was written, or may have been: nothing that is kept holds any more. Called between the commit and the
    /// first word of it to anybody.
    pub fn written(&self) {
        self.0.writes.fetch_add(1, Ordering::AcqRel);
    }

    /// A reader begins on this thread. Called before its transaction: what it sees is then at least as new.
    pub fn reader(&self) -> Reader {
        READER.set(Some((self.clone(), self.0.writes.load(Ordering::Acquire))));
        Reader
    }

    fn find(&self, writes: u64, key: &str) -> Option<Arc<dyn Any + Send + Sync>> {
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.answers.get(key).filter(|_| held.holds(writes)).cloned()
    }

    fn keep(&self, writes: u64, key: String, answer: Arc<dyn Any + Send + Sync>) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that began earlier has nothing to say to those who come.
        if writes < held.writes {
            return;
        }
        if !held.holds(writes) || held.answers.len() >= MOST {
            *held = Held { writes, since: Some(Instant::now()), answers: HashMap::new() };
        }
        held.answers.insert(key, answer);
    }
}

/// What is kept under this key, or else what `ask` says, which is kept from now on. The key names the question with all
/// that its answer depends on: the statement and its values.
pub fn answer<T: Send + Sync + 'static, E>(key: String, ask: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
    let Some((kept, writes)) = READER.with_borrow(Clone::clone) else { return ask().map(Arc::new) };
    if let Some(found) = kept.find(writes, &key).and_then(|found| found.downcast().ok()) {
        return Ok(found);
    }
    let asked = Arc::new(ask()?);
    kept.keep(writes, key, asked.clone());
    Ok(asked)
}

/// The same for one number.
pub fn number<E>(key: String, count: impl FnOnce() -> Result<i64, E>) -> Result<i64, E> {
    answer(key, count).map(|number| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(key: &str, answer: i64) -> i64 {
        number(key.into(), || Ok::<_, ()>(answer)).unwrap_or_default()
    }

    #[test]
    fn a_count_holds_until_the_next_write() {
        let kept = Kept::default();
        let reader = kept.reader();
        assert_eq!((ask("a", 1), ask("a", 2), ask("b", 3)), (1, 1, 3));
        // Written while this one reads: it goes on with what it has seen.
        kept.written();
        assert_eq!(ask("a", 4), 1);
        drop(reader);
        let reader = kept.reader();
        assert_eq!((ask("a", 5), ask("b", 6)), (5, 6));
        drop(reader);
        assert_eq!(ask("a", 7), 7, "who does not read within Db::read counts");
    }

    #[test]
    fn a_reader_who_began_before_a_write_leaves_nothing_to_those_after() {
        let kept = Kept::default();
        let old = kept.reader();
        kept.written();
        assert_eq!(ask("a", 1), 1);
        drop(old);
        let _new = kept.reader();
        assert_eq!(ask("a", 2), 2);
    }
}
