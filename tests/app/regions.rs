//! Where a visitor's address lies, by an MMDB file.

use std::io::Write;

use maxminddb_writer::Database;
use maxminddb_writer::paths::IpAddrWithMask;
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::support::{Client, SUPERVISOR, TestApp, spawn_app_with};

/// An IPv4 database with these networks.
fn database(networks: &[(&str, Value)]) -> NamedTempFile {
    let mut made = Database::default();
    made.metadata.binary_format_major_version = 2;
    made.metadata.database_type = "Regions".into();
    for (network, record) in networks {
        let data = made.insert_value(record).unwrap();
        made.insert_node(network.parse::<IpAddrWithMask>().unwrap(), data);
    }
    let mut file = NamedTempFile::new().unwrap();
    made.write_to(&mut file).unwrap();
    file.flush().unwrap();
    file
}

/// A desk with this file of regions behind a proxy, and a web chat; and a supervisor.
async fn desk(path: std::path::PathBuf) -> (TestApp, Client) {
    let app = spawn_app_with(move |config| {
        config.geo_db = Some(path.clone());
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    app.channel("web_chat");
    let supervisor = app.sign_in(SUPERVISOR).await;
    (app, supervisor)
}

/// A new visitor writes from this address; what the details of their conversation say of it.
async fn visit(app: &TestApp, reader: &Client, ip: &str) -> Vec<String> {
    let key = app.text("SELECT public_key FROM channels").unwrap();
    let http = app.anonymous().with_header("x-forwarded-for", ip);
    let session = http.page(http.request(Method::POST, &format!("/chat/{key}/session")).json(&json!({}))).await;
    let token = session.json()["token"].as_str().unwrap().to_owned();
    let panel = http.with_header("authorization", &format!("Bearer {token}"));
    let words = Form::new().text("client_uuid", Uuid::new_v4().to_string()).text("text", "Hi");
    panel.post_multipart(&format!("/chat/{key}/messages"), words).await.assert_status(200);
    let id = app.number("SELECT max(id) FROM conversations");
    let page = reader.get(&format!("/conversations/{id}")).await;
    page.assert_status(200).assert_says(ip);
    let names = page.select("#visit dt");
    let values = page.select("#visit dd");
    names.into_iter().zip(values).filter(|(name, _)| name == "Region").map(|(_, value)| value).collect()
}

/// CUST-28: the details of a web conversation name the region of the visitor's address, in every shape that such files
/// have; an address that the file does not know, or cannot know, has none.
#[actix_web::test]
async fn the_region_comes_from_the_file() {
    let named = |name: &str| json!({"names": {"en": name, "ru": "не тот"}});
    let file = database(&[
        ("203.0.113.0/24", json!({"country_code": "PL", "city": "Kraków"})),
        (
            "198.51.100.0/25",
            json!({"city": named("Leeds"), "subdivisions": [named("England")], "country": {"iso_code": "GB", "names": {"en": "United Kingdom"}}}),
        ),
        ("198.51.100.128/25", json!({"country": {"iso_code": "DE", "geoname_id": 2_921_044}})),
        (
            "192.0.2.0/24",
            json!({"country": "Portugal", "state": "Lisboa", "continent": {"code": "EU"}, "latitude": 38.7}),
        ),
        ("192.0.3.0/24", json!({"asn": 64500})),
    ]);
    let (app, reader) = desk(file.path().to_owned()).await;
    for (ip, region) in [
        ("203.0.113.9", "Kraków, PL"),
        ("198.51.100.7", "Leeds, England, United Kingdom"),
        ("198.51.100.200", "DE"),
        ("192.0.2.1", "Lisboa, Portugal"),
    ] {
        assert_eq!(visit(&app, &reader, ip).await, [region], "{ip}");
    }
    for ip in ["192.0.3.1", "203.0.114.9", "2001:db8::1"] {
        assert_eq!(visit(&app, &reader, ip).await, Vec::<String>::new(), "{ip}");
    }
    let customer = app.number("SELECT customer_id FROM conversations WHERE region = 'DE'");
    reader.get(&format!("/inbox/{customer}")).await.assert_has("#side .kv").assert_says("DE");
}

/// A file that is no MMDB, or is not there, costs the regions and nothing else.
#[actix_web::test]
async fn a_broken_file_costs_only_the_regions() {
    let mut broken = NamedTempFile::new().unwrap();
    broken.write_all(b"no database at all").unwrap();
    for path in [broken.path().to_owned(), "/nowhere/regions.mmdb".into()] {
        let (app, reader) = desk(path).await;
        assert_eq!(visit(&app, &reader, "203.0.113.9").await, Vec::<String>::new());
    }
}
