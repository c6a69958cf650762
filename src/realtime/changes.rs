//! The bus of announcements: what one commit says travels together, so that it wakes each listener once.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::Topic;

/// Announcements that a slow listener may lag behind before it is told to look at everything again.
const LAG: usize = 1024;

/// Where changes are announced. Cheap to clone.
#[derive(Clone)]
pub struct Bus(broadcast::Sender<Arc<[Topic]>>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::channel(LAG).0)
    }
}

impl Bus {
    /// Tells every listener of these together; of nothing, nobody.
    pub fn announce(&self, topics: impl Into<Arc<[Topic]>>) {
        let topics = topics.into();
        if !topics.is_empty() {
            // Nobody listening is no failure.
            let _ = self.0.send(topics);
        }
    }

    /// Every announcement from now on.
    pub fn subscribe(&self) -> Changes {
        Changes { bus: self.0.subscribe(), told: Arc::new([]), next: 0 }
    }
}

#[cfg(test)]
impl Bus {
    pub fn listeners(&self) -> usize {
        self.0.receiver_count()
    }
}

/// The announcements that one listener hears, topic by topic.
pub struct Changes {
    bus: broadcast::Receiver<Arc<[Topic]>>,
    /// What was announced last, and the next of it that has not been given yet.
    told: Arc<[Topic]>,
    next: usize,
}

impl Changes {
    /// The next topic. Nothing is lost where the wait for it is given up.
    pub async fn recv(&mut self) -> Result<Topic, RecvError> {
        loop {
            if let Some(topic) = self.rest() {
                return Ok(topic);
            }
            (self.told, self.next) = (self.bus.recv().await?, 0);
        }
    }

    /// The next topic, if one is there.
    pub fn try_recv(&mut self) -> Result<Topic, TryRecvError> {
        loop {
            if let Some(topic) = self.rest() {
                return Ok(topic);
            }
            (self.told, self.next) = (self.bus.try_recv()?, 0);
        }
    }

    fn rest(&mut self) -> Option<Topic> {
        let topic = self.told.get(self.next)?.clone();
        self.next += 1;
        Some(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn topics_come_one_by_one_in_the_order_in_which_they_were_announced() {
        let bus = Bus::default();
        let mut changes = bus.subscribe();
        bus.announce([]);
        bus.announce([Topic::Inbox, Topic::Outbox]);
        bus.announce([Topic::Hooks]);
        assert_eq!(changes.recv().await, Ok(Topic::Inbox));
        assert_eq!(changes.try_recv(), Ok(Topic::Outbox));
        assert_eq!(changes.recv().await, Ok(Topic::Hooks));
        assert_eq!(changes.try_recv(), Err(TryRecvError::Empty));
        drop(bus);
        assert_eq!(changes.recv().await, Err(RecvError::Closed));
    }

    #[actix_web::test]
    async fn who_lags_behind_is_told() {
        let bus = Bus::default();
        let mut changes = bus.subscribe();
        for _ in 0..=LAG {
            bus.announce([Topic::Inbox]);
        }
        assert!(matches!(changes.recv().await, Err(RecvError::Lagged(_))));
        assert_eq!(changes.recv().await, Ok(Topic::Inbox));
    }
}
