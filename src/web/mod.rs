//! What every page shares: the shell, the reply (page or region), forms, errors, headers, assets, words, times, routes.

pub mod address;
pub mod again;
pub mod assets;
pub mod bodies;
pub mod charts;
pub mod errors;
pub mod filters;
pub mod forms;
pub mod i18n;
pub mod meanwhile;
pub mod numbers;
pub mod own_writes;
pub mod page;
pub mod passed;
pub mod routes;
pub mod security;
pub mod shell;
pub mod sign_in;
pub mod span;
pub mod times;
pub mod toast;
