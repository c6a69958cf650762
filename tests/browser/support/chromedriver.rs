//! One chromedriver for the whole run of this binary.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

/// Its keeper ends it, its browsers and their profiles as soon as our end of the pipe closes: when this process ends,
/// in whatever way.
const KEEPER: &str = r#"
trap '' INT
exec 2>/dev/null
folder=$(mktemp -d)
TMPDIR=$folder chromedriver --port=0 &
driver=$!
while read -r _; do :; done
kill "$driver"
wait "$driver"
rm -rf "$folder"
"#;

struct Driver {
    url: String,
    _keeper: Child,
    _pipe: ChildStdin,
}

/// Where sessions are asked for.
pub fn url() -> &'static str {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    &DRIVER.get_or_init(start).url
}

fn start() -> Driver {
    let mut keeper =
        Command::new("sh").args(["-c", KEEPER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
    let pipe = keeper.stdin.take().expect("its input");
    let mut lines = BufReader::new(keeper.stdout.take().expect("its output")).lines();
    let port = loop {
        let line = lines.next().and_then(Result::ok).expect("chromedriver, which `tests/run` installs, did not start");
        // "ChromeDriver was started successfully on port 41234."
        if let Some(port) = line.strip_suffix('.').and_then(|line| line.split_once(" on port ")) {
            break port.1.to_owned();
        }
    };
    // A pipe that nobody reads would stop it.
    std::thread::spawn(move || lines.for_each(drop));
    Driver { url: format!("http://127.0.0.1:{port}"), _keeper: keeper, _pipe: pipe }
}
