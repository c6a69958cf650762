//! What every page shows and hardly anything changes, kept until a write that may change it.
//!
//! A capped count walks a thousand entries of an index, and a page shows up to six of them: a third of its time, for
//! numbers that stay the same until somebody writes. So it is with the short lists to choose from: staff, channels, tags.
//! An answer is kept together with how many writes there had been when its reader began, and serves whoever begins
//! before the next one. Writes of other instances are heard of as open pages hear of them, in time for what those fetch
//! then.
//!
//! Most writes are messages that come in, thousands a second on a busy day. They say of themselves that they are narrow
//! ([`Tx::concerns_one_customer`](super::Tx::concerns_one_customer)), and some answers outlive them: what has nothing to
//! do with customers ([`settled`]), and a count that lay so far above its cap that as many customers cannot have left
//! ([`capped`]). Others touch nothing that is kept, and say that
//! ([`Tx::concerns_nothing_kept`](super::Tx::concerns_nothing_kept)).
//!
//! Within [`Db::read`](super::Db::read) only: whoever writes counts anew. So does who reads [`afresh`].

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How long an answer is believed when nothing is heard: word from another instance can be lost.
const LONGEST: Duration = Duration::from_secs(5);
/// The same of what is [`lasting`].
const LASTING: Duration = Duration::from_secs(600);
/// The same of what is kept [`briefly`].
pub const BRIEF: Duration = Duration::from_secs(1);
/// Answers that are kept, at the most: filters that are typed make new ones.
const MOST: usize = 2_000;

thread_local! {
    /// What the reader on this thread goes by.
    static READER: RefCell<Option<(Kept, Writes)>> = const { RefCell::new(None) };
}

tokio::task_local! {
    /// Set while somebody reads [`afresh`].
    static AFRESH: ();
}

/// Runs what asks the database for everything, whatever is kept: for somebody who has written by way of another instance, and
/// may be here before word of it.
pub async fn afresh<F: Future>(what: F) -> F::Output {
    AFRESH.scope((), what).await
}

/// The same on a thread that may wait for the database.
pub(super) fn afresh_here<T>(what: impl FnOnce() -> T) -> T {
    AFRESH.sync_scope((), what)
}

/// Whether whoever asks this reads [`afresh`].
pub(super) fn is_afresh() -> bool {
    AFRESH.try_with(|()| ()).is_ok()
}

/// The answers of one database.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Inner>);

#[derive(Default)]
struct Inner {
    wide: AtomicU64,
    narrow: AtomicU64,
    held: Mutex<HashMap<String, Held>>,
}

/// How many writes there have been: of one customer's things only, and all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Writes {
    pub wide: u64,
    pub narrow: u64,
}

impl Writes {
    pub fn add(&mut self, more: Writes) {
        self.wide += more.wide;
        self.narrow += more.narrow;
    }
}

struct Held {
    writes: Writes,
    since: Instant,
    holds: Holds,
    answer: Arc<dyn Any + Send + Sync>,
}

/// How long an answer holds.
#[derive(Clone, Copy)]
struct Holds {
    /// Until a wide write, or more than so many narrow ones. `None`: whatever is written.
    outlives: Option<u64>,
    longest: Duration,
}

impl Holds {
    const LASTING: Self = Self { outlives: None, longest: LASTING };

    fn narrow(outlives: u64) -> Self {
        Self { outlives: Some(outlives), longest: LONGEST }
    }
}

impl Held {
    fn holds(&self, now: Writes) -> bool {
        let Holds { outlives, longest } = self.holds;
        let is_untouched =
            |outlives| self.writes.wide == now.wide && self.writes.narrow.abs_diff(now.narrow) <= outlives;
        outlives.is_none_or(is_untouched) && self.since.elapsed() < longest
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
    /// Something was written, or may have been. Called between the commit and the first word of it to anybody.
    pub fn written(&self, more: Writes) {
        self.0.narrow.fetch_add(more.narrow, Ordering::AcqRel);
        self.0.wide.fetch_add(more.wide, Ordering::AcqRel);
    }

    /// The same of a write whose extent nobody knows.
    pub fn written_somehow(&self) {
        self.written(Writes { wide: 1, narrow: 0 });
    }

    /// A reader begins on this thread. Called before its transaction: what it sees is then at least as new.
    pub fn reader(&self) -> Reader {
        READER.set((!is_afresh()).then(|| (self.clone(), self.writes())));
        Reader
    }

    /// What holds now, outside of any reader.
    pub fn now(&self, key: &str) -> Option<Arc<dyn Any + Send + Sync>> {
        if is_afresh() {
            return None;
        }
        self.find(self.writes(), key)
    }

    fn writes(&self) -> Writes {
        let narrow = self.0.narrow.load(Ordering::Acquire);
        Writes { wide: self.0.wide.load(Ordering::Acquire), narrow }
    }

    fn find(&self, now: Writes, key: &str) -> Option<Arc<dyn Any + Send + Sync>> {
        let held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(key).filter(|held| held.holds(now)).map(|held| held.answer.clone())
    }

    fn keep(&self, writes: Writes, key: String, holds: Holds, answer: Arc<dyn Any + Send + Sync>) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that began earlier has nothing to say to those who come.
        if held.get(&key).is_some_and(|held| held.writes > writes) {
            return;
        }
        if held.len() >= MOST {
            held.retain(|_, held| held.holds(writes));
        }
        if held.len() >= MOST {
            held.clear();
        }
        held.insert(key, Held { writes, since: Instant::now(), holds, answer });
    }
}

/// What is kept under this key, or else what `ask` says, which is kept from now on. The key names the question with all
/// that its answer depends on: the statement and its values.
pub fn answer<T: Send + Sync + 'static, E>(key: String, ask: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
    answer_outliving(key, |_| 0, ask)
}

/// The same for what may be minutes old: figures that only say which way is quicker.
pub fn lasting<T: Send + Sync + 'static, E>(key: String, ask: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
    answer_holding(key, |_| Holds::LASTING, ask)
}

/// The same for what no customer, conversation or message has a part in.
pub fn settled<T: Send + Sync + 'static, E>(key: String, ask: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
    answer_outliving(key, |_| u64::MAX, ask)
}

/// The same for an answer that says itself how many narrow writes it outlives.
pub fn answer_outliving<T: Send + Sync + 'static, E>(
    key: String,
    outlives: impl FnOnce(&T) -> u64,
    ask: impl FnOnce() -> Result<T, E>,
) -> Result<Arc<T>, E> {
    answer_holding(key, |answer| Holds::narrow(outlives(answer)), ask)
}

/// The same as [`settled`] for what somebody may do. It ends with the write that ends it; where word of that is lost, or it is
/// a command's, which runs in a process of its own, within [`BRIEF`].
pub fn briefly<T: Send + Sync + 'static, E>(key: String, ask: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
    answer_holding(key, |_| Holds { longest: BRIEF, ..Holds::narrow(u64::MAX) }, ask)
}

fn answer_holding<T: Send + Sync + 'static, E>(
    key: String,
    holds: impl FnOnce(&T) -> Holds,
    ask: impl FnOnce() -> Result<T, E>,
) -> Result<Arc<T>, E> {
    let Some((kept, writes)) = READER.with_borrow(Clone::clone) else { return ask().map(Arc::new) };
    if let Some(found) = kept.find(writes, &key).and_then(|found| found.downcast().ok()) {
        return Ok(found);
    }
    let asked = Arc::new(ask()?);
    kept.keep(writes, key, holds(&asked), asked.clone());
    Ok(asked)
}

/// One number, kept like [`answer`].
pub fn number<E>(key: String, count: impl FnOnce() -> Result<i64, E>) -> Result<i64, E> {
    answer(key, count).map(|number| *number)
}

/// How far to count where a count goes no further than `cap`: what lies above is how many narrow writes it outlives.
pub const fn reach(cap: i64) -> i64 {
    2 * cap
}

/// How many customers or conversations there are of a kind, up to `cap`; `count` counts up to [`reach`].
pub fn capped<E>(key: String, cap: i64, count: impl FnOnce() -> Result<i64, E>) -> Result<i64, E> {
    answer_outliving(key, |n| above(*n, cap), count).map(|n| (*n).min(cap))
}

/// The same for several, each with its key. `count` is asked for those that are not kept, by their places.
pub fn capped_each<E>(
    keys: Vec<String>,
    cap: i64,
    count: impl FnOnce(&[usize]) -> Result<Vec<i64>, E>,
) -> Result<Vec<i64>, E> {
    let reader = READER.with_borrow(Clone::clone);
    let kept_of = |key: &String| -> Option<i64> {
        let (kept, writes) = reader.as_ref()?;
        kept.find(*writes, key)?.downcast().ok().map(|n: Arc<i64>| *n)
    };
    let mut numbers: Vec<Option<i64>> = keys.iter().map(kept_of).collect();
    let missing: Vec<usize> = (0..keys.len()).filter(|place| numbers[*place].is_none()).collect();
    if !missing.is_empty() {
        for (place, n) in missing.iter().zip(count(&missing)?) {
            numbers[*place] = Some(n);
            if let Some((kept, writes)) = &reader {
                kept.keep(*writes, keys[*place].clone(), Holds::narrow(above(n, cap)), Arc::new(n));
            }
        }
    }
    Ok(numbers.into_iter().map(|n| n.unwrap_or_default().min(cap)).collect())
}

/// A narrow write takes one away at the most.
fn above(n: i64, cap: i64) -> u64 {
    u64::try_from(n - cap).unwrap_or(0)
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
        kept.written_somehow();
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
        kept.written_somehow();
        assert_eq!(ask("a", 1), 1);
        drop(old);
        let _new = kept.reader();
        assert_eq!(ask("a", 2), 2);
    }

    #[test]
    fn a_narrow_write_leaves_what_it_cannot_have_changed() {
        let narrow = |kept: &Kept, n| kept.written(Writes { wide: 0, narrow: n });
        let ask = |kept: &Kept, n| {
            let _reader = kept.reader();
            let exact = number("exact".into(), || Ok::<_, ()>(n)).unwrap();
            let settled = *settled("settled".into(), || Ok::<_, ()>(n)).unwrap();
            let capped = capped("capped".into(), 10, || Ok::<_, ()>(n)).unwrap();
            (exact, settled, capped)
        };
        let kept = Kept::default();
        assert_eq!(ask(&kept, 13), (13, 13, 10));
        narrow(&kept, 3);
        assert_eq!(ask(&kept, 12), (12, 13, 10), "three of thirteen gone: ten are left");
        narrow(&kept, 1);
        assert_eq!(ask(&kept, 9), (9, 13, 9), "the fourth may make it nine");
        kept.written_somehow();
        assert_eq!(ask(&kept, 8), (8, 8, 8));
    }

    #[test]
    fn who_reads_afresh_asks() {
        let kept = Kept::default();
        let ask = |n| {
            let _reader = kept.reader();
            ask("a", n)
        };
        assert_eq!((ask(1), ask(2)), (1, 1));
        assert_eq!(afresh_here(|| (kept.now("a").is_none(), ask(3))), (true, 3));
        assert_eq!(ask(4), 1, "others go on by what is kept");
    }

    #[test]
    fn what_is_lasting_outlives_every_write() {
        let kept = Kept::default();
        let ask = |n: i64| {
            let _reader = kept.reader();
            *lasting("lasting".into(), || Ok::<_, ()>(n)).unwrap()
        };
        assert_eq!(ask(1), 1);
        kept.written_somehow();
        assert_eq!(ask(2), 1);
    }

    #[test]
    fn of_several_counts_only_those_that_are_not_kept_are_asked() {
        let kept = Kept::default();
        let ask = |answers: &[i64]| {
            let _reader = kept.reader();
            let (mut asked, answers) = (vec![], answers.to_vec());
            let keys = ["a", "b"].map(String::from).to_vec();
            let told = capped_each(keys, 10, |missing| {
                asked = missing.to_vec();
                Ok::<_, ()>(missing.iter().map(|place| answers[*place]).collect())
            });
            (told.unwrap(), asked)
        };
        assert_eq!(ask(&[20, 5]), (vec![10, 5], vec![0, 1]));
        kept.written(Writes { wide: 0, narrow: 1 });
        assert_eq!(ask(&[19, 6]), (vec![10, 6], vec![1]));
        assert_eq!(ask(&[0, 0]), (vec![10, 6], vec![]));
    }
}
