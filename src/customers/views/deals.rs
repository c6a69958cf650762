//! The forms of a customer's deal.

use std::sync::Arc;

use askama::Template;

use crate::customers::Customer;
use crate::db::types::DealId;
use crate::deals::{DealTyped, Pipeline};
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// `/customers/{id}/deals/new` and `/customers/{id}/deals/{deal}`.
#[derive(Template)]
#[template(path = "customers/deal.html", blocks = ["deal_form"])]
pub struct DealPage {
    pub sh: Shell,
    pub customer: Customer,
    /// `None`: a new one.
    pub deal: Option<DealId>,
    pub pipelines: Vec<Arc<Pipeline>>,
    pub typed: DealTyped,
    pub errors: Errors,
    /// What others have changed since the form was opened: the id of a field's name, and what stands there now.
    pub newer: Vec<(&'static str, String)>,
}

impl DealPage {
    fn title_key(&self) -> &'static str {
        if self.deal.is_some() { "deal-edit" } else { "deal-new" }
    }

    fn action(&self) -> String {
        match self.deal {
            Some(id) => format!("/customers/{}/deals/{id}", self.customer.id),
            None => format!("/customers/{}/deals", self.customer.id),
        }
    }

    /// With the way back from there.
    fn delete_url(&self) -> String {
        let back: String = url::form_urlencoded::byte_serialize(self.typed.back.as_bytes()).collect();
        format!("{}/delete?back={back}", self.action())
    }

    fn back(&self) -> String {
        if self.typed.back.is_empty() { format!("/customers/{}", self.customer.id) } else { self.typed.back.clone() }
    }
}

impl Regions for DealPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "deal_form").then(|| self.as_deal_form().render())
    }
}

/// `/customers/{id}/deals/{deal}/delete`.
#[derive(Template)]
#[template(path = "customers/deal_delete.html")]
pub struct DealDeletePage {
    pub sh: Shell,
    pub customer: Customer,
    pub deal: DealId,
    pub title: String,
    /// Where the person came from; empty: the profile.
    pub back: String,
}

impl DealDeletePage {
    fn back_url(&self) -> String {
        if self.back.is_empty() { format!("/customers/{}", self.customer.id) } else { self.back.clone() }
    }
}

impl Regions for DealDeletePage {}
