//! What people do about a delivery.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::auth::Operator;
use crate::db::Db;
use crate::db::types::DeliveryId;
use crate::error::Result;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `POST /deliveries/{id}/retry`: once more, now. The page that shows it hears of it by itself.
pub async fn retry(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<DeliveryId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let delivery = db.write(move |tx| super::retry(tx, &by, id)).await?;
    if hx.is_htmx {
        return hx.toast(&sh.t("toast-retried"));
    }
    hx.done("toast-retried", &format!("/inbox/{}", delivery.customer_id))
}
