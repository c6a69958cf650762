//! Where a visitor comes from: address, region, browser and system, page and referrer.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header;
use maxminddb::Reader;
use serde::Deserialize;

use crate::config::Config;
use crate::conversations::VisitDetails;
use crate::text;
use crate::web::address::client_ip;

/// The longest address of a page that is kept, in characters.
const URL: usize = 1000;

/// Regions by address, from the file of the settings. Without one there are none.
#[derive(Default)]
pub struct Geo(Option<Reader<Vec<u8>>>);

#[derive(Default, Deserialize)]
struct Names {
    en: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Place {
    /// MaxMind's shape.
    Full {
        #[serde(default)]
        names: Names,
        iso_code: Option<String>,
    },
    /// The shape of smaller files.
    Name(String),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Record {
    country: Option<Place>,
    country_code: Option<String>,
    city: Option<Place>,
    #[serde(default)]
    subdivisions: Vec<Place>,
    region: Option<String>,
    state: Option<String>,
    /// As dbip-city calls it.
    state1: Option<String>,
}

impl Place {
    fn name(self) -> Option<String> {
        match self {
            Place::Full { names, .. } => names.en,
            Place::Name(name) => Some(name),
            Place::Other(_) => None,
        }
    }

    /// The name, or the code that stands for a country.
    fn name_or_code(self) -> Option<String> {
        match self {
            Place::Full { names, iso_code } => names.en.or(iso_code),
            other => other.name(),
        }
    }
}

impl Geo {
    /// Opens the file of the settings. One that is missing or broken is told in the log, and the desk runs on.
    pub fn open(config: &Config) -> Self {
        let Some(path) = &config.geo_db else { return Self::default() };
        match Reader::open_readfile(path) {
            Ok(reader) => Self(Some(reader)),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the file of regions cannot be read");
                Self::default()
            }
        }
    }

    /// "Leeds, England, United Kingdom", as far as it is known.
    pub fn region(&self, ip: IpAddr) -> Option<String> {
        let record: Record = self.0.as_ref()?.lookup(ip).ok()?.decode().ok()??;
        let country = record.country.and_then(Place::name_or_code).or(record.country_code);
        let middle =
            record.subdivisions.into_iter().find_map(Place::name).or(record.region).or(record.state).or(record.state1);
        let mut parts: Vec<String> =
            [record.city.and_then(Place::name), middle, country].into_iter().flatten().collect();
        parts.dedup();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// What this request tells of its visitor, with the page and the referrer that the launcher names.
pub fn of(req: &HttpRequest, geo: &Geo, page: &str, referrer: &str) -> VisitDetails {
    let ip = client_ip(req);
    let agent = req.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    VisitDetails {
        ip: Some(ip.to_string()),
        region: geo.region(ip),
        environment: environment(agent),
        page_url: web_address(page),
        referrer: web_address(referrer),
    }
}

/// "Chrome 132, Windows 10", as far as the browser tells.
fn environment(agent: &str) -> Option<String> {
    let parser = woothee::parser::Parser::new();
    let found = parser.parse(agent)?;
    let known = |text: &str| !text.is_empty() && text != "UNKNOWN";
    let major = found.version.split('.').next().unwrap_or_default();
    let browser = if known(major) { format!("{} {major}", found.name) } else { found.name.to_owned() };
    let system = match (known(found.os), known(&found.os_version)) {
        (true, true) if !found.os.contains(found.os_version.as_ref()) && found.os_version != "NT 10.0" => {
            format!("{} {}", found.os, found.os_version)
        }
        (true, _) => found.os.to_owned(),
        _ => String::new(),
    };
    let parts: Vec<&str> = [browser.as_str(), system.as_str()].into_iter().filter(|part| known(part)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Only what leads to a page: a link that runs something must not get before staff.
fn web_address(typed: &str) -> Option<String> {
    let found = url::Url::parse(&text::clean(typed)).ok()?;
    let fine = matches!(found.scheme(), "http" | "https") && found.has_host();
    fine.then(|| found.to_string().chars().take(URL).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_and_links_are_links() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36";
        assert_eq!(environment(chrome).as_deref(), Some("Chrome 132, Linux"));
        assert_eq!(environment(""), None);
        assert_eq!(web_address("https://shop.example/a?b=ц").as_deref(), Some("https://shop.example/a?b=%D1%86"));
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("data:text/html,x"), None);
        assert_eq!(web_address(""), None);
    }
}
