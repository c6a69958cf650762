//! Whether instances add up: one, two and four on the same PostgreSQL, each with a small share of one processor.
//!
//! On one machine they would only divide among themselves what there is. With a share that leaves most of the machine free
//! it shows whether anything stands between them: a lock, a queue, the database.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::Options;
use crate::data::Set;
use crate::drive::{Ask, drive_over};
use crate::report::Report;
use crate::server::Server;

/// Of one processor, in percent.
const SHARE: u64 = 15;
const INSTANCES: [usize; 3] = [1, 2, 4];
const PAGES: [(&str, &str); 2] = [("inbox", "/inbox"), ("customers", "/customers?period=all")];

pub async fn measure(options: &Options, set: &Set, provider: &str, report: &mut Report) {
    for many in INSTANCES {
        let (mut servers, mut shares) = (vec![], vec![]);
        for _ in 0..many {
            let server = Server::start(options, set, provider).await;
            match Share::of(server.pid()) {
                Ok(share) => shares.push(share),
                Err(error) => {
                    let why = format!("not measured: a control group could not be made ({error}); it takes root");
                    report.text(set, "instances", why);
                    server.stop().await;
                    return;
                }
            }
            servers.push(server);
        }
        let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
        for (name, path) in PAGES {
            // One session serves on all of them.
            let ask = Ask::get(path, &servers[0].cookie);
            let asked = move |_| ask.clone();
            drive_over(&addresses, options.connections, options.time() / 2, asked.clone()).await;
            let taken = drive_over(&addresses, options.connections, options.time(), asked).await;
            report.taken(set, &format!("{name}, {many} × {SHARE} % of a processor"), taken, None, None);
        }
        for server in servers {
            server.stop().await;
        }
    }
}

/// A control group of one process; it goes when that has ended.
struct Share(PathBuf);

impl Share {
    fn of(pid: u32) -> std::io::Result<Self> {
        // The newer form of control groups, or the older.
        let unified = Path::new("/sys/fs/cgroup");
        let is_unified = unified.join("cgroup.controllers").exists();
        let root = if is_unified { unified.to_owned() } else { unified.join("cpu") };
        let share = Self(root.join(format!("switchboard-load-{pid}")));
        std::fs::create_dir(&share.0)?;
        let put = |name: &str, value: String| std::fs::write(share.0.join(name), value);
        // Microseconds: short periods, so that whoever has used up its share does not make everybody wait for long.
        let (period, part) = (20_000, 20_000 * SHARE / 100);
        if is_unified {
            put("cpu.max", format!("{part} {period}"))?;
        } else {
            put("cpu.cfs_period_us", period.to_string())?;
            put("cpu.cfs_quota_us", part.to_string())?;
        }
        put("cgroup.procs", pid.to_string())?;
        Ok(share)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.0);
    }
}
