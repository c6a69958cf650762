//! How addresses are read here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::channels::ChannelKind;
use crate::config::Config;
use crate::secrets::{Secrets, hmac_sha256};

/// What this installation needs to read an address that comes in, and to know it again without keeping it.
#[derive(Clone)]
pub struct Addressing {
    /// Country of phone numbers without country code.
    pub phone_region: String,
    key: [u8; 32],
}

impl Addressing {
    pub fn new(config: &Config, secrets: &Secrets) -> Self {
        Self { phone_region: config.phone_region.clone(), key: secrets.derive("anonymous blocks") }
    }

    /// What stands for an address once nobody may know it: the same for the same one, and made by nobody without the key
    /// file, who could try all phone numbers otherwise.
    pub fn mark(&self, kind: ChannelKind, address: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac_sha256(&self.key, format!("{}\n{address}", kind.as_str()).as_bytes()))
    }
}

/// The key is not for logs.
impl std::fmt::Debug for Addressing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Addressing").field("phone_region", &self.phone_region).finish_non_exhaustive()
    }
}
