//! What goes to the company's own server: JSON, signed.

use std::time::Duration;

use reqwest::{Response, Url};

use crate::channels::Net;
use crate::config::Config;
use crate::db::types::UtcTime;
use crate::http;
use crate::secrets::signed_at;

/// What is posted, and where.
pub struct Post<'a> {
    pub url: &'a str,
    /// Signs it.
    pub secret: &'a str,
    /// The header that names it, and its number.
    pub name: (&'static str, i64),
    /// JSON.
    pub body: String,
    /// How long the server may take.
    pub patience: Duration,
}

/// Posts it with `Switchboard-Timestamp` and `Switchboard-Signature`, following no redirect and, unless the settings allow
/// it, to no private address. `Err`: why it did not get there, for people.
pub async fn post(net: &Net, config: &Config, post: Post<'_>) -> Result<Response, String> {
    let url = Url::parse(post.url).map_err(|error| error.to_string())?;
    let client = if config.allow_private_webhooks { net.http.anywhere(&url) } else { net.http.public(&url) };
    let client = client.map_err(|error| error.to_string())?;
    let (time, signature) = signed_at(post.secret, UtcTime::now().utc().timestamp(), &post.body);
    let (name, number) = post.name;
    client
        .post(url)
        .timeout(post.patience)
        .header("Content-Type", "application/json")
        .header(name, number.to_string())
        .header("Switchboard-Timestamp", time)
        .header("Switchboard-Signature", signature)
        .body(post.body)
        .send()
        .await
        .map_err(|error| http::reason(&error))
}
