//! What the host page loads: the launcher, its look, the panel. And a sample site for the demo.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::identity::Open;
use super::store;
use super::views::{Demo, Frame};
use crate::channels::{Position, WebChatSettings};
use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::settings;
use crate::web::assets;
use crate::web::i18n::Lang;
use crate::web::page::html_response;
use crate::web::shell::Shell;
use askama::Template;

/// `GET /chat/widget.js`. Its address never changes, so browsers ask again after five minutes.
pub async fn launcher(req: HttpRequest) -> Result<HttpResponse> {
    let script = assets::find("widget.js").ok_or(Error::NotFound)?;
    let mut answer = assets::answer(&req, script, "public, max-age=300");
    // A host with cross-origin isolation must be able to load it.
    put(answer.headers_mut(), "cross-origin-resource-policy", "cross-origin")?;
    Ok(answer)
}

/// How the launcher looks.
#[derive(Serialize)]
pub struct Look {
    title: String,
    accent: String,
    position: Position,
    words: Words,
}

/// What the launcher says, in the language that it asks for. `{n}` stands for a number.
#[derive(Serialize)]
struct Words {
    open: String,
    close: String,
    unread: String,
    panel: String,
}

/// `GET /chat/{key}/look`: asked by the launcher from the host page.
pub async fn look(open: Open, db: Data<Db>, req: HttpRequest, query: Query<FrameQuery>) -> Result<HttpResponse> {
    let settings = open.0.web_chat();
    let origin = req.headers().get(header::ORIGIN).and_then(|v| v.to_str().ok());
    if origin.is_some_and(|origin| !settings.allows(origin)) {
        return Err(Error::NotFound);
    }
    let lang = language(&req, &query);
    let say = |key| lang.t(key).to_string();
    let words = Words {
        open: say("chat-launcher-open"),
        close: say("chat-launcher-close"),
        unread: say("chat-launcher-unread"),
        panel: say("chat-panel"),
    };
    let look = Look { title: title(&db, lang).await?, accent: settings.accent, position: settings.position, words };
    let mut answer = HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=60")).json(look);
    put(answer.headers_mut(), "access-control-allow-origin", origin.unwrap_or("*"))?;
    put(answer.headers_mut(), "cross-origin-resource-policy", "cross-origin")?;
    put(answer.headers_mut(), "vary", "Origin, Accept-Language")?;
    Ok(answer)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FrameQuery {
    lang: String,
    theme: String,
}

/// `GET /chat/{key}/frame`: the panel.
pub async fn frame(open: Open, db: Data<Db>, req: HttpRequest, query: Query<FrameQuery>) -> Result<HttpResponse> {
    let settings = open.0.web_chat();
    let lang = language(&req, &query);
    let page = Frame {
        lang,
        theme: ["light", "dark"].into_iter().find(|theme| *theme == query.theme).unwrap_or_default(),
        key: open.0.public_key,
        title: title(&db, lang).await?,
        accent: settings.accent.clone(),
        origins: settings.origins.join(" "),
    };
    let mut answer = html_response(StatusCode::OK, page.render()?);
    put(answer.headers_mut(), "content-security-policy", &frame_policy(&settings))?;
    put(answer.headers_mut(), "cross-origin-resource-policy", "cross-origin")?;
    // A site that is isolated across origins frames only pages that ask the same of what they load.
    put(answer.headers_mut(), "cross-origin-embedder-policy", "require-corp")?;
    Ok(answer)
}

/// What visitors know the house by. The name of the channel is for staff.
async fn title(db: &Db, lang: Lang) -> Result<String> {
    let business = db.read(settings::business_name).await?;
    Ok(if business.is_empty() { lang.t("chat-panel").to_string() } else { business })
}

/// The language that the site has chosen, else the browser's.
fn language(req: &HttpRequest, query: &FrameQuery) -> Lang {
    Lang::parse(query.lang.get(..2).unwrap_or_default()).unwrap_or_else(|| Shell::language_of(req))
}

/// Our own files only, nothing inline; framed by the channel's sites.
fn frame_policy(settings: &WebChatSettings) -> String {
    let sites = if settings.origins.is_empty() { "*".to_owned() } else { settings.origins.join(" ") };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {sites}; require-trusted-types-for 'script'; trusted-types"
    )
}

/// `GET /demo`: with `--demo` only.
pub async fn demo(db: Data<Db>, config: Data<Config>) -> Result<HttpResponse> {
    if !config.demo {
        return Err(Error::NotFound);
    }
    let key = db.read(store::any_key).await?;
    let page = Demo { key, css: assets::url("shop.css"), icon: assets::url("favicon.svg") };
    let mut answer = html_response(StatusCode::OK, page.render()?);
    // The launcher sets styles from its script and frames our panel, as on any site.
    put(
        answer.headers_mut(),
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    )?;
    Ok(answer)
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<()> {
    let value = HeaderValue::from_str(value).map_err(|e| Error::Internal(e.to_string()))?;
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}
