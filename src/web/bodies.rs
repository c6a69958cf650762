//! How large a form may be. And a body must keep coming: whoever sends it drop by drop holds a connection, and with many
//! of them all there are.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use crate::config::Config;
use crate::error::Error;

/// The largest body of a form without files, in bytes.
pub const FORM_LIMIT: usize = 256 * 1024;
/// Bytes a second that a body must bring in the long run.
const RATE: u64 = 1024;

/// Middleware: ends a request whose body stops, or comes too slowly, with 408.
pub async fn keep_coming(
    mut req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let pause = req.app_data::<Data<Config>>().map(|config| config.body_pause).unwrap_or_default();
    let is_late = Rc::new(Cell::new(false));
    match req.take_payload() {
        Payload::None => {}
        body => req.set_payload(Payload::Stream { payload: Box::pin(watched(body, pause, is_late.clone())) }),
    }
    let answer = next.call(req).await;
    if is_late.get() {
        return Err(Error::TooSlow.into());
    }
    answer
}

/// The same bytes, as long as they come.
fn watched(body: Payload, pause: Duration, is_late: Rc<Cell<bool>>) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    let began = Instant::now();
    let bytes = stream::unfold((body, 0_u64), move |(mut body, mut read)| {
        let is_late = is_late.clone();
        async move {
            let slowest = began + pause * 2 + Duration::from_secs(read / RATE);
            let next = match timeout_at(slowest.min(Instant::now() + pause), body.next()).await {
                Ok(next) => next?,
                Err(_) => {
                    is_late.set(true);
                    Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))
                }
            };
            read += next.as_ref().map_or(0, |bytes| bytes.len() as u64);
            Some((next, (body, read)))
        }
    });
    // Readers of forms with files ask once more after the end.
    bytes.fuse()
}
