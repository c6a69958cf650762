//! Tells the other instances what was committed here.
//!
//! After the commit, on a connection of its own. PostgreSQL lets one transaction at a time commit that notifies anybody, and
//! keeps the next one waiting until it is on disk: with word of each write in its own transaction, no two writes shared a
//! flush. What is committed while one statement is under way travels in the next.
//!
//! Whoever is killed between the two leaves the others without word. They believe nothing for longer than a few seconds,
//! and an instance that starts says that something may have been missed.

use std::sync::mpsc::{self, TryRecvError};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Failure;
use super::dialect::Speaker;
use super::kept::Writes;
use crate::realtime::Topic;

/// The pause before something is said again that did not get through.
const RETRY: Duration = Duration::from_millis(500);
/// How long whoever ends waits until the last word is out.
const LAST_WORD: Duration = Duration::from_secs(2);
/// Topics in one notice: it holds less than 8,000 bytes, and a topic takes some 60.
const TOPICS: usize = 100;

/// What an instance tells the others: how much it has written, and what of it pages show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Word {
    from: u64,
    pub(super) writes: Writes,
    pub(super) topics: Vec<Topic>,
}

impl Word {
    pub(super) fn new(writes: Writes, topics: Vec<Topic>) -> Self {
        Self { from: instance(), writes, topics }
    }

    /// That words may have been lost.
    pub(super) fn lost() -> Self {
        Self::new(Writes { wide: 1, narrow: 0 }, vec![Topic::Everything])
    }

    /// What another instance said. `None`: it is our own word, or one that this version does not know.
    pub fn heard(notice: &str) -> Option<Word> {
        serde_json::from_str(notice).ok().filter(|word: &Word| word.from != instance())
    }

    fn is_empty(&self) -> bool {
        self.topics.is_empty() && self.writes == Writes::default()
    }

    fn add(&mut self, more: Word) {
        self.writes.add(more.writes);
        for topic in more.topics {
            if !self.topics.contains(&topic) {
                self.topics.push(topic);
            }
        }
    }

    /// As texts of which each fits into a notice.
    fn notices(&self) -> Vec<String> {
        let mut parts: Vec<Word> =
            self.topics.chunks(TOPICS).map(|part| Word::new(Writes::default(), part.to_vec())).collect();
        match parts.first_mut() {
            Some(first) => first.writes = self.writes,
            None => parts.push(self.clone()),
        }
        parts.iter().map(|part| serde_json::to_string(part).unwrap_or_default()).collect()
    }
}

/// This process among several: its own words come back from the database, too.
fn instance() -> u64 {
    static INSTANCE: OnceLock<u64> = OnceLock::new();
    *INSTANCE.get_or_init(rand::random)
}

/// The thread that tells them, and what is to be told.
pub(super) struct Announcer {
    words: Mutex<Option<mpsc::Sender<Word>>>,
    done: Mutex<mpsc::Receiver<()>>,
}

impl Announcer {
    /// `url` leads to PostgreSQL itself.
    pub fn start(url: String) -> Result<Self, Failure> {
        let (words, told) = mpsc::channel();
        let (end, done) = mpsc::channel();
        thread::Builder::new()
            .name("announcer".into())
            .spawn(move || {
                run(&url, &told);
                drop(end);
            })
            .map_err(|e| Failure::Unreachable(e.to_string()))?;
        Ok(Self { words: Mutex::new(Some(words)), done: Mutex::new(done) })
    }

    /// Has the other instances told, soon. Does not wait.
    pub fn tell(&self, word: Word) {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(words) = words.as_ref().filter(|_| !word.is_empty()) {
            // The thread ends with this queue, not before.
            let _ = words.send(word);
        }
    }

    /// Waits until what was to be told is, if it can be. Blocks.
    pub fn close(&self) {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).take();
        let _ = self.done.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LAST_WORD);
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.close();
    }
}

fn run(url: &str, words: &mpsc::Receiver<Word>) {
    let mut speaker = None;
    while let Ok(mut word) = words.recv() {
        words.try_iter().for_each(|more| word.add(more));
        while let Err(error) = say(&mut speaker, url, &word) {
            tracing::warn!(%error, "the other instances were not told what changed");
            word = Word::lost();
            thread::sleep(RETRY);
            if has_ended(words) {
                return;
            }
        }
    }
}

/// Says it on the connection that there is, or on a new one: it may have died since it was used last.
fn say(speaker: &mut Option<Speaker>, url: &str, word: &Word) -> Result<(), Failure> {
    let notices = word.notices();
    if let Some(there) = speaker
        && there.say(&notices).is_ok()
    {
        return Ok(());
    }
    speaker.insert(Speaker::open(url)?).say(&notices)
}

/// Whether nobody has anything to tell any more; passes over what they had.
fn has_ended(words: &mpsc::Receiver<Word>) -> bool {
    loop {
        match words.try_recv() {
            Ok(_) => {}
            Err(error) => return error == TryRecvError::Disconnected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::{CustomerId, StaffId};

    fn heard(notice: &str) -> Word {
        serde_json::from_str(notice).unwrap()
    }

    #[test]
    fn what_is_said_together_is_said_once() {
        let mut word = Word::new(Writes { wide: 0, narrow: 1 }, vec![Topic::Inbox]);
        word.add(Word::new(Writes { wide: 1, narrow: 2 }, vec![Topic::Inbox, Topic::Outbox]));
        let notices = word.notices();
        assert_eq!(notices.len(), 1);
        let heard = heard(&notices[0]);
        assert_eq!((heard.writes, heard.topics), (Writes { wide: 1, narrow: 3 }, vec![Topic::Inbox, Topic::Outbox]));
        assert!(Word::heard(&notices[0]).is_none(), "our own");
        assert!(Word::heard("[1,\"Inbox\"]").is_none(), "an older version's");
    }

    #[test]
    fn many_topics_fit_into_several_notices() {
        let (customer, staff) = (|n| CustomerId(i64::MAX - n), StaffId(i64::MAX));
        let topics = (0..250).map(|n| Topic::Seen(customer(n), staff, crate::realtime::Doing::Typing)).collect();
        let notices = Word::new(Writes { wide: 0, narrow: 7 }, topics).notices();
        assert!(notices.iter().all(|notice| notice.len() < 8_000), "{:?}", notices.iter().map(String::len).max());
        let all: Vec<Word> = notices.iter().map(|notice| heard(notice)).collect();
        assert_eq!(all.iter().map(|word| word.topics.len()).sum::<usize>(), 250);
        assert_eq!(all.iter().map(|word| word.writes.narrow).sum::<u64>(), 7);
        let none = Word::new(Writes { wide: 1, narrow: 0 }, vec![]).notices();
        assert_eq!(heard(&none[0]).writes.wide, 1);
    }
}
