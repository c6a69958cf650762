//! The installation's key: signs visitor tokens and form links, seals secrets that the database keeps.
//!
//! It lives in a file outside the database, readable for its owner only; several instances share one.

use std::io::{ErrorKind, Write};
use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// 32 random bytes and what is made of them.
#[derive(Clone)]
pub struct Secrets {
    key: [u8; 32],
}

impl Secrets {
    /// Reads the key file, making one if there is none.
    pub fn load(path: &Path) -> Result<Self> {
        let told = |e: std::io::Error| Error::Internal(format!("the key file {}: {e}", path.display()));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => create(path).map_err(told)?,
            Err(e) => return Err(told(e)),
        };
        let key = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        key.map(|key| Self { key }).ok_or_else(|| {
            Error::Internal(format!("the key file {} does not hold 64 hexadecimal digits", path.display()))
        })
    }

    /// A key for one purpose, so that what is signed for one thing is worth nothing for another.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.key);
        digest.update(purpose.as_bytes());
        digest.finalize().into()
    }

    /// `text` with its signature, for URLs and storage: `text.signature`. `text` itself holds no dot.
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        let mac = hmac_sha256(&self.derive(purpose), text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// The text that was signed, if the signature is ours.
    pub fn verify<'a>(&self, purpose: &str, signed: &'a str) -> Option<&'a str> {
        let (text, signature) = signed.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        verify_hmac(&self.derive(purpose), text.as_bytes(), &signature).then_some(text)
    }

    /// Seals a secret for the database (AES-256-GCM, random nonce in front).
    pub fn seal(&self, secret: &str) -> Result<String> {
        let nonce: [u8; 12] = rand::random();
        let sealed = self
            .cipher()?
            .encrypt(&Nonce::from(nonce), secret.as_bytes())
            .map_err(|_| Error::Internal("a secret could not be sealed".into()))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what `seal` made. Fails if the key file is another one.
    pub fn open(&self, sealed: &str) -> Result<String> {
        let wrong = || Error::Internal("a stored secret does not open with this key file".into());
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| wrong())?;
        let (nonce, sealed) = bytes.split_first_chunk::<12>().ok_or_else(wrong)?;
        let plain = self.cipher()?.decrypt(&Nonce::from(*nonce), sealed).map_err(|_| wrong())?;
        String::from_utf8(plain).map_err(|_| wrong())
    }

    fn cipher(&self) -> Result<Aes256Gcm> {
        Aes256Gcm::new_from_slice(&self.derive("seal")).map_err(|e| Error::Internal(e.to_string()))
    }
}

/// HMAC-SHA-256.
pub fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    mac(key, text).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()
}

/// What a webhook says of itself: the time (seconds since 1970), and `v1=` with the hex HMAC of `time.body`.
pub fn signed_at(secret: &str, seconds: i64, body: &str) -> (String, String) {
    let time = seconds.to_string();
    let mac = hmac_sha256(secret.as_bytes(), format!("{time}.{body}").as_bytes());
    let signature = format!("v1={}", hex::encode(mac));
    (time, signature)
}

/// Compares in constant time.
pub fn verify_hmac(key: &[u8], text: &[u8], signature: &[u8]) -> bool {
    mac(key, text).is_some_and(|mac| mac.verify_slice(signature).is_ok())
}

fn mac(key: &[u8], text: &[u8]) -> Option<Hmac<Sha256>> {
    // HMAC takes keys of any length, so this is always there.
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()?;
    mac.update(text);
    Some(mac)
}

/// A secret that nobody guesses, for links and tokens.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Written under another name, and named when it is whole: between a file and its content there is a moment, in which another
/// instance would find a key file without a key.
fn create(path: &Path) -> std::io::Result<String> {
    let text = hex::encode(rand::random::<[u8; 32]>());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Readable for its owner only.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(text),
        // Another instance was faster.
        Err(e) if e.error.kind() == ErrorKind::AlreadyExists => std::fs::read_to_string(path),
        Err(e) => Err(e.error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_and_seals_hold() {
        let dir = tempfile::tempdir().unwrap();
        let secrets = Secrets::load(&dir.path().join("key")).unwrap();
        let again = Secrets::load(&dir.path().join("key")).unwrap();
        let signed = secrets.sign("visitor", "12");
        assert_eq!(again.verify("visitor", &signed), Some("12"));
        assert_eq!(again.verify("file", &signed), None);
        assert_eq!(again.verify("visitor", &signed.replace("12", "13")), None);
        assert_eq!(again.open(&secrets.seal("naïve").unwrap()).unwrap(), "naïve");
    }

    /// Instances that start at the same moment have one key, which is nobody else's to read, and leave nothing else behind.
    #[test]
    fn whoever_starts_together_has_the_same_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let together = std::sync::Barrier::new(8);
        let signed: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
            let load = || {
                together.wait();
                Secrets::load(&path).unwrap().sign("visitor", "12")
            };
            let loading: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
            loading.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(signed.len(), 1, "{signed:?}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
