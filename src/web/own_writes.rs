//! Who has just written by way of one instance is answered by any of them as if all had heard of it.
//!
//! Each instance keeps what hardly anything changes, and hears of what others write some milliseconds later. A browser that
//! follows a form may be at another instance before that. So the answer to a write leaves a mark with the browser, and
//! what comes with the mark is read afresh.

use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;

use crate::auth::sessions::COOKIE;
use crate::db::kept;

const MARK: &str = "switchboard_wrote";
/// Longer than a session is kept ([`kept::BRIEF`]), counted from when the browser has the answer.
const LASTS: Duration = Duration::seconds(2);

/// Middleware: gives the mark to staff who write, and reads afresh for whoever bears it.
pub async fn are_seen(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let writes = !matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Customers who write in the chat get no cookies.
    let leaves_mark = writes && req.cookie(COOKIE).is_some();
    let mut answer =
        if req.cookie(MARK).is_some() { kept::afresh(next.call(req)).await? } else { next.call(req).await? };
    if leaves_mark {
        answer.response_mut().add_cookie(&mark())?;
    }
    Ok(answer)
}

fn mark() -> Cookie<'static> {
    Cookie::build(MARK, "yes").path("/").max_age(LASTS).http_only(true).same_site(SameSite::Lax).finish()
}
