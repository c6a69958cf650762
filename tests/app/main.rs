//! The product from the outside: a real server, a database of its own for each test, requests as a browser sends them.
//! One module a capability; `support` says how a test is written. `tests/run` runs all of it on both engines.

// Helpers outside `#[test]` functions count as ordinary code to clippy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod support;
mod tagged;

mod again;
mod app_api;
mod audit;
mod auth;
mod blacklist;
mod bulk;
mod cli;
mod commands;
mod companies;
mod contacts;
mod conversations;
mod crash;
mod customers;
mod deal_stages;
mod deals;
mod demo;
mod demo_large;
mod distribution;
mod exports;
mod fields;
mod figures;
mod files;
mod filters;
mod first_messages;
mod funnel_places;
mod funnel_settings;
mod funnels;
mod handed;
mod harness;
mod history;
mod history_filters;
mod home;
mod hooks;
mod inbox;
mod input;
mod limits;
mod lists;
mod long;
mod missing;
mod narrowing;
mod ops;
mod outage;
mod oversized;
mod oversized_chat;
mod pins;
mod plans;
mod process;
mod profile;
mod quick_replies;
mod regions;
mod reports;
mod required_tag;
mod resends;
mod rights;
mod same_moment;
mod saved_filters;
mod schema;
mod search;
mod search_terms;
mod sending;
mod settings;
mod staff;
mod telegram;
mod unsubscribed;
mod viber;
mod webchat;
mod whatsapp;
mod whatsapp_templates;
mod writes;
