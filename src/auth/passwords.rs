//! Passwords: argon2id, checked off the async threads, with equal work whether or not the account exists.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

use crate::error::{Error, Result};

/// The shortest password that is taken, in characters.
pub const SHORTEST: usize = 10;
/// The longest: longer ones only cost time to hash.
pub const LONGEST: usize = 200;

/// The hash to store. Slow on purpose: call it off the async threads.
pub fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| Error::Internal(format!("password hash: {e}")))
}

/// [`hash`], off the async threads.
pub async fn hash_later(password: String) -> Result<String> {
    later(move || hash(&password)).await?
}

/// [`verify`], off the async threads.
pub async fn verify_later(password: String, stored: Option<String>) -> Result<bool> {
    later(move || verify(&password, stored.as_deref())).await
}

async fn later<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    #[expect(clippy::disallowed_methods, reason = "argon2 keeps a core busy for a while")]
    actix_web::web::block(work).await.map_err(|e| Error::Internal(e.to_string()))
}

/// Whether `password` belongs to `stored`. Without a stored hash the same work is done and the answer is no.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let known = stored.is_some();
    let stored = stored.unwrap_or_else(|| NOBODY.get_or_init(|| hash("nobody has this password").unwrap_or_default()));
    let matches = PasswordHash::new(stored)
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
    known && matches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_opens() {
        let stored = hash("correct horse battery").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse battery", Some(&stored)));
        assert!(!verify("correct horse", Some(&stored)));
        assert!(!verify("nobody has this password", None));
    }
}
