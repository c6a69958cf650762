//! The description of the API, made from its routes.

use actix_web::HttpResponse;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Object, Paths, Ref, Required, Response, ResponseBuilder, Type};
use utoipa::{Modify, OpenApi};

use super::model::{Event, EventConversation, EventCustomer, EventData};
use super::{deals, funnel, web};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Switchboard API",
        description = "For the programs of a company: its customers write through their own app. A token may make 200 calls a second, and 1,000 at once after a pause."
    ),
    modifiers(&Bearer, &Refusals, &Webhook),
    security(("token" = [])),
    paths(
        web::customer, web::put_customer, funnel::block, funnel::put_block, deals::pipelines, deals::list, deals::add,
        deals::change, deals::delete, web::conversations_of, web::conversation, web::messages, web::send, web::typing,
        web::read, web::rating, web::events, web::file,
    ),
    components(schemas(Event, EventData, EventCustomer, EventConversation))
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// What every route may answer, whatever it is asked for.
struct Refusals;

const REFUSALS: [(&str, &str); 4] = [
    ("400", "The request cannot be read"),
    ("401", "There is no token, or none that works"),
    ("429", "Too many calls; Retry-After says for how many seconds to wait"),
    (
        "503",
        "The desk cannot answer at the moment, or the channel is on pause (code channel_paused, the token stays good); \
         Retry-After says when to try again",
    ),
];

impl Modify for Refusals {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for path in document.paths.paths.values_mut() {
            for operation in [&mut path.get, &mut path.put, &mut path.post, &mut path.delete].into_iter().flatten() {
                for (status, words) in REFUSALS {
                    operation.responses.responses.insert(status.to_owned(), problem(words).into());
                }
            }
        }
    }
}

fn problem(words: &str) -> Response {
    let body = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(words).content("application/json", body).build()
}

/// What the desk posts to the address that the channel names.
struct Webhook;

impl Modify for Webhook {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let mut webhooks = Paths::new();
        webhooks.paths.insert("event".to_owned(), PathItem::new(HttpMethod::Post, pushed()));
        document.webhooks = Some(webhooks);
    }
}

fn pushed() -> Operation {
    let body = Content::new(Some(Ref::from_schema_name("Event")));
    OperationBuilder::new()
        .summary(Some("An event, as /api/v1/events gives it."))
        .description(Some(
            "Posted to the webhook of the channel until it is answered with 2xx, ten times at the most. The same event may come \
             twice: go by its id.",
        ))
        .parameter(header("Switchboard-Event", "The number of the event"))
        .parameter(header("Switchboard-Timestamp", "Seconds since 1970; refuse what is older than some minutes"))
        .parameter(header(
            "Switchboard-Signature",
            "v1= and the hex HMAC-SHA-256 of the timestamp, a dot and the body, with the secret of the channel",
        ))
        .request_body(Some(
            RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True)).build(),
        ))
        .response("200", Response::new("Taken"))
        .build()
}

fn header(name: &str, words: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(words))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

/// `GET /api/v1/openapi.json`.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(Document::openapi())
}
