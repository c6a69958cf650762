//! Reading and saving the general settings, and the rules.

use serde_json::{Value, json};

use super::model::{AT_MOST, BUSINESS, DISTRIBUTE, General, KEY, LANGUAGE, REQUIRE_TAG, Rules, SEE_OTHERS};
use super::store;
use crate::audit;
use crate::auth::Admin;
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;
use crate::realtime::Topic;
use crate::web::i18n::Lang;

pub fn general(conn: &mut Conn) -> Result<General> {
    let rows = store::values(conn, &[SEE_OTHERS, LANGUAGE, BUSINESS])?;
    let value = |key: &str| rows.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    Ok(General {
        operators_see_others: value(SEE_OTHERS) != Some("false"),
        language: value(LANGUAGE).and_then(Lang::parse),
        business_name: value(BUSINESS).unwrap_or_default().to_owned(),
    })
}

/// The language of the desk itself, where nobody has chosen one of their own.
pub fn language(conn: &mut Conn) -> Result<Option<Lang>> {
    Ok(store::values(conn, &[LANGUAGE])?.pop().and_then(|(_, value)| Lang::parse(&value)))
}

/// The name that visitors read; empty if none is set.
pub fn business_name(conn: &mut Conn) -> Result<String> {
    Ok(store::values(conn, &[BUSINESS])?.pop().map(|(_, value)| value).unwrap_or_default())
}

pub fn rules(conn: &mut Conn) -> Result<Rules> {
    Ok(Rules { distribute: distributes(conn)?, at_most: at_most(conn)?, require_tag: requires_tag(conn)? })
}

/// Whether a conversation needs a tag.
pub fn requires_tag(conn: &mut Conn) -> Result<bool> {
    Ok(store::values(conn, &[REQUIRE_TAG])?.pop().is_some_and(|(_, value)| value == "true"))
}

/// Whether new conversations are given to operators.
pub fn distributes(conn: &mut Conn) -> Result<bool> {
    Ok(store::values(conn, &[DISTRIBUTE])?.pop().is_some_and(|(_, value)| value == "true"))
}

/// How many conversations a person may have and be given another; `None`: any number.
pub fn at_most(conn: &mut Conn) -> Result<Option<i64>> {
    Ok(store::values(conn, &[AT_MOST])?.pop().and_then(|(_, value)| value.parse().ok()))
}

/// One at a time changes settings of several fields: each sees what the other has stored.
pub fn hold(tx: &mut Tx) -> Result<()> {
    dialect::hold_words(tx, ["settings".to_owned()])?;
    Ok(())
}

/// Whom operators see is decided at each request, so every open page looks again.
pub fn save_general(tx: &mut Tx, by: &Admin, new: &General) -> Result<()> {
    store::set(tx, SEE_OTHERS, if new.operators_see_others { "true" } else { "false" })?;
    store::set(tx, LANGUAGE, new.language.map_or("", |lang| lang.as_str()))?;
    store::set(tx, BUSINESS, &new.business_name)?;
    let detail = json!({
        "operators_see_others": new.operators_see_others,
        "language": new.language.map(|lang| lang.as_str()),
        "business_name": new.business_name,
    });
    saved(tx, by, &detail)
}

/// Open dialogs ask for a tag or do not, so every open page looks again.
pub fn save_rules(tx: &mut Tx, by: &Admin, new: Rules) -> Result<()> {
    store::set(tx, DISTRIBUTE, if new.distribute { "true" } else { "false" })?;
    store::set(tx, AT_MOST, &new.at_most.map(|most| most.to_string()).unwrap_or_default())?;
    store::set(tx, REQUIRE_TAG, if new.require_tag { "true" } else { "false" })?;
    let detail = json!({
        "distribute_conversations": new.distribute,
        "conversations_at_most": new.at_most,
        "require_conversation_tag": new.require_tag,
    });
    saved(tx, by, &detail)
}

fn saved(tx: &mut Tx, by: &Admin, detail: &Value) -> Result<()> {
    audit::record_with(tx, by, "settings.saved", None, detail)?;
    tx.publish(Topic::Everything);
    Ok(())
}

/// Whether secrets were sealed with some key already.
pub fn is_sealed(conn: &mut Conn) -> Result<bool> {
    Ok(!store::values(conn, &[KEY])?.is_empty())
}

/// Whether the key of this mark is the one that seals the secrets in this database. The first one is.
pub fn is_sealed_by(tx: &mut Tx, mark: &str) -> Result<bool> {
    match store::values(tx, &[KEY])?.pop() {
        Some((_, known)) => Ok(known == mark),
        None => store::set(tx, KEY, mark).map(|()| true),
    }
}
