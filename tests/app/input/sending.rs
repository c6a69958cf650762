//! Sends a case and judges the answer.

use reqwest::Method;
use switchboard::text;
use uuid::Uuid;

use super::table::{Body, Field, Kind, Row};
use super::values::{Case, Change, EVIL, Gap, Spoilt, encoded};
use super::world::World;
use crate::support::{Client, Page};

/// Done, led on, and every way of saying no. Nothing else is an answer to input.
const ANSWERS: &[u16] = &[200, 201, 204, 303, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429];
const BOUNDARY: &str = "the-boundary-of-this-form";

type Verdict = Result<(), String>;

/// What stands for one gap of a route's address.
fn thing_of(path: &str, gap: &str) -> &'static str {
    match gap {
        "key" => "key",
        "kind" => "kind",
        "custom_field" => "custom_field",
        "field" => "field",
        "external_id" => "external_id",
        "session" => "session",
        "customer" => "customer",
        "block" => "funnel_block",
        "deal" => "deal",
        "stage" => "deal_stage",
        "token" if path.starts_with("/welcome") => "token",
        "token" => "api_token",
        "attachment" | "name" => "claim",
        _ if path.starts_with("/settings/profile/sessions") => "session",
        _ if path.starts_with("/settings/staff") => "staff",
        _ if path.contains("/tokens") => "app_channel",
        _ if path.starts_with("/settings/channels") => "channel",
        _ if path.starts_with("/settings/custom-fields") => "custom_field",
        _ if path.starts_with("/settings/customer-tags") => "customer_tag",
        _ if path.starts_with("/lists") => "customer_list",
        _ if path.starts_with("/settings/conversation-tags") => "conversation_tag",
        _ if path.starts_with("/inbox/filters") => "saved_filter",
        _ if path.starts_with("/settings/quick-replies") => "quick_reply",
        _ if path.starts_with("/settings/commands") => "command",
        _ if path.starts_with("/settings/funnels") => "funnel",
        _ if path.starts_with("/settings/pipelines") => "pipeline",
        _ if path.starts_with("/companies") => "company",
        _ if path.starts_with("/block-requests") => "request",
        _ if path.contains("conversations/{id}") => "conversation",
        _ if path.contains("/files/") => "claim",
        _ => "customer",
    }
}

/// The address with its gaps filled.
fn address(path: &str, mut fill: impl FnMut(&'static str) -> String) -> String {
    let (mut out, mut rest) = (String::new(), path);
    while let Some((before, after)) = rest.split_once('{') {
        let (gap, after) = after.split_once('}').expect("a closed gap");
        out.push_str(before);
        out.push_str(&fill(thing_of(path, gap)));
        rest = after;
    }
    out + rest
}

/// A field as it is sent: its name and its bytes, perhaps twice, perhaps not at all.
type Sent = Vec<(&'static str, Vec<u8>)>;

fn good(world: &World, field: &Field, once: &str) -> String {
    match field.kind {
        Kind::Id => world.thing(field.good).to_owned(),
        Kind::Once => once.to_owned(),
        _ if field.good == "uuid" => once.to_owned(),
        // Each a new one.
        _ if field.name == "email" && field.good.is_empty() => format!("{once}@desk.test"),
        _ => field.good.to_owned(),
    }
}

fn fields(world: &World, row: &Row, case: &Case, once: &str) -> Sent {
    let mut sent = vec![];
    for (field, change) in row.fields.iter().zip(&case.changes) {
        let good = good(world, field, once).into_bytes();
        match change {
            Change::Keep => sent.push((field.name, good)),
            Change::Missing => {}
            Change::Text(text) | Change::Json(text) => sent.push((field.name, text.clone().into_bytes())),
            Change::Twice(text) => {
                sent.push((field.name, good));
                sent.push((field.name, text.clone().into_bytes()));
            }
            Change::Bytes(bytes) => sent.push((field.name, bytes.clone())),
            Change::Foreign => sent.push((field.name, world.foreign(field.good).as_bytes().to_vec())),
            Change::Gone => sent.push((field.name, world.thing("gone_customer").as_bytes().to_vec())),
        }
    }
    sent
}

fn json(row: &Row, case: &Case, sent: &Sent) -> Vec<u8> {
    let members = sent.iter().map(|(name, bytes)| {
        let (field, change) =
            row.fields.iter().zip(&case.changes).find(|(field, _)| field.name == *name).expect("a field");
        let text = String::from_utf8_lossy(bytes);
        let is_bare = matches!(change, Change::Json(_)) || field.kind == Kind::Plain && matches!(change, Change::Keep);
        let value = if is_bare { text.into_owned() } else { serde_json::to_string(&text).expect("JSON") };
        format!("\"{name}\": {value}")
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(", ")).into_bytes()
}

fn multipart(sent: &Sent) -> Vec<u8> {
    let mut body = vec![];
    for (name, bytes) in sent {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

fn body(row: &Row, case: &Case, sent: &Sent) -> (String, Vec<u8>) {
    let (kind, mut body) = match row.body {
        Body::Json => ("application/json".into(), json(row, case, sent)),
        Body::Multipart => (format!("multipart/form-data; boundary={BOUNDARY}"), multipart(sent)),
        Body::Form => {
            let pairs = sent.iter().map(|(name, bytes)| {
                // An empty value is one, in a form.
                let value = if bytes.is_empty() { String::new() } else { encoded(bytes) };
                format!("{name}={value}")
            });
            ("application/x-www-form-urlencoded".into(), pairs.collect::<Vec<_>>().join("&").into_bytes())
        }
    };
    match &case.spoilt {
        Spoilt::No => {}
        Spoilt::Empty => body.clear(),
        Spoilt::Type(other) => return ((*other).to_owned(), body),
        Spoilt::Cut(at) => body.truncate(*at),
        Spoilt::Other(other) => body = other.clone(),
    }
    (kind, body)
}

/// Sends one case, judges the answer, and sends the same once more if it was done.
pub async fn send(world: &mut World, client: &Client, row: &Row, case: &Case) -> Verdict {
    let once = Uuid::new_v4().to_string();
    let mut gaps = case.gaps.iter();
    let path = address(row.path, |thing| match gaps.next() {
        Some(Gap::Raw(text)) => text.clone(),
        Some(Gap::Foreign) => world.foreign(thing).to_owned(),
        Some(Gap::Gone) => world.thing("gone_customer").to_owned(),
        _ => world.thing(thing).to_owned(),
    });
    let sent = fields(world, row, case, &once);
    let (kind, bytes) = body(row, case, &sent);
    let before = world.rows();
    let answer = post(world, client, row, &path, &kind, &bytes, case.is_htmx).await;
    let status = answer.status.as_u16();
    judge(&answer)?;
    let after = world.rows();
    if status >= 400 {
        if after != before {
            return Err(format!("{path} refused with {status} and half done:\n{before}\n{after}"));
        }
        if status == 422 && !row.path.starts_with("/api/") && !row.path.starts_with("/chat/") {
            explained(&answer)?;
            kept(&answer, row, case)?;
        }
        return Ok(());
    }
    // Sent twice, by a double click or a tired network.
    let again = post(world, client, row, &path, &kind, &bytes, case.is_htmx).await;
    judge(&again)?;
    // Of a body that was cut the token may be missing.
    let is_once = case.spoilt == Spoilt::No
        && sent.iter().any(|(name, bytes)| matches!(*name, "form_token" | "client_uuid") && *bytes == once.as_bytes());
    if is_once && world.rows() != after {
        return Err(format!("{path} sent twice did its work twice:\n{after}\n{}", world.rows()));
    }
    world.refill();
    Ok(())
}

async fn post(world: &World, client: &Client, row: &Row, path: &str, kind: &str, body: &[u8], is_htmx: bool) -> Page {
    let client = world.elsewhere(client);
    let method = match row.method {
        "Put" => Method::PUT,
        "Delete" => Method::DELETE,
        _ => Method::POST,
    };
    let mut request = client.request(method, path).body(body.to_vec());
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    if is_htmx {
        request = request.header("HX-Request", "true").header("HX-Request-Type", "full");
    }
    client.page(request).await
}

fn is_html(page: &Page) -> bool {
    page.header("content-type").starts_with("text/html")
}

fn told(page: &Page, what: &str) -> String {
    let shown: String = page.text.chars().take(2_000).collect();
    format!("{} answered {}: {what}\n{shown}", page.path, page.status)
}

/// What holds for every answer.
fn judge(page: &Page) -> Verdict {
    let status = page.status.as_u16();
    if !ANSWERS.contains(&status) {
        return Err(told(page, "not an answer to input"));
    }
    if is_html(page) && page.text.contains(EVIL) {
        return Err(told(page, "markup came back as markup"));
    }
    if page.headers.contains_key("x-evil") {
        return Err(told(page, "a header was smuggled in"));
    }
    let location = page.location();
    if !location.is_empty() && (!location.starts_with('/') || location.starts_with("//")) {
        return Err(told(page, &format!("leads to {location}")));
    }
    let is_program = page.path.starts_with("/api/") || page.path.starts_with("/chat/") && !page.path.contains("/frame");
    if status >= 400 && is_program {
        let said = serde_json::from_str::<serde_json::Value>(&page.text).ok();
        let message = said.as_ref().and_then(|said| said["error"]["message"].as_str()).unwrap_or_default();
        if message.is_empty() {
            return Err(told(page, "a refusal without a message"));
        }
    }
    Ok(())
}

/// The message stands at its field, or says what is wrong with the whole.
fn explained(page: &Page) -> Verdict {
    if !is_html(page) {
        return if page.text.trim().is_empty() { Err(told(page, "says nothing")) } else { Ok(()) };
    }
    for notes in page.attributes("[aria-invalid=true]", "aria-describedby") {
        let said =
            notes.split_whitespace().map(|id| page.select(&format!("[id=\"{id}\"]")).join(" ")).collect::<String>();
        if said.trim().is_empty() {
            return Err(told(page, &format!("nothing stands at {notes}")));
        }
    }
    let marks = page.count("[aria-invalid=true][aria-describedby]");
    let banners = page.select("[role=alert], .form-err, .blank h1");
    if marks == 0 && banners.iter().all(|text| text.trim().is_empty()) {
        return Err(told(page, "does not say what is wrong"));
    }
    Ok(())
}

/// What a person typed stands in the form again, unless htmx leaves the page as it is.
fn kept(page: &Page, row: &Row, case: &Case) -> Verdict {
    if !is_html(page) || case.spoilt != Spoilt::No {
        return Ok(());
    }
    for (field, change) in row.fields.iter().zip(&case.changes) {
        if !matches!(field.kind, Kind::Typed | Kind::TypedIfShown) {
            continue;
        }
        let typed = match change {
            Change::Keep => field.good,
            Change::Text(text) => text,
            _ => continue,
        };
        if typed.is_empty() || text::clean(typed).is_empty() {
            continue;
        }
        let inputs = page.attributes(&format!("input[name=\"{}\"]", field.name), "value");
        let areas = page.raw_texts(&format!("textarea[name=\"{}\"]", field.name));
        let same = |shown: &String| letters(shown) == letters(typed);
        let is_shown = !(inputs.is_empty() && areas.is_empty());
        if (is_shown || field.kind == Kind::Typed) && !inputs.iter().chain(&areas).any(same) {
            let head: String = typed.chars().take(80).collect();
            return Err(told(page, &format!("{head:?} in {} is lost", field.name)));
        }
    }
    Ok(())
}

/// What is left of a text when a page has shown it: HTML has no control characters, and reads NUL as U+FFFD.
fn letters(text: &str) -> String {
    text::clean(text).chars().filter(|c| !c.is_whitespace() && *c != '\u{fffd}').collect()
}

/// Looks at an address and judges the answer; of a stream it reads the head only.
pub async fn ask(world: &World, client: &Client, path: &str, gaps: &[Option<String>], query: &str) -> Verdict {
    let mut gaps = gaps.iter();
    let path = address(path, |thing| match gaps.next() {
        // The test's client sends no address over 64 KB.
        Some(Some(raw)) => raw.chars().take(1_000).collect(),
        _ => world.thing(thing).to_owned(),
    });
    let client = world.elsewhere(client);
    let path = format!("{path}?{query}");
    let answer = client.request(Method::GET, &path).send().await.map_err(|error| format!("{path}: {error:?}"))?;
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/event-stream") {
        return Ok(());
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    let bytes = answer.bytes().await.map_err(|error| format!("{path}: {error:?}"))?;
    judge(&Page::new(format!("GET {path}"), path, status, headers, bytes))
}
