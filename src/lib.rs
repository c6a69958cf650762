//! Switchboard: a self-hosted customer desk in one binary.
//!
//! How a request goes: route (`web::routes`) → guard (`auth`) → parsed query or form → one `db.read` or `db.write` that
//! calls one store or action of a domain → one view → one reply (`web::page`).
//!
//! Who may use whom: `app` → `web`, `api`, `cli` → domains → `audit`, `jobs`, `realtime` → `auth` → `db` → `error`,
//! `text`, `config`. In a domain: `web` → `views` → `model`; `web`, `jobs` → `actions` → `store` → `model`.

// Linked for their bundled C libraries only.
extern crate libsqlite3_sys as _;
extern crate openssl_sys as _;
extern crate pq_sys as _;

pub mod api;
pub mod app;
pub mod app_events;
pub mod audit;
pub mod auth;
pub mod batches;
pub mod blacklist;
pub mod channels;
pub mod chat;
pub mod cli;
pub mod commands;
pub mod companies;
pub mod config;
pub mod contacts;
pub mod conversations;
pub mod customers;
pub mod db;
pub mod deals;
pub mod demo;
pub mod error;
pub mod exports;
pub mod fields;
pub mod files;
pub mod funnels;
pub mod history;
pub mod home;
pub mod hooks;
pub mod http;
pub mod inbox;
pub mod jobs;
pub mod lists;
pub mod mails;
pub mod measures;
pub mod messages;
pub mod ops;
pub mod outbox;
pub mod portal;
pub mod quick_replies;
pub mod realtime;
pub mod reports;
pub mod resends;
pub mod search;
pub mod secrets;
pub mod settings;
pub mod staff;
pub mod tags;
pub mod templates;
pub mod text;
pub mod web;
pub mod welcome;
