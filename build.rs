//! Makes the files that browsers load: joins, names by content, compresses, and writes the table that `web::assets` serves.
//!
//! A name by content may be cached for ever, so a page never mixes old and new files. Tabler loses every declaration with
//! a `data:` address on the way, because the content security policy forbids such images.
#![allow(clippy::print_stdout)] // cargo reads its directives there

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Files that are joined into one, in this order. A bundle none of whose files exists yet is left out.
const BUNDLES: &[(&str, &[&str])] = &[
    (
        "app.css",
        &[
            "vendor/tabler.min.css",
            "css/tokens.css",
            "css/base.css",
            "css/controls.css",
            "css/marks.css",
            "css/shell.css",
            "css/search.css",
            "css/overlays.css",
            "css/states.css",
            "css/tables.css",
            "css/inbox.css",
            "css/messages.css",
            "css/composer.css",
            "css/mails.css",
            "css/templates.css",
            "css/card.css",
            "css/pages.css",
            "css/home.css",
            "css/reports.css",
            "css/history.css",
            "css/customers.css",
            "css/settings.css",
            "css/narrow.css",
            "css/touch.css",
            "css/wishes.css",
        ],
    ),
    (
        "app.js",
        &[
            "vendor/htmx.min.js",
            "js/trusted_types.js",
            "js/answers.js",
            "js/toasts.js",
            "js/titles.js",
            "js/attention.js",
            "js/places.js",
            "js/focus.js",
            "js/dialogs.js",
            "js/keys.js",
            "js/search.js",
            "js/select.js",
            "js/copy.js",
            "js/files.js",
            "js/busy.js",
            "js/halves.js",
            "js/folds.js",
            "js/composer.js",
            "js/drafts.js",
            "js/slash.js",
            "js/window.js",
            "js/presence.js",
            "js/log.js",
            "js/live.js",
        ],
    ),
    ("widget.js", &["widget/widget.js"]),
    ("chat.js", &["widget/chat.js"]),
    ("chat.css", &["widget/chat.css"]),
    ("shop.css", &["widget/shop.css"]),
];

/// What every page waits for before it is drawn may weigh this much in brotli, in bytes.
const STYLE_LIMIT: usize = 66 * 1024;

/// Folders and files served one by one, under their own names.
const SINGLES: &[&str] = &["icons.svg", "img"];

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=static");
    let root = PathBuf::from("static");
    let out = PathBuf::from(env_var("OUT_DIR")?).join("assets");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;

    let mut table = Table { out, rows: String::new(), urls: BTreeMap::new() };
    for file in singles(&root)? {
        let name = file.file_name().and_then(|n| n.to_str()).ok_or("a file name is not UTF-8")?;
        table.add(name, fs::read(&file)?)?;
    }
    for (name, parts) in BUNDLES {
        if let Some(joined) = join(&root, name, parts)? {
            let body = if name.ends_with(".css") { link(&joined, &table.urls)? } else { joined };
            table.add(name, body.into_bytes())?;
        }
    }
    table.write()
}

/// The files that stand alone, in a fixed order.
fn singles(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for name in SINGLES {
        let path = root.join(name);
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                files.push(entry?.path());
            }
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One text out of the parts of a bundle, or nothing when none of them exists.
fn join(root: &Path, name: &str, parts: &[&str]) -> Result<Option<String>> {
    let paths: Vec<PathBuf> = parts.iter().map(|part| root.join(part)).collect();
    if !paths.iter().any(|path| path.exists()) {
        return Ok(None);
    }
    let mut joined = String::new();
    for path in &paths {
        let text = fs::read_to_string(path).map_err(|e| format!("{} of {name}: {e}", path.display()))?;
        // What others wrote is small already, and has to stay as they wrote it.
        let is_ours = !path.starts_with(root.join("vendor"));
        joined.push_str(&match name.ends_with(".css") {
            true if is_ours => squeezed(&without_data_urls(&text)),
            true => without_data_urls(&text),
            false => text,
        });
        // A script that ends without a semicolon must not run into the next one.
        joined.push_str(if name.ends_with(".js") { "\n;\n" } else { "\n" });
    }
    Ok(Some(joined))
}

/// A style sheet without the declarations whose value holds a `data:` address. Quoted text is never cut.
fn without_data_urls(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut start = 0;
    let mut quote = None;
    for (at, byte) in css.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'{' | b'}' | b';') => {
                let piece = &css[start..at];
                let is_declaration = byte != b'{';
                if !(is_declaration && piece.contains("url(") && piece.contains("data:")) {
                    kept.push_str(piece);
                }
                kept.push(char::from(byte));
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    kept.push_str(&css[start..]);
    kept
}

/// A style sheet without its comments and without blanks that say nothing. Quoted text stays as it is.
fn squeezed(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        let len = match next {
            '/' if rest.starts_with("/*") => {
                rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            '"' | '\'' => rest[1..].find(next).map_or(rest.len(), |end| end + 2),
            _ => next.len_utf8(),
        };
        let (piece, after) = rest.split_at(len);
        rest = after;
        if next.is_ascii_whitespace() {
            if !kept.ends_with([' ', '{', '}', ';', ',', ':']) {
                kept.push(' ');
            }
        } else {
            if matches!(next, '{' | '}' | ';' | ',') && kept.ends_with(' ') {
                kept.pop();
            }
            if next == '}' && kept.ends_with(';') {
                kept.pop();
            }
            kept.push_str(piece);
        }
    }
    kept
}

/// Points each `url("img/…")` to the name by content of that file.
fn link(css: &str, urls: &BTreeMap<String, String>) -> Result<String> {
    let mut linked = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find("url(") {
        let (before, found) = rest.split_at(at);
        let end = found.find(')').ok_or("a url( without its end")?;
        let target = found[4..end].trim_matches(['"', '\'']);
        let name = target.rsplit('/').next().unwrap_or(target);
        let url = urls.get(name).ok_or_else(|| format!("style sheet names {target}, which is not in static/"))?;
        write!(linked, "{before}url(\"{url}\")")?;
        rest = &found[end + 1..];
    }
    linked.push_str(rest);
    Ok(linked)
}

/// The rows of the generated table, and where each name leads.
struct Table {
    out: PathBuf,
    rows: String,
    urls: BTreeMap<String, String>,
}

impl Table {
    fn add(&mut self, name: &str, body: Vec<u8>) -> Result<()> {
        let (stem, kind) = name.rsplit_once('.').ok_or_else(|| format!("{name} has no extension"))?;
        let mime = match kind {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "ico" => "image/x-icon",
            _ => return Err(format!("{name}: add its media type to build.rs").into()),
        };
        let hash = &hex::encode(Sha256::digest(&body))[..12];
        let file = format!("{stem}-{hash}.{kind}");
        let brotli = smaller(brotli(&body)?, &body);
        let gzip = smaller(gzip(&body)?, &body);
        if name == "app.css" && is_release()? && brotli.as_ref().is_some_and(|b| b.len() > STYLE_LIMIT) {
            return Err(
                format!("app.css has more than {STYLE_LIMIT} bytes in brotli: take out what nothing uses").into()
            );
        }
        writeln!(
            self.rows,
            "    Asset {{ name: {name:?}, file: {file:?}, url: {url:?}, hash: {hash:?}, mime: {mime:?}, plain: {}, brotli: {}, gzip: {} }},",
            self.store(&file, Some(&body))?,
            self.store(&format!("{file}.br"), brotli.as_deref())?,
            self.store(&format!("{file}.gz"), gzip.as_deref())?,
            url = format!("/assets/{file}"),
        )?;
        if self.urls.insert(name.to_owned(), format!("/assets/{file}")).is_some() {
            return Err(format!("two files are called {name}").into());
        }
        Ok(())
    }

    /// Writes one form of a file and answers with the Rust expression that includes it.
    fn store(&self, file: &str, body: Option<&[u8]>) -> Result<String> {
        let Some(body) = body else {
            return Ok("&[]".to_owned());
        };
        let path = self.out.join(file);
        fs::write(&path, body)?;
        Ok(format!("include_bytes!({path:?})"))
    }

    fn write(self) -> Result<()> {
        fs::write(self.out.join("table.rs"), format!("&[\n{}]\n", self.rows))?;
        Ok(())
    }
}

/// A compressed form is worth serving only when it is smaller.
fn smaller(compressed: Vec<u8>, body: &[u8]) -> Option<Vec<u8>> {
    (compressed.len() < body.len()).then_some(compressed)
}

fn brotli(body: &[u8]) -> Result<Vec<u8>> {
    // The last steps cost seconds and save a twentieth: worth it for what is shipped, not for each build at the desk.
    let quality = if is_release()? { 11 } else { 9 };
    let mut compressed = Vec::new();
    brotli::CompressorWriter::new(&mut compressed, 4096, quality, 22).write_all(body)?;
    Ok(compressed)
}

fn gzip(body: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body)?;
    Ok(encoder.finish()?)
}

fn is_release() -> Result<bool> {
    Ok(env_var("PROFILE")? == "release")
}

/// What Cargo tells a build script.
#[expect(clippy::disallowed_methods, reason = "a build script has no settings of ours")]
fn env_var(name: &str) -> Result<String> {
    Ok(env::var(name)?)
}
