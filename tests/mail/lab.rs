//! Real mail servers for tests: Postfix and Dovecot on free ports of this machine, in a temporary folder.
//!
//! - Any local part of `support.test` and `customer.test` is a mailbox with the password [`PASSWORD`], save for those
//!   that begin with `nosuch`: they are refused with 550.
//! - `@bounce.test` is taken, and comes back as a delivery report. `@slow.test` is taken and put off.
//! - `greylisted…@` is refused with 450.
//!
//! Both servers change their user, so this needs root. A shell that waits for the end of a pipe stops them, whatever
//! ends the test run.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use lettre::address::Envelope;
use lettre::{SmtpTransport, Transport};
use tempfile::TempDir;

pub const PASSWORD: &str = "secret";

/// The servers. They stop when the last test lets go of them.
pub struct MailLab {
    pub smtp: u16,
    pub submission: u16,
    pub submissions: u16,
    pub imap: u16,
    pub imaps: u16,
    /// The certificate authority of their certificates, in PEM.
    pub ca: String,
    guard: Option<Child>,
    folder: TempDir,
}

/// The servers that the tests of this run share; a test has mailboxes of its own.
pub fn shared() -> Arc<MailLab> {
    static SHARED: Mutex<Weak<MailLab>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let lab = Arc::new(MailLab::start());
        *shared = Arc::downgrade(&lab);
        lab
    })
}

/// A local part that no other test uses.
pub fn mailbox(word: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{word}{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl MailLab {
    /// Servers of one's own, to be stopped and started again.
    pub fn start() -> Self {
        // Nobody listens there: no token is good.
        Self::start_asking("http://127.0.0.1:9/")
    }

    /// The same, with Dovecot asking at this address whose an access token is (RFC 7662).
    pub fn start_asking(introspection: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let here = folder.path();
        // The servers' own users have to get in.
        std::fs::set_permissions(here, std::fs::Permissions::from_mode(0o711)).expect("the folder is ours");
        for name in ["dc", "pf/etc", "pf/spool", "pf/data", "boxes", "tls"] {
            std::fs::create_dir_all(here.join(name)).expect("a folder");
        }
        make_certificates(&here.join("tls"));
        // As late as can be: whoever asks for a port meanwhile may get one of these.
        let [smtp, submission, submissions, imap, imaps, lmtp, refusing, slow] = free_ports();
        let fill = |text: &str| {
            let ports = [
                ("%SMTP%", smtp),
                ("%SUBMISSION%", submission),
                ("%SUBMISSIONS%", submissions),
                ("%IMAP%", imap),
                ("%IMAPS%", imaps),
                ("%LMTP%", lmtp),
                ("%REFUSING%", refusing),
                ("%SLOW%", slow),
            ];
            let text = text.replace("%LAB%", here.to_str().expect("a path in UTF-8"));
            let text = text.replace("%INTROSPECTION%", introspection);
            ports.iter().fold(text, |text, (name, port)| text.replace(name, &port.to_string()))
        };
        let write = |name: &str, text: &str| std::fs::write(here.join(name), fill(text)).expect("a file");
        write("dc/dovecot.conf", include_str!("servers/dovecot.conf"));
        write("dc/tokens.conf", include_str!("servers/tokens.conf"));
        write("pf/etc/main.cf", include_str!("servers/main.cf"));
        write("pf/etc/master.cf", include_str!("servers/master.cf"));
        write("pf/etc/boxes", include_str!("servers/boxes"));
        write("pf/etc/access", "/^greylisted/ 450 4.2.0 greylisted, come back later\n");
        run("chown", &["1999:1999", path(&here.join("boxes"))]);
        run("chown", &["postfix", path(&here.join("pf/data"))]);
        let ca = std::fs::read_to_string(here.join("tls/ca.pem")).expect("the authority");
        let guard = Some(watch(here));
        let lab = Self { smtp, submission, submissions, imap, imaps, ca, guard, folder };
        lab.start_dovecot();
        lab.start_postfix();
        wait_for(smtp);
        lab
    }

    /// Twice if need be: Postfix gives its first process ten seconds, which a machine at its limit may not have, and a port
    /// that was free may be somebody's for a moment.
    fn start_postfix(&self) {
        let settings = self.folder.path().join("pf/etc");
        let start = ["-c", path(&settings), "start"];
        if attempt("postfix", &start).is_err() {
            let _ = attempt("postfix", &["-c", path(&settings), "abort"]);
            std::thread::sleep(std::time::Duration::from_secs(2));
            run("postfix", &start);
        }
    }

    /// Twice if need be, as Postfix.
    pub fn start_dovecot(&self) {
        let settings = self.folder.path().join("dc/dovecot.conf");
        let start = ["-c", path(&settings)];
        if attempt("dovecot", &start).is_err() {
            std::thread::sleep(std::time::Duration::from_secs(2));
            run("dovecot", &start);
        }
        wait_for(self.imap);
        wait_for(self.submission);
    }

    pub fn stop_dovecot(&self) {
        run("doveadm", &["-c", path(&self.folder.path().join("dc/dovecot.conf")), "stop"]);
        for port in [self.imap, self.imaps, self.submission, self.submissions] {
            wait_until_gone(port);
        }
    }

    /// Takes the rule away that puts `greylisted…` off.
    pub fn end_greylisting(&self) {
        std::fs::write(self.folder.path().join("pf/etc/access"), "/^nobody$/ OK\n").expect("a file");
        run("postfix", &["-c", path(&self.folder.path().join("pf/etc")), "reload"]);
    }

    /// Brings a mail from outside, exactly as it is. An empty `from` is the empty return path.
    pub fn deliver(&self, from: &str, to: &str, raw: &[u8]) {
        let from = (!from.is_empty()).then(|| from.parse().expect("an address"));
        let envelope = Envelope::new(from, vec![to.parse().expect("an address")]).expect("an envelope");
        let server = SmtpTransport::builder_dangerous("127.0.0.1").port(self.smtp).build();
        server.send_raw(&envelope, raw).expect("Postfix takes the mail");
    }

    /// Mails in the inbox of a local part, oldest first, as bytes.
    pub fn mails(&self, local: &str) -> Vec<Vec<u8>> {
        let mut found: Vec<PathBuf> = ["new", "cur"]
            .iter()
            .filter_map(|name| std::fs::read_dir(self.folder.path().join("boxes").join(local).join(name)).ok())
            .flat_map(|entries| entries.map(|entry| entry.expect("an entry").path()))
            .collect();
        found.sort_by_key(|file| file.file_name().map(std::ffi::OsStr::to_owned));
        found.iter().map(|file| std::fs::read(file).expect("a mail")).collect()
    }

    /// How many mails of a local part are marked read on the server.
    pub fn read_count(&self, local: &str) -> usize {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("boxes").join(local).join("cur")) else { return 0 };
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names.filter(|name| name.rsplit_once(":2,").is_some_and(|(_, flags)| flags.contains('S'))).count()
    }

    /// Throws away what the server knows of a mailbox, so that its numbers mean something else from now on.
    pub fn forget_numbers(&self, local: &str) {
        let folder = self.folder.path().join("boxes").join(local);
        for entry in std::fs::read_dir(&folder).expect("the mailbox").map(|entry| entry.expect("an entry")) {
            if entry.file_name().to_string_lossy().starts_with("dovecot") {
                std::fs::remove_file(entry.path()).expect("the file goes");
            }
        }
    }

    /// What the servers wrote, for a failing test.
    pub fn log(&self) -> String {
        ["pf/postfix.log", "dc/dovecot.log"]
            .iter()
            .map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .collect()
    }
}

impl Drop for MailLab {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            let _ = guard.wait();
        }
    }
}

/// A shell that stops the servers once our end of its input is closed, by us or by our death.
fn watch(folder: &Path) -> Child {
    let stop = "trap '' INT TERM HUP; cat >/dev/null; doveadm -c \"$1/dc/dovecot.conf\" stop; \
                postfix -c \"$1/pf/etc\" stop; rm -rf \"$1\"";
    Command::new("sh")
        .args(["-c", stop, "sh", path(folder)])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell")
}

fn make_certificates(folder: &Path) {
    let script = "set -e; cd \"$1\"; \
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=Lab CA' -keyout ca.key -out ca.pem \
          -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign; \
        openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout srv.key -out srv.csr; \
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\nextendedKeyUsage=serverAuth\\n' > ext; \
        openssl x509 -req -in srv.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile ext -out srv.pem";
    run("sh", &["-c", script, "sh", path(folder)]);
}

#[track_caller]
fn run(program: &str, arguments: &[&str]) {
    attempt(program, arguments).unwrap_or_else(|said| panic!("{program} {arguments:?}: {said}"));
}

/// What the program says, if it fails.
#[track_caller]
fn attempt(program: &str, arguments: &[&str]) -> Result<(), String> {
    // Into a file: a server that stays keeps what it got, and a pipe would never end.
    let said = tempfile::NamedTempFile::new().expect("a file");
    let out = || Stdio::from(said.reopen().expect("the file"));
    let done = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(out()).stderr(out()).status();
    let done = done.unwrap_or_else(|error| panic!("{program} (tests/run installs it): {error}"));
    if done.success() { Ok(()) } else { Err(std::fs::read_to_string(said.path()).unwrap_or_default()) }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn free_ports<const N: usize>() -> [u16; N] {
    let taken: Vec<TcpListener> = (0..N).map(|_| TcpListener::bind("127.0.0.1:0").expect("a port")).collect();
    let ports: Vec<u16> = taken.iter().map(|listener| listener.local_addr().expect("an address").port()).collect();
    ports.try_into().expect("as many as were asked for")
}

/// Waits until no server is there any more. Should one stay, what comes next tells of it.
fn wait_until_gone(port: u16) {
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Waits until a server greets.
fn wait_for(port: u16) {
    for _ in 0..1200 {
        if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) {
            let _ = stream.write_all(b"");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("no server on port {port}");
}
