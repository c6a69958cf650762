//! Which route a request took, for whoever stands outside of the routing and counts.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;

/// The pattern of the route, once it is known. A copy stays with whoever counts: of a request that ends in an error nothing
/// comes back.
#[derive(Clone, Debug, Default)]
pub struct Passed(Rc<Cell<&'static str>>);

impl Passed {
    /// Empty where no route has taken the request.
    pub fn route(&self) -> &'static str {
        self.0.get()
    }
}

/// Notes the route, if somebody counts.
pub fn note(req: &ServiceRequest, route: &'static str) {
    if let Some(passed) = req.extensions().get::<Passed>() {
        passed.0.set(route);
    }
}
