//! Whether what was given can be what it says it is: told at the start, not when it is first needed.

use std::collections::BTreeMap;
use std::path::Path;

use url::Url;

use crate::error::Error;

/// Providers whose address can be replaced.
const PROVIDERS: [&str; 5] = ["telegram", "whatsapp", "viber", "viber_media", "mail_tokens"];

/// Addresses by the names of providers.
pub fn providers(given: Vec<String>) -> Result<BTreeMap<String, String>, Error> {
    let wrong = |line: &str| wrong("providers", line, "of the form telegram=https://bot-api.example");
    let pair = |line: &String| {
        let (name, url) = line.split_once('=').ok_or_else(|| wrong(line))?;
        if !PROVIDERS.contains(&name.trim()) {
            return Err(super::wrong("providers", name.trim(), &format!("one of {}", PROVIDERS.join(", "))));
        }
        let is_address = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_address {
            return Err(wrong(line));
        }
        Ok((name.trim().to_owned(), url.trim_end_matches('/').to_owned()))
    };
    given.iter().map(pair).collect()
}

/// A token that nobody guesses. It is not said: it is a secret, or the beginning of one.
pub fn long_enough(token: String) -> Result<String, Error> {
    let is_fine = token.len() >= 16 && token.bytes().all(|byte| byte.is_ascii_graphic());
    let wrong = || Error::Internal("metrics_token: use 16 letters and digits or more".into());
    is_fine.then_some(token).ok_or_else(wrong)
}

/// Up to ten years: no calendar ends before a session does.
pub fn lasting(name: &str, number: i64, given: Option<chrono::Duration>) -> Result<chrono::Duration, Error> {
    given
        .filter(|lasts| *lasts > chrono::Duration::zero() && *lasts <= chrono::Duration::days(3660))
        .ok_or_else(|| wrong(name, &number.to_string(), "a time of up to ten years"))
}

/// What is no address of PostgreSQL would become a file of that name: `localhost`, where the beginning was forgotten. A file of
/// SQLite is given by its whole path. An address may hold a password, so only its scheme is said.
pub fn known_engine(url: String) -> Result<String, Error> {
    let is_known = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    if is_known || Path::new(&url).is_absolute() {
        return Ok(url);
    }
    let scheme = url.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| scheme.len() > 1);
    let said = scheme.map_or_else(|| "what is given".to_owned(), |scheme| format!("{scheme}:…"));
    Err(wrong("database_url", &said, "an address such as postgres://user@host/database"))
}

/// Links begin with it, and cookies are kept to TLS by it. It has no path: the addresses in pages begin with the host's root.
pub fn web_address(url: String) -> Result<String, Error> {
    let is_bare = |url: &Url| {
        let has_more = url.query().is_some() || url.fragment().is_some() || !url.username().is_empty();
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/" && !has_more
    };
    // As it is written usually: whoever asks whether it is TLS looks at its first letters.
    let usual = Url::parse(&url).ok().filter(is_bare).map(|url| url.as_str().trim_end_matches('/').to_owned());
    usual.ok_or_else(|| wrong("public_url", &url, "an address such as https://desk.example.com"))
}

/// A country whose numbers are known.
pub fn phone_region(code: String) -> Result<String, Error> {
    let upper = code.to_ascii_uppercase();
    let is_known = upper.parse::<phonenumber::country::Id>().is_ok();
    if is_known { Ok(upper) } else { Err(wrong("phone_region", &code, "a country such as DE")) }
}

pub fn wrong(name: &str, value: &str, wanted: &str) -> Error {
    Error::Internal(format!("{name}: “{value}” is not {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_a_host_and_no_more() {
        let taken = |url: &str| web_address(url.into()).ok();
        for url in ["https://desk.example.com", "HTTPS://Desk.Example.com/", "https://desk.example.com:443"] {
            assert_eq!(taken(url).as_deref(), Some("https://desk.example.com"), "{url}");
        }
        for url in ["https://example.com/desk", "https://example.com/?a=b", "https://me@example.com", "example.com"] {
            assert_eq!(taken(url), None, "{url}");
        }
    }
}
