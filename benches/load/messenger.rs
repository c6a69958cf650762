//! A messenger: what answers in the place of Viber when the desk asks who a bot is and sets its webhook.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;

/// Starts it; gives the address that the desk takes for Viber's.
pub async fn start() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
            tokio::task::spawn_local(served);
        }
    });
    format!("viber=http://{address}/pa")
}

/// Everything succeeds.
async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    const GOOD: &str = r#"{"status":0,"status_message":"ok","id":"pa:1","name":"Load","message_token":1}"#;
    let mut answer = Response::new(Full::from(GOOD));
    answer.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    Ok(answer)
}
