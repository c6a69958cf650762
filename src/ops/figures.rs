//! What stands still and is looked at only when somebody asks: work that waits, channels, the process.

use super::store;
use crate::channels::{self, Health};
use crate::db::types::UtcTime;
use crate::db::{Conn, Load};
use crate::error::Result;
use crate::measures::{Figures, state};

/// Sets the figures of the database and of the process.
pub fn gather(conn: &mut Conn, load: Load, figures: &Figures) -> Result<()> {
    let now = UtcTime::now();
    let waiting = store::waiting(conn, now)?;
    for (name, count) in [("due", waiting.jobs_due), ("later", waiting.jobs_later), ("dead", waiting.jobs_dead)] {
        figures.jobs.get_or_create(&state(name)).set(count);
    }
    for (name, count) in [("queued", waiting.queued), ("sending", waiting.sending), ("failed", waiting.failed)] {
        figures.deliveries.get_or_create(&state(name)).set(count);
    }
    let age = |since: Option<UtcTime>| since.map_or(0, |since| since.until(now).num_seconds().max(0));
    figures.job_age.set(age(waiting.job_due_at));
    figures.delivery_age.set(age(waiting.delivery_due_at));
    let health: Vec<Health> = channels::list_now(conn)?.iter().map(|channel| channel.health()).collect();
    let of = |fits: fn(&Health) -> bool| health.iter().filter(|health| fits(health)).count();
    for (name, count) in [
        ("working", of(|health| matches!(health, Health::Fine | Health::Quiet))),
        ("failing", of(|health| matches!(health, Health::Failing))),
        ("paused", of(|health| matches!(health, Health::Paused | Health::Unconnected))),
    ] {
        figures.channels.get_or_create(&state(name)).set(whole(count));
    }
    figures.connections.get_or_create(&state("possible")).set(whole(load.connections));
    figures.connections.get_or_create(&state("in_use")).set(whole(load.in_use));
    figures.writes_waiting.set(whole(load.writes_waiting));
    process(figures);
    Ok(())
}

/// What the system says of this process. Where it says nothing, zeros stand.
#[cfg(target_os = "linux")]
fn process(figures: &Figures) {
    let Ok(process) = procfs::process::Process::myself() else { return };
    if let Ok(status) = process.status() {
        // In kilobytes: <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>.
        let bytes = |kilobytes: Option<u64>| i64::try_from(kilobytes.unwrap_or_default() * 1024).unwrap_or(i64::MAX);
        figures.memory.set(bytes(status.vmrss));
        figures.memory_anonymous.set(bytes(status.rssanon));
    }
    if let Ok(count) = process.fd_count() {
        figures.files.set(whole(count));
    }
}

#[cfg(not(target_os = "linux"))]
fn process(_: &Figures) {}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
