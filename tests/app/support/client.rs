//! A browser without scripts, and what htmx sends on top.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::multipart::Form;
use reqwest::{Method, RequestBuilder, Response};

use super::Page;
use super::waiting::LIMIT;

/// Keeps cookies, follows no redirect, sends Origin as browsers do.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    origin: String,
    /// Sent with every request: a language, an address behind a proxy.
    headers: HeaderMap,
}

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            // The desk closes idle connections after five seconds; one must not be used in that very moment.
            .pool_idle_timeout(Duration::from_secs(2))
            .no_proxy()
            .build()
            .expect("a client");
        Client { http, origin: format!("http://{address}"), headers: HeaderMap::new() }
    }

    /// The same browser, with its cookies, at another instance.
    pub fn at(&self, address: SocketAddr) -> Client {
        Client { origin: format!("http://{address}"), ..self.clone() }
    }

    /// The same browser, sending a header with every request from now on.
    pub fn with_header(&self, name: &str, value: &str) -> Client {
        let mut client = self.clone();
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        client.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        client
    }

    /// A page, as by a link or the address bar.
    pub async fn get(&self, path: &str) -> Page {
        self.page(self.request(Method::GET, path)).await
    }

    /// A form, sent without scripts.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.page(self.request(Method::POST, path).form(fields)).await
    }

    /// A form with files.
    pub async fn post_multipart(&self, path: &str, form: Form) -> Page {
        self.page(self.request(Method::POST, path).multipart(form)).await
    }

    /// Fills in the form that `css` finds and presses its button: hidden and prefilled fields are sent along.
    pub async fn submit(&self, page: &Page, css: &str, fields: &[(&str, &str)]) -> Page {
        let form = page.form(css);
        let filled = form.filled(fields);
        let action = if form.action.is_empty() { &page.path } else { &form.action };
        match form.method.as_str() {
            "post" => self.page(self.request(Method::POST, action).form(&filled)).await,
            _ => {
                let path = action.split('?').next().unwrap_or_default();
                self.page(self.request(Method::GET, path).query(&filled)).await
            }
        }
    }

    /// The page that a redirect names.
    pub async fn follow(&self, page: &Page) -> Page {
        let location = page.location();
        self.get(location.strip_prefix(&self.origin).unwrap_or(location)).await
    }

    /// The region `target` (such as `section#results`), as htmx asks for it.
    pub async fn htmx(&self, path: &str, target: &str) -> Page {
        self.page(self.htmx_request(Method::GET, path, target)).await
    }

    /// A form, sent by htmx.
    pub async fn htmx_post(&self, path: &str, target: &str, fields: &[(&str, &str)]) -> Page {
        self.htmx_send(Method::POST, path, target, fields).await
    }

    /// Any other verb by htmx.
    pub async fn htmx_send(&self, method: Method, path: &str, target: &str, fields: &[(&str, &str)]) -> Page {
        self.page(self.htmx_request(method, path, target).form(fields)).await
    }

    /// What none of the above can say; hand it to [`Client::page`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let same_origin = method != Method::GET;
        let mut request = self.http.request(method, format!("{}{path}", self.origin)).headers(self.headers.clone());
        if !self.headers.contains_key("accept") {
            request = request.header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        }
        if same_origin && !self.headers.contains_key("origin") {
            request = request.header("Origin", &self.origin).header("Sec-Fetch-Site", "same-origin");
        }
        request
    }

    fn htmx_request(&self, method: Method, path: &str, target: &str) -> RequestBuilder {
        self.request(method, path)
            .header("HX-Request", "true")
            .header("HX-Request-Type", "partial")
            .header("HX-Target", target)
            .header("HX-Current-URL", format!("{}{path}", self.origin))
    }

    /// Sends a request and reads the whole answer.
    pub async fn page(&self, request: RequestBuilder) -> Page {
        let request = request.build().expect("a request");
        let (method, url) = (request.method().clone(), request.url().clone());
        let path = url[url::Position::BeforePath..].to_owned();
        let response = self.http.execute(request).await.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
        Page::new(format!("{method} {path}"), path, status, headers, bytes)
    }

    /// Opens an event stream; it ends when the value is dropped.
    pub async fn events(&self, path: &str) -> Events {
        // Open for longer than any answer takes.
        let request = self.request(Method::GET, path).timeout(Duration::from_secs(300));
        let request = request.header("Accept", "text/event-stream");
        let response = request.send().await.unwrap_or_else(|error| panic!("GET {path}: {error:?}"));
        assert_eq!(response.status().as_u16(), 200, "GET {path}");
        Events { response, buffer: String::new() }
    }
}

/// One event of a stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    pub data: String,
}

pub struct Events {
    response: Response,
    buffer: String,
}

impl Events {
    /// The next event; fails after a minute without one.
    pub async fn next(&mut self) -> Event {
        self.within(LIMIT).await.expect("an event within a minute")
    }

    /// Reads on until an event of this name comes; fails after a minute without any.
    pub async fn until(&mut self, name: &str) {
        while self.next().await.name != name {}
    }

    /// The next event, or nothing within `time` or at the end of the stream. Comments and beats, which say that the stream
    /// is alive, are skipped.
    pub async fn within(&mut self, time: Duration) -> Option<Event> {
        tokio::time::timeout(time, self.read()).await.ok().flatten()
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let event = parse(block);
                self.buffer = rest.to_owned();
                if event.as_ref().is_some_and(|event| event.name != "beat") {
                    return event;
                }
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.buffer.push_str(&String::from_utf8_lossy(&chunk).replace("\r\n", "\n"));
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let lines = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let values: Vec<&str> = lines.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect();
        (!values.is_empty()).then(|| values.join("\n"))
    };
    let (name, data) = (field("event"), field("data"));
    if name.is_none() && data.is_none() {
        return None;
    }
    Some(Event { name: name.unwrap_or_else(|| "message".into()), data: data.unwrap_or_default() })
}
