//! Page or region, decided once.
//!
//! A page is one template; a region is a block of it whose name is the id of its element. htmx asks for a region by
//! `HX-Request-Type: partial` and `HX-Target: section#results`; boosted links, Back and browsers without scripts get
//! the page.

use std::any::type_name;
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use super::address::{back_or, own_path};
use super::i18n::Lang;
use super::toast::{self, Toast};
use crate::error::{Error, Result};

/// The headers that decide what is answered at one URL.
const VARY: &str = "HX-Request, HX-Request-Type, HX-Target";

/// A page that knows its regions.
pub trait Regions: Template {
    /// The region of this id with whatever else changes along with it (its `<title>`, further regions as
    /// `<hx-partial>`); `None` if the page has no such region.
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let _ = id;
        None
    }
}

/// What htmx says of a request.
#[derive(Clone, Debug, Default)]
pub struct Hx {
    /// Sent by htmx at all.
    pub is_htmx: bool,
    /// The id of the region that is asked for.
    pub region: Option<String>,
    /// Path and query of the page that asks.
    pub here: String,
}

impl Hx {
    /// Reads the headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
        let partial = text("HX-Request-Type") == Some("partial");
        let target = text("HX-Target").and_then(|target| target.split_once('#')).map(|(_, id)| id.to_owned());
        let here = text("HX-Current-URL").and_then(|url| url::Url::parse(url).ok());
        Self {
            is_htmx: text("HX-Request") == Some("true"),
            region: target.filter(|_| partial),
            here: here
                .map(|url| url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
                .unwrap_or_default(),
        }
    }

    /// The page, or the region of it that was asked for.
    pub fn page(&self, page: &impl Regions) -> Result<HttpResponse> {
        self.with_status(StatusCode::OK, page)
    }

    /// The same, under the address that it has from now on. Without scripts the browser's address stays.
    pub fn page_at(&self, url: &str, page: &impl Regions) -> Result<HttpResponse> {
        let mut answer = self.page(page)?;
        let url = HeaderValue::from_str(url).map_err(|e| Error::Internal(e.to_string()))?;
        answer.headers_mut().insert(HeaderName::from_static("hx-replace-url"), url);
        Ok(answer)
    }

    /// The same after input that does not fit: 422.
    pub fn invalid(&self, page: &impl Regions) -> Result<HttpResponse> {
        self.with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    /// The same with another status.
    pub fn with_status(&self, status: StatusCode, page: &impl Regions) -> Result<HttpResponse> {
        let html = match self.region.as_deref().and_then(|id| page.region(id)) {
            Some(region) => region?,
            None => render(page)?,
        };
        Ok(html_response(status, html))
    }

    /// Where a form goes back to: the way that it carries, else `otherwise`; as the person has it before them, tab and filters
    /// and all, where that is the page that they are on.
    pub fn back(&self, carried: &str, otherwise: impl Into<String>) -> String {
        let back = back_or(carried, otherwise);
        let path = |url: &str| url.split_once('?').map_or(url, |(path, _)| path).to_owned();
        if path(&back) == path(&self.here) { own_path(&self.here).to_owned() } else { back }
    }

    /// After a change: on to `url`, where `toast` (a message id) says what was done. Without scripts a redirect.
    pub fn done(&self, toast: impl Into<Toast>, url: &str) -> Result<HttpResponse> {
        let mut answer = self.on(url);
        let cookie = toast::cookie(toast.into());
        answer.add_cookie(&cookie).map_err(|e| Error::Internal(e.to_string()))?;
        Ok(answer)
    }

    /// On to `url`, where nothing was changed.
    pub fn on(&self, url: &str) -> HttpResponse {
        if !self.is_htmx {
            return HttpResponse::SeeOther().insert_header((header::LOCATION, url)).finish();
        }
        // Fetched as a whole page: the heading and the marked section of the sidebar belong to it, too.
        let location = serde_json::json!({ "path": url, "target": "#app", "select": "#app", "swap": "outerMorph", "push": "true" });
        HttpResponse::Ok().insert_header(("HX-Location", location.to_string())).finish()
    }

    /// After a change that the page itself shows: the region that was asked for out of `fresh`, with a toast; without
    /// scripts on to `url`, where the same toast is.
    pub async fn updated<P: Regions>(
        &self,
        lang: Lang,
        toast: &'static str,
        url: &str,
        fresh: impl Future<Output = Result<P>>,
    ) -> Result<HttpResponse> {
        if self.region.is_none() {
            return self.done(toast, url);
        }
        self.changed(&fresh.await?, &lang.t(toast))
    }

    /// After a change that no region of this answer shows: a toast alone.
    pub fn toast(&self, toast: &str) -> Result<HttpResponse> {
        with_toast(HttpResponse::NoContent().finish(), toast)
    }

    /// After a change that the page shows in one of its own regions: that region, fresh, with a toast.
    pub fn changed(&self, page: &impl Regions, toast: &str) -> Result<HttpResponse> {
        with_toast(self.page(page)?, toast)
    }
}

fn with_toast(mut answer: HttpResponse, toast: &str) -> Result<HttpResponse> {
    let event = serde_json::json!({ "toast": toast }).to_string();
    answer.headers_mut().insert(
        header::HeaderName::from_static("hx-trigger"),
        header::HeaderValue::from_str(&ascii_json(&event)).map_err(|e| Error::Internal(e.to_string()))?,
    );
    Ok(answer)
}

/// A whole page, written into one piece of memory: as much as this kind of page took the last time, and a little more.
/// askama itself goes by the length of the template, and a list of fifty lines outgrows that five times.
fn render<P: Template>(page: &P) -> askama::Result<String> {
    thread_local! {
        static LENGTHS: RefCell<HashMap<&'static str, usize>> = RefCell::default();
    }
    let kind = type_name::<P>();
    let last = LENGTHS.with_borrow(|lengths| lengths.get(kind).copied()).unwrap_or(P::SIZE_HINT);
    let mut html = String::with_capacity(last + last / 8);
    page.render_into(&mut html)?;
    LENGTHS.with_borrow_mut(|lengths| lengths.insert(kind, html.len()));
    Ok(html)
}

/// An HTML answer that no cache keeps.
pub fn html_response(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::VARY, VARY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(html)
}

/// JSON for a header: headers carry ASCII, so everything else is escaped.
pub fn ascii_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0u16; 2];
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

/// A region's answer: the tab's title, the region, and further regions that changed with it (`(id, html)`).
pub fn region_with(title: &str, region: String, others: &[(&str, String)]) -> String {
    let mut out = format!(
        "<title>{}</title>{region}",
        askama::filters::escape(title, askama::filters::Html).map(|s| s.to_string()).unwrap_or_default()
    );
    for (id, html) in others {
        out.push_str(&format!("<hx-partial hx-target=\"#{id}\" hx-swap=\"outerHTML\">{html}</hx-partial>"));
    }
    out
}

impl FromRequest for Hx {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Hx::of(req.headers())))
    }
}
