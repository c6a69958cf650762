//! The description of the API, made from its routes.

use actix_web::HttpResponse;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{funnel, web};

#[derive(OpenApi)]
#[openapi(
    info(title = "Switchboard API", description = "For the programs of a company: its customers write through their own app."),
    modifiers(&Bearer),
    security(("token" = [])),
    paths(
        web::customer, web::put_customer, funnel::block, funnel::put_block, web::conversations_of, web::conversation, web::messages, web::send, web::typing,
        web::read, web::rating, web::events, web::file,
    )
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(Document::openapi())
}
