//! Who the desk is, as a mail server wants it proved, and whom it trusts.

use std::sync::Arc;

use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::channels::Failure;

/// What is shown to a server at the door.
#[derive(Clone)]
pub enum Proof {
    Password {
        user: String,
        password: String,
    },
    /// SASL XOAUTH2.
    Token {
        user: String,
        token: String,
    },
}

impl Proof {
    pub fn user(&self) -> &str {
        match self {
            Proof::Password { user, .. } | Proof::Token { user, .. } => user,
        }
    }

    /// The first line of XOAUTH2, as Google and Microsoft describe it.
    pub fn xoauth2(user: &str, token: &str) -> String {
        format!("user={user}\x01auth=Bearer {token}\x01\x01")
    }
}

/// The certificate authorities in a PEM text.
pub fn roots_in(pem: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let broken = |e: &dyn std::fmt::Display| Failure::permanent("certificate", format!("the root certificate: {e}"));
    let found: Vec<_> =
        CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(|e| broken(&e))?;
    if found.is_empty() && !pem.trim().is_empty() {
        return Err(broken(&"there is none in the text"));
    }
    Ok(found)
}

/// TLS that trusts the public authorities and those of the settings.
pub fn tls(extra_roots: &str) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for root in roots_in(extra_roots)? {
        roots.add(root).map_err(|e| Failure::permanent("certificate", format!("the root certificate: {e}")))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| Failure::permanent("tls", e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_certificate_is_one_or_it_is_refused() {
        assert!(tls("").is_ok());
        assert!(tls("not a certificate").is_err());
        assert!(tls("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
    }
}
