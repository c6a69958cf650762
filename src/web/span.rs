//! What the log says of the request that a line belongs to.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use tracing::Span;
use tracing_actix_web::RootSpanBuilder;

/// Method and path, with `RUST_LOG=switchboard=debug`. Not by default: paths of one-time links open accounts. The crate's
/// own span looks up the route once more for each request, which costs as much as finding it, also when nobody listens.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        tracing::debug_span!("request", method = %request.method(), path = request.path())
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, actix_web::Error>) {}
}
