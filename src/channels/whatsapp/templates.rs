//! Templates as Meta keeps them.
//!
//! Shapes from developers.facebook.com/documentation/business-messaging/whatsapp/templates/components: the title is a
//! HEADER of format TEXT, the signature a FOOTER. What else there may be (pictures as titles, buttons with values, named
//! values) cannot be filled in here; such a template is shown with what it holds.

use serde_json::Value;

use super::api::Api;
use crate::channels::failure::Failure;
use crate::channels::template::{RemoteTemplate, TemplateState};

/// Pages of a hundred that are fetched at the most: an account may have 6,000 templates.
const PAGES: usize = 60;

/// All templates of a business account.
pub async fn fetch(api: &Api<'_>, account: &str) -> Result<Vec<RemoteTemplate>, Failure> {
    let path = format!("/{account}/message_templates");
    let fields = "id,name,language,status,rejected_reason,parameter_format,components";
    let (mut found, mut after) = (vec![], String::new());
    for _ in 0..PAGES {
        let mut query = vec![("fields", fields), ("limit", "100")];
        if !after.is_empty() {
            query.push(("after", after.as_str()));
        }
        let page = api.ask(&path, &query).await?;
        let rows = page["data"].as_array().ok_or_else(|| Failure::again("answer", "the answer has no templates"))?;
        found.extend(rows.iter().filter_map(read));
        match page["paging"]["cursors"]["after"].as_str() {
            Some(next) if page["paging"]["next"].is_string() && next != after => after = next.to_owned(),
            _ => break,
        }
    }
    Ok(found)
}

fn read(of: &Value) -> Option<RemoteTemplate> {
    let text = |key: &str| of[key].as_str().unwrap_or_default().to_owned();
    let components = of["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut title, mut body, mut signature, mut unfit) = (String::new(), String::new(), String::new(), None);
    for part in components {
        let words = part["text"].as_str().unwrap_or_default().to_owned();
        match part["type"].as_str().unwrap_or_default() {
            "HEADER" if part["format"] == "TEXT" => title = words,
            "BODY" => body = words,
            "FOOTER" => signature = words,
            "BUTTONS" if !has_values(part) => {}
            "HEADER" => unfit = Some("title"),
            "BUTTONS" => unfit = Some("button"),
            _ => unfit = Some("part"),
        }
    }
    if of["parameter_format"] == "NAMED" && (title.contains("{{") || body.contains("{{")) {
        unfit = Some("named");
    }
    if body.is_empty() {
        unfit = Some("part");
    }
    let (state, note) = match (of["status"].as_str().unwrap_or_default(), unfit) {
        ("APPROVED", None) => (TemplateState::Approved, String::new()),
        ("APPROVED", Some(unfit)) => (TemplateState::Unsupported, unfit.to_owned()),
        ("PENDING" | "IN_APPEAL", _) => (TemplateState::Pending, String::new()),
        ("REJECTED", _) => (TemplateState::Rejected, reason(&of["rejected_reason"])),
        // PAUSED, DISABLED, LIMIT_EXCEEDED, PENDING_DELETION …
        (other, _) => (TemplateState::Paused, other.to_owned()),
    };
    let (name, language) = (text("name"), text("language"));
    let is_whole = !name.is_empty() && !language.is_empty();
    is_whole.then(|| RemoteTemplate { provider_id: text("id"), name, language, title, body, signature, state, note })
}

fn reason(of: &Value) -> String {
    of.as_str().filter(|reason| *reason != "NONE").unwrap_or_default().to_owned()
}

/// Whether buttons want a value with each message.
fn has_values(buttons: &Value) -> bool {
    let all = buttons["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().any(|button| match button["type"].as_str().unwrap_or_default() {
        "QUICK_REPLY" | "PHONE_NUMBER" | "VOICE_CALL" => false,
        "URL" => button["url"].as_str().is_none_or(|url| url.contains("{{")),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(status: &str, more: Value) -> RemoteTemplate {
        let mut components = vec![json!({ "type": "BODY", "text": "Dear {{1}}" })];
        components.extend(more.as_array().unwrap().clone());
        read(&json!({ "id": "5", "name": "n", "language": "en_US", "status": status, "components": components }))
            .unwrap()
    }

    /// SEND-26, SEND-27: title and signature are there, or not.
    #[test]
    fn parts_and_states_are_read() {
        let whole = template(
            "APPROVED",
            json!([{ "type": "HEADER", "format": "TEXT", "text": "Order {{1}}" }, { "type": "FOOTER", "text": "Shop" }]),
        );
        assert_eq!((whole.title.as_str(), whole.signature.as_str()), ("Order {{1}}", "Shop"));
        assert_eq!(whole.state, TemplateState::Approved);
        assert_eq!(template("PENDING", json!([])).state, TemplateState::Pending);
        let stopped = template("DISABLED", json!([]));
        assert_eq!((stopped.state, stopped.note.as_str()), (TemplateState::Paused, "DISABLED"));
    }

    #[test]
    fn what_cannot_be_filled_in_is_not_offered() {
        let fixed = json!([{ "type": "BUTTONS", "buttons": [
            { "type": "QUICK_REPLY", "text": "Yes" }, { "type": "URL", "url": "https://shop.example/" }] }]);
        assert_eq!(template("APPROVED", fixed).state, TemplateState::Approved);
        for (part, why) in [
            (json!({ "type": "HEADER", "format": "IMAGE" }), "title"),
            (json!({ "type": "BUTTONS", "buttons": [{ "type": "URL", "url": "https://x/{{1}}" }] }), "button"),
            (json!({ "type": "CAROUSEL" }), "part"),
        ] {
            let found = template("APPROVED", json!([part]));
            assert_eq!((found.state, found.note.as_str()), (TemplateState::Unsupported, why));
        }
        let named = json!({ "id": "1", "name": "n", "language": "en", "status": "APPROVED",
            "parameter_format": "NAMED", "components": [{ "type": "BODY", "text": "Dear {{name}}" }] });
        assert_eq!(read(&named).unwrap().note, "named");
    }
}
