//! Every route with its right: one flat table. A route cannot be written without saying who may, and a test walks the
//! table with every role.

use std::collections::BTreeMap;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpMessage, guard};

use crate::auth::Visit;
use crate::auth::rights::Right;
use crate::error::Error;
use crate::web::passed;

/// A route as the rights test sees it.
pub struct Entry {
    pub method: &'static str,
    pub path: &'static str,
    pub right: Right,
}

macro_rules! routes {
    ($($method:ident $path:literal $right:ident $($handler:ident)::+;)+) => {
        /// All routes.
        pub const TABLE: &[Entry] =
            &[$(Entry { method: stringify!($method), path: $path, right: Right::$right }),+];

        /// Puts the routes that `fits` takes into the app. The paths without a name in them come first: these are compared,
        /// while each of the others is an expression to be tried. Those stand together by where they begin, so that few are:
        /// before a visitor's message came to its own, it was tried with 37, a seventh of what the web's threads did for it.
        fn put(app: &mut ServiceConfig, fits: impl Fn(&str) -> bool) {
            /// Takes how much of the path the place that it is put into has taken already.
            type Put = Box<dyn FnOnce(&mut ServiceConfig, usize)>;
            let services: Vec<(&'static str, Put)> = vec![$(($path, Box::new(|app: &mut ServiceConfig, taken: usize| {
                app.service(
                    web::resource($path.get(taken..).unwrap_or_default())
                        .guard(guard::$method())
                        .wrap(from_fn(|req: ServiceRequest, next: Next<_>| {
                            req.extensions_mut().insert(Right::$right);
                            passed::note(&req, $path);
                            check(req, next)
                        }))
                        .to(crate::$($handler)::+),
                );
            }))),+];
            let mut named: BTreeMap<&str, Vec<Put>> = BTreeMap::new();
            for (path, put) in services.into_iter().filter(|(path, _)| fits(path)) {
                if path.contains('{') {
                    named.entry(beginning(path)).or_default().push(put);
                } else {
                    put(app, 0);
                }
            }
            for (beginning, puts) in named {
                let put_all = |scope: &mut ServiceConfig| puts.into_iter().for_each(|put| put(scope, beginning.len()));
                app.service(web::scope(beginning).configure(put_all));
            }
        }
    };
}

/// The first part of a path: `/chat` of `/chat/{key}/look`.
fn beginning(path: &str) -> &str {
    let end = path.char_indices().skip(1).find(|(_, c)| *c == '/').map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}

/// What programs that look after the desk ask for again and again: outside the sessions.
const APART: &[&str] = &["/healthz", "/readyz", "/metrics"];

/// All routes of people, visitors and programs.
pub fn configure(app: &mut ServiceConfig) {
    put(app, |path| !APART.contains(&path));
}

/// The few that no session concerns.
pub fn configure_apart(app: &mut ServiceConfig) {
    put(app, |path| APART.contains(&path));
}

routes! {
    Get "/healthz" Public ops::web::health;
    Head "/healthz" Public ops::web::health;
    Get "/readyz" Public ops::web::ready;
    Head "/readyz" Public ops::web::ready;
    Get "/metrics" App ops::web::metrics;
    Get "/assets/{name}" Public web::assets::serve;
    Get "/files/{attachment}" Operator files::web::file;
    Get "/shared/{signed}/{name}" Public files::web::shared;
    Head "/shared/{signed}/{name}" Public files::web::shared;
    Get "/avatars/{account}" Operator files::web::avatar;
    Get "/hooks/{key}" Public hooks::web::challenge;
    Post "/hooks/{key}" Public hooks::web::receive;
    Post "/deliveries/{id}/arrival" Operator conversations::web::note_arrival;
    Post "/deliveries/{id}/retry" Operator conversations::web::send_again;
    Get "/resends" Supervisor resends::web::list;
    Get "/resends/new" Supervisor resends::web::form;
    Post "/resends" Supervisor resends::web::start;
    Post "/resends/{id}/stop" Supervisor resends::web::stop;
    Get "/customers/export" Admin exports::web::of_customers;
    Get "/inbox/export" Admin exports::web::of_inbox;
    Get "/lists/{id}/export" Supervisor exports::web::of_list;
    Get "/exports" Supervisor exports::web::list;
    Post "/exports" Supervisor exports::web::start;
    Get "/exports/{id}/file" Supervisor exports::web::download;
    Get "/reports" Supervisor reports::web::page;
    Get "/reports/csv" Supervisor reports::web::csv;
    Get "/lists" Operator lists::web::list;
    Post "/lists" Operator lists::web::add;
    Get "/lists/{id}/edit" Operator lists::web::edit_form;
    Post "/lists/{id}/edit" Operator lists::web::edit;
    Get "/lists/{id}/delete" Operator lists::web::delete_form;
    Post "/lists/{id}/delete" Operator lists::web::delete;
    Get "/api/v1/openapi.json" Public api::openapi;
    Get "/api/v1/customers/{external_id}" App api::web::customer;
    Put "/api/v1/customers/{external_id}" App api::web::put_customer;
    Get "/api/v1/customers/{external_id}/funnel-block" App api::funnel::block;
    Put "/api/v1/customers/{external_id}/funnel-block" App api::funnel::put_block;
    Get "/api/v1/pipelines" App api::deals::pipelines;
    Get "/api/v1/customers/{external_id}/deals" App api::deals::list;
    Post "/api/v1/customers/{external_id}/deals" App api::deals::add;
    Put "/api/v1/customers/{external_id}/deals/{deal}" App api::deals::change;
    Delete "/api/v1/customers/{external_id}/deals/{deal}" App api::deals::delete;
    Get "/api/v1/customers/{external_id}/conversations" App api::web::conversations_of;
    Get "/api/v1/customers/{external_id}/messages" App api::web::messages;
    Post "/api/v1/customers/{external_id}/messages" App api::web::send;
    Post "/api/v1/customers/{external_id}/typing" App api::web::typing;
    Post "/api/v1/customers/{external_id}/read" App api::web::read;
    Get "/api/v1/conversations/{id}" App api::web::conversation;
    Post "/api/v1/conversations/{id}/rating" App api::web::rating;
    Get "/api/v1/events" App api::web::events;
    Get "/api/v1/files/{id}" App api::web::file;
    Get "/chat/widget.js" Public chat::pages::launcher;
    Get "/chat/{key}/look" Public chat::pages::look;
    Get "/chat/{key}/frame" Public chat::pages::frame;
    Post "/chat/{key}/session" Public chat::web::session;
    Get "/chat/{key}/messages" Visitor chat::web::messages;
    Post "/chat/{key}/about" Visitor chat::web::about;
    Post "/chat/{key}/messages" Visitor chat::web::send;
    Post "/chat/{key}/typing" Visitor chat::web::typing;
    Post "/chat/{key}/read" Visitor chat::web::read;
    Post "/chat/{key}/rating" Visitor chat::web::rating;
    Get "/chat/{key}/events" Visitor chat::web::events;
    Get "/chat/{key}/files/{attachment}" Visitor chat::web::file;
    Get "/demo" Public chat::pages::demo;
    Get "/login" Public auth::web::login_page;
    Post "/login" Public auth::web::login;
    Post "/logout" Operator auth::web::logout;
    Post "/presence" Operator auth::web::presence;
    Post "/preferences" Operator auth::web::preferences;
    Get "/shell/unread" Operator web::shell::unread;
    Get "/shell/presence" Operator web::shell::presence;
    Get "/inbox" Operator inbox::web::inbox;
    Get "/inbox/cards" Operator inbox::web::cards;
    Get "/inbox/preview" Operator inbox::web::preview;
    Post "/inbox/preview" Operator inbox::web::save_preview;
    Get "/inbox/display" Operator inbox::web::display;
    Post "/inbox/display" Operator inbox::web::save_display;
    Get "/inbox/bulk" Operator inbox::web::bulk_form;
    Post "/inbox/bulk" Operator inbox::web::bulk;
    Get "/inbox/filters" Operator inbox::web::panel;
    Post "/inbox/filters" Operator inbox::web::saved::add;
    Get "/inbox/filters/new" Operator inbox::web::saved::new;
    Get "/inbox/filters/{id}" Operator inbox::web::saved::page;
    Post "/inbox/filters/{id}" Operator inbox::web::saved::edit;
    Get "/inbox/filters/{id}/delete" Operator inbox::web::saved::ask;
    Post "/inbox/filters/{id}/delete" Operator inbox::web::saved::delete;
    Get "/batches" Operator batches::web::list;
    Post "/batches/{id}/stop" Operator batches::web::stop;
    Get "/inbox/{customer}" Operator inbox::web::open;
    Get "/inbox/{customer}/menu" Operator inbox::web::menu;
    Get "/inbox/{customer}/head" Operator inbox::web::head;
    Get "/inbox/{customer}/log" Operator inbox::web::log;
    Get "/inbox/{customer}/composer" Operator inbox::web::composer;
    Get "/inbox/{customer}/window" Operator inbox::web::window;
    Get "/inbox/{customer}/side" Operator inbox::web::side;
    Get "/inbox/{customer}/here" Operator inbox::web::here;
    Get "/inbox/{customer}/dialogs" Operator inbox::web::dialogs;
    Get "/inbox/{customer}/slash" Operator inbox::web::slash;
    Post "/inbox/{customer}/messages" Operator inbox::web::send;
    Post "/inbox/{customer}/read" Operator inbox::web::read;
    Post "/inbox/{customer}/unread" Operator inbox::web::unread;
    Post "/inbox/{customer}/pin" Operator inbox::web::pin;
    Post "/inbox/{customer}/presence" Operator inbox::web::presence;
    Get "/mails/new" Operator customers::web::newcomer::form;
    Post "/mails/new" Operator customers::web::newcomer::send;
    Get "/external/new" Operator customers::web::newcomer::form;
    Post "/external/new" Operator customers::web::newcomer::send;
    Get "/mails/{message}" Operator mails::web::page;
    Get "/mails/{message}/look" Operator mails::web::look;
    Get "/mails/{message}/original" Operator mails::web::original;
    Get "/templates/fields" Operator templates::web::fields;
    Get "/live" Operator realtime::web::live;
    Get "/" Operator home::web::home;
    Get "/search" Operator search::web::search;
    Get "/blacklist" Supervisor blacklist::web::page;
    Get "/customers/{id}/block" Supervisor blacklist::web::block_form;
    Post "/customers/{id}/block" Supervisor blacklist::web::block;
    Post "/customers/{id}/block/delete" Supervisor blacklist::web::unblock;
    Get "/customers/{id}/block-requests" Operator blacklist::web::request_form;
    Post "/customers/{id}/block-requests" Operator blacklist::web::request;
    Post "/block-requests/{id}/decision" Supervisor blacklist::web::decide;
    Get "/history" Operator history::web::list;
    Get "/conversations/{id}" Operator history::web::conversation;
    Post "/conversations/{id}/assignment" Operator conversations::web::take;
    Get "/conversations/{id}/transfer" Operator conversations::web::transfer_form;
    Post "/conversations/{id}/transfer" Operator conversations::web::transfer;
    Get "/conversations/{id}/closure" Operator conversations::web::close_form;
    Post "/conversations/{id}/closure" Operator conversations::web::close;
    Post "/conversations/{id}/tags" Operator conversations::web::add_tag;
    Post "/conversations/{id}/tags/delete" Operator conversations::web::remove_tag;
    Get "/customers" Operator customers::web::list;
    Get "/customers/new/{kind}" Operator customers::web::newcomer::form;
    Post "/customers/new/{kind}" Operator customers::web::newcomer::send;
    Get "/customers/{id}" Operator customers::web::profile::page;
    Get "/customers/{id}/edit" Operator customers::web::edit::form;
    Post "/customers/{id}/edit" Operator customers::web::edit::save;
    Post "/customers/{id}/fields/{field}" Operator customers::web::field::save;
    Post "/customers/{id}/custom-fields/{custom_field}" Operator customers::web::variables::save_field;
    Post "/customers/{id}/variables" Operator customers::web::variables::save;
    Post "/customers/{id}/claims" Operator customers::web::edit::use_claim;
    Post "/customers/{id}/responsible" Operator customers::web::bind::responsible;
    Post "/customers/{id}/tags" Operator customers::web::tags::change;
    Post "/customers/{id}/lists" Operator customers::web::lists::change;
    Post "/customers/{id}/funnel-block" Operator customers::web::funnel::place;
    Get "/customers/{id}/deals/new" Operator customers::web::deals::new;
    Post "/customers/{id}/deals" Operator customers::web::deals::add;
    Get "/customers/{id}/deals/{deal}" Operator customers::web::deals::form;
    Post "/customers/{id}/deals/{deal}" Operator customers::web::deals::edit;
    Post "/customers/{id}/deals/{deal}/stage" Operator customers::web::deals::place;
    Get "/customers/{id}/deals/{deal}/delete" Operator customers::web::deals::ask;
    Post "/customers/{id}/deals/{deal}/delete" Operator customers::web::deals::delete;
    Get "/customers/{id}/message" Operator customers::web::message::form;
    Post "/customers/{id}/message" Operator customers::web::message::send;
    Get "/customers/{id}/delete" Admin customers::web::delete::form;
    Post "/customers/{id}/delete" Admin customers::web::delete::delete;
    Get "/contacts" Operator contacts::web::list;
    Get "/contacts/new" Operator contacts::web::new;
    Post "/contacts/new" Operator contacts::web::create;
    Get "/contacts/{id}" Operator contacts::web::details;
    Get "/companies" Operator companies::web::list;
    Get "/companies/new" Operator companies::web::new;
    Post "/companies/new" Operator companies::web::create;
    Get "/companies/{id}" Operator companies::web::details;
    Get "/companies/{id}/edit" Operator companies::web::edit_form;
    Post "/companies/{id}/edit" Operator companies::web::edit;
    Get "/companies/{id}/delete" Operator companies::web::delete_form;
    Post "/companies/{id}/delete" Operator companies::web::delete;
    Post "/companies/{id}/members" Operator companies::web::members;

    Get "/welcome/{token}" Public welcome::web::page;
    Post "/welcome/{token}" Public welcome::web::accept;

    Get "/settings" Operator settings::web::first;
    Get "/settings/profile" Operator settings::web::profile::page;
    Post "/settings/profile" Operator settings::web::profile::save;
    Post "/settings/profile/password" Operator settings::web::profile::change_password;
    Post "/settings/profile/sessions/end-others" Operator settings::web::profile::end_others;
    Post "/settings/profile/sessions/{id}/end" Operator settings::web::profile::end_session;
    Get "/settings/quick-replies" Operator settings::web::quick_replies::list;
    Post "/settings/quick-replies" Operator settings::web::quick_replies::add;
    Get "/settings/quick-replies/new" Operator settings::web::quick_replies::new;
    Get "/settings/quick-replies/{id}" Operator settings::web::quick_replies::page;
    Post "/settings/quick-replies/{id}" Operator settings::web::quick_replies::edit;
    Get "/settings/quick-replies/{id}/delete" Operator settings::web::quick_replies::ask;
    Post "/settings/quick-replies/{id}/delete" Operator settings::web::quick_replies::delete;
    Get "/settings/commands" Admin settings::web::commands::list;
    Post "/settings/commands" Admin settings::web::commands::add;
    Get "/settings/commands/new" Admin settings::web::commands::new;
    Get "/settings/commands/{id}" Admin settings::web::commands::page;
    Post "/settings/commands/{id}" Admin settings::web::commands::edit;
    Get "/settings/commands/{id}/secret" Admin settings::web::ask::new_secret_of_command;
    Post "/settings/commands/{id}/secret" Admin settings::web::commands::secret;
    Post "/settings/commands/{id}/pause" Admin settings::web::commands::pause;
    Post "/settings/commands/{id}/enable" Admin settings::web::commands::enable;
    Get "/settings/commands/{id}/delete" Admin settings::web::commands::ask;
    Post "/settings/commands/{id}/delete" Admin settings::web::commands::delete;
    Get "/settings/staff" Admin settings::web::staff::list;
    Post "/settings/staff" Admin settings::web::staff::add;
    Get "/settings/staff/new" Admin settings::web::staff::new;
    Get "/settings/staff/{id}" Admin settings::web::staff::member;
    Post "/settings/staff/{id}" Admin settings::web::staff::edit;
    Post "/settings/staff/{id}/channels" Admin settings::web::staff::choose_channels;
    Get "/settings/staff/{id}/disable" Admin settings::web::departure::ask;
    Post "/settings/staff/{id}/disable" Admin settings::web::departure::disable;
    Post "/settings/staff/{id}/enable" Admin settings::web::staff::enable;
    Post "/settings/staff/{id}/reset" Admin settings::web::staff::reset;
    Post "/settings/staff/{id}/sessions/{session}/end" Admin settings::web::staff::end_session;
    Get "/settings/channels" Admin settings::web::channels::list;
    Get "/settings/channels/new/{kind}" Admin settings::web::channels::new;
    Post "/settings/channels/new/{kind}" Admin settings::web::channels::connect;
    Get "/settings/channels/{id}" Admin settings::web::channels::channel;
    Post "/settings/channels/{id}" Admin settings::web::channels::save;
    Post "/settings/channels/{id}/test" Admin settings::web::channels::test;
    Post "/settings/channels/{id}/pause" Admin settings::web::channels::pause;
    Post "/settings/channels/{id}/enable" Admin settings::web::channels::enable;
    Get "/settings/channels/{id}/secret" Admin settings::web::ask::new_secret;
    Post "/settings/channels/{id}/secret" Admin settings::web::channels::new_secret;
    Get "/settings/channels/{id}/disconnect" Admin settings::web::ask::disconnect;
    Post "/settings/channels/{id}/disconnect" Admin settings::web::channels::disconnect;
    Post "/settings/channels/{id}/tokens" Admin settings::web::channels::add_token;
    Get "/settings/channels/{id}/tokens/{token}/revoke" Admin settings::web::ask::revoke_token;
    Post "/settings/channels/{id}/tokens/{token}/revoke" Admin settings::web::channels::revoke_token;
    Post "/settings/channels/{id}/templates" Admin settings::web::templates::fetch;
    Get "/settings/templates" Admin settings::web::templates::list;
    Post "/settings/templates" Admin settings::web::templates::add;
    Get "/settings/templates/new" Admin settings::web::templates::new;
    Get "/settings/templates/{id}" Admin settings::web::templates::template;
    Post "/settings/templates/{id}" Admin settings::web::templates::save;
    Get "/settings/templates/{id}/delete" Admin settings::web::ask::delete_template;
    Post "/settings/templates/{id}/delete" Admin settings::web::templates::delete;
    Get "/settings/custom-fields" Admin settings::web::custom_fields::list;
    Post "/settings/custom-fields" Admin settings::web::custom_fields::add;
    Post "/settings/custom-fields/move" Admin settings::web::custom_fields::move_by_one;
    Post "/settings/custom-fields/{id}" Admin settings::web::custom_fields::rename;
    Post "/settings/custom-fields/{id}/show" Admin settings::web::custom_fields::show;
    Get "/settings/custom-fields/{id}/delete" Admin settings::web::custom_fields::ask;
    Post "/settings/custom-fields/{id}/delete" Admin settings::web::custom_fields::delete;
    Get "/settings/customer-tags" Admin settings::web::customer_tags::list;
    Post "/settings/customer-tags" Admin settings::web::customer_tags::add;
    Post "/settings/customer-tags/{id}" Admin settings::web::customer_tags::edit;
    Get "/settings/customer-tags/{id}/delete" Admin settings::web::customer_tags::ask;
    Post "/settings/customer-tags/{id}/delete" Admin settings::web::customer_tags::delete;
    Get "/settings/conversation-tags" Admin settings::web::conversation_tags::list;
    Post "/settings/conversation-tags" Admin settings::web::conversation_tags::add;
    Post "/settings/conversation-tags/{id}" Admin settings::web::conversation_tags::rename;
    Get "/settings/conversation-tags/{id}/delete" Admin settings::web::conversation_tags::ask;
    Post "/settings/conversation-tags/{id}/delete" Admin settings::web::conversation_tags::delete;
    Get "/settings/funnels" Admin settings::web::funnels::list;
    Post "/settings/funnels" Admin settings::web::funnels::add;
    Post "/settings/funnels/move" Admin settings::web::funnels::move_funnel;
    Get "/settings/funnels/{id}" Admin settings::web::funnels::page;
    Post "/settings/funnels/{id}" Admin settings::web::funnels::edit;
    Get "/settings/funnels/{id}/delete" Admin settings::web::funnels::ask;
    Post "/settings/funnels/{id}/delete" Admin settings::web::funnels::delete;
    Post "/settings/funnels/{id}/blocks" Admin settings::web::funnels::add_block;
    Post "/settings/funnels/{id}/blocks/move" Admin settings::web::funnels::move_block;
    Post "/settings/funnels/{id}/blocks/{block}" Admin settings::web::funnels::edit_block;
    Get "/settings/funnels/{id}/blocks/{block}/delete" Admin settings::web::funnels::ask_block;
    Post "/settings/funnels/{id}/blocks/{block}/delete" Admin settings::web::funnels::delete_block;
    Get "/settings/pipelines" Admin settings::web::pipelines::list;
    Post "/settings/pipelines" Admin settings::web::pipelines::add;
    Post "/settings/pipelines/move" Admin settings::web::pipelines::move_pipeline;
    Get "/settings/pipelines/{id}" Admin settings::web::pipelines::page;
    Post "/settings/pipelines/{id}" Admin settings::web::pipelines::edit;
    Get "/settings/pipelines/{id}/delete" Admin settings::web::pipelines::ask;
    Post "/settings/pipelines/{id}/delete" Admin settings::web::pipelines::delete;
    Post "/settings/pipelines/{id}/stages" Admin settings::web::pipelines::add_stage;
    Post "/settings/pipelines/{id}/stages/move" Admin settings::web::pipelines::move_stage;
    Post "/settings/pipelines/{id}/stages/{stage}" Admin settings::web::pipelines::edit_stage;
    Get "/settings/pipelines/{id}/stages/{stage}/delete" Admin settings::web::pipelines::ask_stage;
    Post "/settings/pipelines/{id}/stages/{stage}/delete" Admin settings::web::pipelines::delete_stage;
    Get "/settings/audit" Admin audit::web::page;
    Get "/settings/audit/csv" Admin audit::web::csv;
    Get "/settings/lists" Admin settings::web::lists;
    Get "/settings/rules" Admin settings::web::rules::page;
    Post "/settings/rules" Admin settings::web::rules::save;
    Get "/settings/api-tokens" Admin settings::web::api_tokens::list;
    Get "/settings/general" Admin settings::web::general_page;
    Post "/settings/general" Admin settings::web::save;
    Post "/settings/work/{id}/again" Admin settings::web::work::again;
    Post "/settings/work/{id}/remove" Admin settings::web::work::remove;
}

/// The second lock beside the guard in each handler's signature.
async fn check(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let right = req.extensions().get::<Right>().copied().ok_or(Error::Forbidden)?;
    if !matches!(right, Right::Public | Right::Visitor | Right::App) {
        let visit = Visit::of(req.request()).await?;
        if !right.allows(Some(visit.me.role)) {
            // As an answer, with its request: its page knows whom it is for.
            return Ok(req.error_response(Error::Forbidden).map_into_right_body());
        }
    }
    Ok(next.call(req).await?.map_into_left_body())
}
