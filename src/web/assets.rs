//! The files that browsers load, made by `build.rs` and held in the binary.
//!
//! Their names carry a hash of their content, so they are cached for ever: a changed file is another file. Templates ask
//! [`url`] by the plain name and never write an address themselves.

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};

/// One file in the forms that it is served in. A form that would not be smaller is empty.
pub struct Asset {
    /// The name that templates use, as `app.css`.
    pub name: &'static str,
    file: &'static str,
    url: &'static str,
    hash: &'static str,
    mime: &'static str,
    plain: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets/table.rs"));

/// For names by content, which never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Where the file of this plain name is served; empty for a name that is not there.
pub fn url(name: &str) -> &'static str {
    let asset = find(name);
    debug_assert!(asset.is_some(), "no asset is called {name}");
    asset.map_or("", |asset| asset.url)
}

/// The file of this plain name, for those that are also served under a lasting address (the widget's script).
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// `GET /assets/{name}`
pub async fn serve(req: HttpRequest, name: web::Path<String>) -> HttpResponse {
    match ASSETS.iter().find(|asset| asset.file == name.as_str()) {
        Some(asset) => answer(&req, asset, FOR_EVER),
        None => HttpResponse::NotFound().insert_header((header::CACHE_CONTROL, "no-store")).finish(),
    }
}

/// Answers with a file, in the best form that the browser takes, or with 304 when it has that form already.
pub fn answer(req: &HttpRequest, asset: &Asset, cache_control: &'static str) -> HttpResponse {
    let (encoding, body) = asset.best_form(req.headers());
    let etag = format!("\"{}-{}\"", asset.hash, encoding.unwrap_or("plain"));
    let mut response = if has_already(req.headers(), &etag) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, cache_control))
        .insert_header((header::ETAG, etag))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type(asset.mime);
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding));
    }
    response.body(body)
}

impl Asset {
    fn best_form(&self, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        let accepted = header_text(headers, header::ACCEPT_ENCODING);
        [("br", self.brotli), ("gzip", self.gzip)]
            .into_iter()
            .find(|(encoding, form)| !form.is_empty() && accepts(accepted, encoding))
            .map_or((None, self.plain), |(encoding, form)| (Some(encoding), form))
    }
}

/// Whether an `Accept-Encoding` names this encoding and does not refuse it with `q=0`.
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let refused =
            parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0));
        named && !refused
    })
}

fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    header_text(headers, header::IF_NONE_MATCH)
        .split(',')
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag)
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    use super::*;

    async fn get(file: &str, headers: &[(&str, &str)]) -> HttpResponse {
        let mut req = TestRequest::get();
        for header in headers {
            req = req.insert_header(*header);
        }
        serve(req.to_http_request(), web::Path::from(file.to_owned())).await
    }

    fn text(response: &HttpResponse, name: header::HeaderName) -> &str {
        header_text(response.headers(), name)
    }

    #[actix_web::test]
    async fn a_file_is_served_in_the_best_form_that_the_browser_takes() {
        let file = url("app.css").trim_start_matches("/assets/");
        for (accepted, encoding) in [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", "")]
        {
            let response = get(file, &[("Accept-Encoding", accepted)]).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(text(&response, header::CONTENT_ENCODING), encoding, "for {accepted:?}");
            assert_eq!(text(&response, header::CONTENT_TYPE), "text/css; charset=utf-8");
            assert_eq!(text(&response, header::CACHE_CONTROL), FOR_EVER);
            assert_eq!(text(&response, header::VARY), "Accept-Encoding");
        }
    }

    #[actix_web::test]
    async fn a_browser_that_has_the_file_gets_304_without_it() {
        let file = url("app.js").trim_start_matches("/assets/");
        let first = get(file, &[("Accept-Encoding", "br")]).await;
        let again = get(file, &[("Accept-Encoding", "br"), ("If-None-Match", text(&first, header::ETAG))]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other_form = get(file, &[("If-None-Match", text(&first, header::ETAG))]).await;
        assert_eq!(other_form.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn an_unknown_file_is_not_found() {
        for name in ["app.css", "../Cargo.toml", ""] {
            assert_eq!(get(name, &[]).await.status(), StatusCode::NOT_FOUND);
        }
    }

    /// The content security policy knows no `data:` images, and a relative address would miss the name by content.
    #[test]
    fn the_style_sheets_load_nothing_but_our_own_files() {
        for asset in ASSETS.iter().filter(|asset| asset.name.ends_with(".css")) {
            let css = String::from_utf8_lossy(asset.plain);
            for target in css.split("url(").skip(1) {
                assert!(
                    target.starts_with("\"/assets/"),
                    "{}: url({}",
                    asset.name,
                    target.chars().take(40).collect::<String>()
                );
            }
            assert!(!css.contains("@import"), "{} imports", asset.name);
        }
    }

    #[test]
    fn our_scripts_make_no_html_and_no_code() {
        let js = find("app.js").map(|asset| String::from_utf8_lossy(asset.plain)).unwrap_or_default();
        let (_htmx, ours) = js.split_once("// Gives htmx its Trusted Types policy").unwrap();
        for banned in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            assert!(!ours.contains(banned), "{banned} in our scripts");
        }
    }
}
