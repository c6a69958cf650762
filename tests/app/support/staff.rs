//! The four people of every test desk.

use std::sync::OnceLock;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};

pub const ADMIN: &str = "admin@desk.test";
pub const SUPERVISOR: &str = "supervisor@desk.test";
pub const OPERATOR: &str = "operator@desk.test";
pub const SECOND_OPERATOR: &str = "second@desk.test";
/// Everybody's.
pub const PASSWORD: &str = "correct horse battery staple";

/// What creates them.
pub fn everyone() -> String {
    [
        (ADMIN, "Ada Admin", "admin"),
        (SUPERVISOR, "Sam Supervisor", "supervisor"),
        (OPERATOR, "Olga Operator", "operator"),
        (SECOND_OPERATOR, "Otto Operator", "operator"),
    ]
    .map(|(email, name, role)| insert(email, name, role))
    .join(";\n")
}

pub fn insert(email: &str, name: &str, role: &str) -> String {
    format!(
        "INSERT INTO staff (email, name, role, password_hash, created_at) \
         VALUES ('{email}', '{name}', '{role}', '{}', '2026-01-05 09:00:00')",
        password_hash()
    )
}

/// A hash names its own cost, so the cheapest one makes signing in cost nothing.
fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let cheapest = Params::new(Params::MIN_M_COST, 1, 1, None).expect("parameters");
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, cheapest);
        hasher.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string()
    })
}
