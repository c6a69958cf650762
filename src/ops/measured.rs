//! Counts requests.

use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::measures::Measures;
use crate::web::passed::Passed;

/// What took no route, such as a path that there is not.
const NONE: &str = "none";

/// Middleware: counts each request and how long its answer took to begin.
pub async fn measured(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let (begun, passed) = (Instant::now(), Passed::default());
    let Some(measures) = req.app_data::<Data<Measures>>().cloned() else { return next.call(req).await };
    req.extensions_mut().insert(passed.clone());
    let method = req.method().clone();
    let answer = next.call(req).await;
    let status = match &answer {
        Ok(answer) => answer.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let route = match passed.route() {
        "" => NONE,
        route => route,
    };
    measures.answered(route, method.as_str(), status.as_u16(), begun);
    answer
}
