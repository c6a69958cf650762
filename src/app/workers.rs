//! What runs beside the requests: messages out, messages in, giving conversations, and jobs.

use actix_web::web::Data;

use crate::auth::throttle::Throttle;
use crate::realtime::presence::Presences;
use crate::{conversations, hooks, jobs, outbox};

pub(super) struct Workers {
    outbox: outbox::Worker,
    poller: hooks::Poller,
    reader: hooks::Reader,
    distributor: conversations::Distributor,
    jobs: jobs::Runner,
}

impl Workers {
    /// Starts all of them. `throttle` and `presences` are tidied by a job now and then.
    pub fn start(work: jobs::Ctx, throttle: Data<Throttle>, presences: Data<Presences>) -> Self {
        Self {
            outbox: outbox::Worker::start(work.clone()),
            poller: hooks::Poller::start(work.clone()),
            reader: hooks::Reader::start(work.clone()),
            distributor: conversations::Distributor::start(work.db.clone()),
            jobs: jobs::Runner::start(work, throttle, presences),
        }
    }

    /// Lets each finish what it has in hand. Those that bring work stop before those that do it.
    pub async fn stop(self) {
        self.poller.stop().await;
        self.reader.stop().await;
        self.distributor.stop().await;
        self.outbox.stop().await;
        self.jobs.stop().await;
    }
}
