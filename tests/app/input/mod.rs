//! Wrong input, everywhere: every form and endpoint with values that fit nowhere, sent by every role. Nothing answers
//! 5xx, a refusal has the right status and leaves nothing half done, and what was typed stands in the form again.

mod sending;
mod table;
mod values;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use switchboard::auth::Role;
use switchboard::auth::rights::Right;
use switchboard::web::routes::TABLE as ROUTES;
use tokio::runtime::Runtime;

use crate::support::{ADMIN, Client, OPERATOR, SUPERVISOR};
use sending::{ask, send};
use table::{Row, TABLE};
use world::World;

/// Tries at a form by somebody who may send it, and by somebody who may not.
const TRIES: u32 = 14;
const TRIES_IN_VAIN: u32 = 1;
/// Tries at an address.
const LOOKS: u32 = 6;

/// Ends the session of the walk.
const LAST: &str = "/logout";

fn right_of(method: &str, path: &str) -> Right {
    let route = ROUTES.iter().find(|route| route.method == method && route.path == path);
    route.unwrap_or_else(|| panic!("there is no route {method} {path}")).right
}

fn is_for_programs(right: Right) -> bool {
    matches!(right, Right::Visitor | Right::App)
}

/// The same values at every run, so that a failure can be seen again; `PROPTEST_RNG_SEED` looks at others.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    let rng_seed = match config.rng_seed {
        RngSeed::Random => RngSeed::Fixed(2026),
        chosen => chosen,
    };
    TestRunner::new(Config { rng_seed, ..config })
}

/// One form, many ways.
fn torment(on: &Runtime, world: &mut World, client: &Client, row: &Row, tries: u32) {
    let world = std::cell::RefCell::new(world);
    let outcome = runner(tries).run(&values::case(row), |case| {
        on.block_on(send(&mut world.borrow_mut(), client, row, &case)).map_err(TestCaseError::fail)
    });
    if let Err(failure) = outcome {
        panic!("{} {}: {failure}", row.method, row.path);
    }
}

fn torment_as(role: Option<Role>, email: &str) {
    let on = Runtime::new().expect("a runtime");
    let mut world = on.block_on(World::new());
    let client = if role.is_some() { on.block_on(world.app.sign_in(email)) } else { world.app.anonymous() };
    for row in TABLE.iter().filter(|row| row.path != LAST) {
        let right = right_of(row.method, row.path);
        if is_for_programs(right) {
            continue;
        }
        let tries = if right.allows(role) { TRIES } else { TRIES_IN_VAIN };
        torment(&on, &mut world, &client, row, tries);
    }
    let row = TABLE.iter().find(|row| row.path == LAST).expect("the last row");
    torment(&on, &mut world, &client, row, TRIES_IN_VAIN);
}

/// A form that is not in the table would go untested.
#[test]
fn every_form_is_in_the_table() {
    let mut routes: Vec<_> =
        ROUTES.iter().filter(|r| !["Get", "Head"].contains(&r.method)).map(|r| (r.method, r.path)).collect();
    let mut rows: Vec<_> = TABLE.iter().map(|row| (row.method, row.path)).collect();
    routes.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, routes);
}

#[test]
fn nothing_that_nobody_sends_breaks_a_form() {
    torment_as(None, "nobody");
}

#[test]
fn nothing_that_an_operator_sends_breaks_a_form() {
    torment_as(Some(Role::Operator), OPERATOR);
}

#[test]
fn nothing_that_a_supervisor_sends_breaks_a_form() {
    torment_as(Some(Role::Supervisor), SUPERVISOR);
}

#[test]
fn nothing_that_an_admin_sends_breaks_a_form() {
    torment_as(Some(Role::Admin), ADMIN);
}

#[test]
fn nothing_that_a_visitor_or_a_program_sends_breaks_an_endpoint() {
    let on = Runtime::new().expect("a runtime");
    let mut world = on.block_on(World::new());
    let (visitor, program) = (on.block_on(world.visitor()), world.program());
    let strangers = world.app.anonymous();
    for row in TABLE {
        let client = match right_of(row.method, row.path) {
            Right::Visitor => &visitor,
            Right::App => &program,
            _ if row.path.starts_with("/chat/") => &visitor,
            _ => continue,
        };
        torment(&on, &mut world, client, row, TRIES * 2);
        torment(&on, &mut world, &strangers, row, TRIES_IN_VAIN);
    }
}

/// Pages, regions, streams and files with addresses that no page of ours links to.
fn look_around(role: Role, email: &str) {
    let on = Runtime::new().expect("a runtime");
    let mut world = on.block_on(World::new());
    let client = on.block_on(world.app.sign_in(email));
    let (visitor, program) = (on.block_on(world.visitor()), world.program());
    for route in ROUTES.iter().filter(|route| route.method == "Get") {
        let client = match route.right {
            Right::Visitor => &visitor,
            Right::App => &program,
            right if right.allows(Some(role)) => &client,
            _ => continue,
        };
        let gaps = proptest::collection::vec(
            prop_oneof![2 => Just(None), 1 => values::raw_gap().prop_map(Some)],
            route.path.matches('{').count(),
        );
        let outcome = runner(LOOKS).run(&(gaps, values::query()), |(gaps, query)| {
            on.block_on(ask(&world, client, route.path, &gaps, &query)).map_err(TestCaseError::fail)
        });
        if let Err(failure) = outcome {
            panic!("GET {}: {failure}", route.path);
        }
    }
}

#[test]
fn no_address_breaks_a_page_of_an_operator() {
    look_around(Role::Operator, OPERATOR);
}

#[test]
fn no_address_breaks_a_page_of_an_admin() {
    look_around(Role::Admin, ADMIN);
}
