//! What the numbers in the log lead to now. All of it is short lists that are kept, but for the customers and companies of a
//! page, which are read in one statement each.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::model::Row;
use crate::auth::{Admin, Role};
use crate::batches;
use crate::channels::{self, Channel, ChannelKind};
use crate::companies;
use crate::conversations::CloseReason;
use crate::customers;
use crate::db::Conn;
use crate::db::types::{CompanyId, CustomerId, StaffId};
use crate::error::Result;
use crate::lists::{self, CustomerList};
use crate::staff;
use crate::tags::{self, CustomerTag, TagPath};
use crate::web::i18n::Lang;

/// Details that have a name in `locales/`, in the order in which they are shown.
const LABELS: &[(&str, &str)] = &[
    ("name", "audit-detail-name"),
    ("was", "audit-detail-was"),
    ("shortcut", "audit-detail-shortcut"),
    ("tag", "audit-detail-tag"),
    ("list", "audit-detail-list"),
    ("staff", "audit-detail-staff"),
    ("role", "staff-role"),
    ("role_was", "audit-detail-was"),
    ("email", "audit-detail-email"),
    ("email_was", "audit-detail-was"),
    ("responsible", "audit-detail-responsible"),
    ("assignee", "audit-detail-assignee"),
    ("company", "audit-detail-company"),
    ("channel", "audit-detail-channel"),
    ("conversation", "audit-detail-conversation"),
    ("closed_as", "audit-detail-closed-as"),
    ("variable", "audit-detail-variable"),
    ("field", "audit-detail-field"),
    ("step", "audit-detail-step"),
    ("with_values", "audit-detail-with-values"),
    ("shared", "audit-detail-shared"),
    ("action", "audit-detail-action"),
    ("kind", "audit-detail-kind"),
    ("interval", "audit-detail-interval"),
    ("conversations", "audit-group-conversations"),
    ("total", "audit-detail-total"),
    ("customers", "audit-detail-total"),
    ("count", "audit-detail-count"),
    ("rows", "audit-detail-rows"),
    ("format", "audit-detail-format"),
    ("view", "audit-detail-view"),
    ("url", "audit-detail-url"),
    ("reason", "audit-detail-reason"),
    ("address", "audit-detail-address"),
    ("operators_see_others", "audit-detail-operators-see-others"),
    ("require_conversation_tag", "audit-detail-require-tag"),
    ("distribute_conversations", "audit-detail-distribute"),
    ("conversations_at_most", "audit-detail-at-most"),
    ("language", "audit-detail-language"),
    ("business_name", "audit-detail-business-name"),
];

/// Numbers that lead to no page of their own. They stand in the file.
const BARE: &[&str] = &[
    "export",
    "batch",
    "resend",
    "reply",
    "filter",
    "command",
    "run",
    "token",
    "funnel",
    "funnel_block",
    "pipeline",
    "deal_stage",
    "deal",
];

/// A detail as people read it.
pub struct Detail {
    pub label: String,
    pub value: String,
    /// Where it leads; empty if nowhere.
    pub url: String,
}

/// Who did it, as people read it.
pub struct Who {
    pub name: String,
    /// Empty of the program, and of whoever is known by their e-mail alone.
    pub email: String,
    /// For the colour of their initials; 0: no person.
    pub hue: u8,
}

/// What numbers lead to.
pub struct Names {
    staff: Arc<HashMap<StaffId, (String, String)>>,
    channels: Vec<Channel>,
    customer_tags: Vec<Arc<CustomerTag>>,
    conversation_tags: Vec<Arc<TagPath>>,
    lists: Vec<Arc<CustomerList>>,
    companies: HashMap<CompanyId, String>,
    customers: HashMap<CustomerId, String>,
}

impl Names {
    /// For these rows.
    pub fn read(conn: &mut Conn, by: &Admin, rows: &[Row]) -> Result<Self> {
        let customers: HashSet<_> = rows.iter().filter_map(|row| row.customer_id).collect();
        let companies: Vec<_> = rows.iter().filter_map(company).collect();
        Ok(Self {
            staff: staff::everybody(conn)?,
            channels: channels::list(conn)?,
            customer_tags: tags::customer_tags(conn)?,
            conversation_tags: tags::paths(conn)?,
            lists: lists::all(conn)?,
            companies: if companies.is_empty() { HashMap::new() } else { companies::store::names(conn, &companies)? },
            customers: customers::store::names(conn, &by.scope(), customers)?,
        })
    }

    /// The name of the customer of this number, if there is one still.
    pub fn customer(&self, id: CustomerId) -> Option<&str> {
        self.customers.get(&id).map(String::as_str)
    }

    /// The same in words, though the customer is there no more.
    pub fn whom(&self, id: CustomerId, lang: Lang) -> String {
        self.customer(id).map_or_else(|| lang.with("audit-gone", "id", id), str::to_owned)
    }

    /// Who did this.
    pub fn who(&self, row: &Row, lang: Lang) -> Who {
        let known = row.staff_id.and_then(|id| Some((id, self.staff.get(&id)?)));
        if let Some((id, (name, email))) = known {
            return Who { name: name.clone(), email: email.clone(), hue: crate::text::hue(id.0) };
        }
        let name = match (row.staff_id, row.actor.as_str()) {
            (None, "command line") => lang.t("audit-command-line").to_string(),
            (None, "system") => lang.t("audit-program").to_string(),
            (_, "") => lang.t("audit-somebody").to_string(),
            (_, actor) => actor.to_owned(),
        };
        Who { name, email: String::new(), hue: 0 }
    }

    /// What else a row tells. `whole`: with what says nothing to a reader.
    pub fn details(&self, row: &Row, lang: Lang, whole: bool) -> Vec<Detail> {
        let Some(told) = object(&row.detail) else { return vec![] };
        let named = LABELS.iter().filter_map(|(key, label)| {
            let value = told.get(*key)?;
            let (value, url) = self.value(row, &told, key, value, lang)?;
            Some(Detail { label: lang.t(label).to_string(), value, url })
        });
        let has_name = |key: &str| LABELS.iter().any(|(known, _)| *known == key);
        let others = told.iter().filter(|(key, _)| !has_name(key) && (whole || !BARE.contains(&key.as_str())));
        let others = others.map(|(key, value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Detail { label: key.clone(), value, url: String::new() }
        });
        named.chain(others).collect()
    }

    /// A value, and where it leads. `None`: it says nothing.
    fn value(
        &self,
        row: &Row,
        told: &Map<String, Value>,
        key: &str,
        value: &Value,
        lang: Lang,
    ) -> Option<(String, String)> {
        let text = match value {
            Value::Null => match key {
                "responsible" | "company" => lang.t("audit-nobody").to_string(),
                "assignee" => lang.t("audit-queue").to_string(),
                _ => return None,
            },
            Value::Bool(yes) => lang.t(if *yes { "audit-yes" } else { "audit-no" }).to_string(),
            Value::Number(number) => {
                let Some(id) = number.as_i64() else { return Some((number.to_string(), String::new())) };
                if !LOOKED_UP.contains(&key) {
                    // Of a field, its number; of all others, how many.
                    let bare = told.get("name").is_some() && key == "field";
                    return (!bare).then(|| (crate::web::i18n::group_digits(id), String::new()));
                }
                let number = || lang.with("customers-number", "id", id);
                if key == "conversation" {
                    let is_there = row.customer_id.is_some_and(|id| self.customers.contains_key(&id));
                    return Some((number(), if is_there { format!("/conversations/{id}") } else { String::new() }));
                }
                match self.named(&row.event, key, id) {
                    // What it was called then says it already.
                    Some(name) if told.get("name").and_then(Value::as_str) == Some(name) => return None,
                    None if told.contains_key("name") && key != "channel" => return None,
                    Some(name) => name.to_owned(),
                    None => number(),
                }
            }
            Value::String(word) => self.word(key, word, lang)?,
            other => other.to_string(),
        };
        Some((text, String::new()))
    }

    /// A word of ours in the reader's language, or whatever somebody wrote. `None`: nothing was written.
    fn word(&self, key: &str, word: &str, lang: Lang) -> Option<String> {
        let ours = match key {
            "closed_as" => CloseReason::parse(word).map(|reason| reason.name_key()),
            "action" => batches::Action::parse(word).map(|action| action.name_key()),
            "kind" => ChannelKind::parse(word).map(|kind| kind.name_key()),
            "role" | "role_was" => Role::parse(word).map(staff::role_key),
            "step" => Some(if word == "up" { "audit-up" } else { "audit-down" }),
            _ => None,
        };
        let text = ours.map_or_else(|| word.to_owned(), |key| lang.t(key).to_string());
        (!text.is_empty()).then_some(text)
    }

    /// The name that a number leads to.
    fn named(&self, event: &str, key: &str, id: i64) -> Option<&str> {
        match key {
            "tag" if event.starts_with("conversation") => {
                self.conversation_tags.iter().find(|path| path.tag.id.0 == id).map(|path| path.path.as_str())
            }
            "tag" => self.customer_tags.iter().find(|tag| tag.id.0 == id).map(|tag| tag.name.as_str()),
            "list" => self.lists.iter().find(|list| list.id.0 == id).map(|list| list.name.as_str()),
            "channel" => self.channels.iter().find(|channel| channel.id.0 == id).map(|channel| channel.name.as_str()),
            "company" => self.companies.get(&CompanyId(id)).map(String::as_str),
            "staff" | "responsible" | "assignee" => self.staff.get(&StaffId(id)).map(|(name, _)| name.as_str()),
            _ => None,
        }
    }
}

/// Details that are numbers of something.
const LOOKED_UP: &[&str] = &["tag", "list", "staff", "responsible", "assignee", "company", "channel", "conversation"];

fn object(detail: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(detail).ok()
}

fn company(row: &Row) -> Option<CompanyId> {
    row.detail.contains("\"company\"").then(|| object(&row.detail)?.get("company")?.as_i64().map(CompanyId)).flatten()
}
