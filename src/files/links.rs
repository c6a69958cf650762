//! Links under which a provider fetches a file: signed with the installation's key, for one file, for a while. Whoever
//! has the link has the file, so it goes to the provider only and is shown to nobody.

use crate::db::types::{AttachmentId, UtcTime};
use crate::secrets::Secrets;

/// How long a link works: providers repeat for hours, and a phone that was off for the weekend still gets its file.
const LASTS: chrono::Duration = chrono::Duration::days(7);
const PURPOSE: &str = "file link";

/// The address of a file below `base`, the installation's public address. Its ending is that of `name`.
pub fn make(secrets: &Secrets, base: &str, id: AttachmentId, name: &str, now: UtcTime) -> String {
    let until = now.plus(LASTS).utc().timestamp();
    let signed = secrets.sign(PURPOSE, &format!("{id}-{until}"));
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let plain = |ending: &String| (1..=8).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    format!("{base}/shared/{signed}/file.{}", ending.filter(plain).unwrap_or_else(|| "bin".into()))
}

/// The file that a link names, while it works.
pub fn open(secrets: &Secrets, signed: &str, now: UtcTime) -> Option<AttachmentId> {
    let (id, until) = secrets.verify(PURPOSE, signed)?.split_once('-')?;
    let works = until.parse::<i64>().is_ok_and(|until| now.utc().timestamp() < until);
    id.parse().ok().filter(|_| works)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_file_for_a_week() {
        let dir = tempfile::tempdir().unwrap();
        let secrets = Secrets::load(&dir.path().join("key")).unwrap();
        let now = UtcTime::now();
        let link = make(&secrets, "https://desk.example", AttachmentId(12), "Отчёт.PDF", now);
        let signed = link.strip_prefix("https://desk.example/shared/").unwrap().strip_suffix("/file.pdf").unwrap();
        assert_eq!(open(&secrets, signed, now), Some(AttachmentId(12)));
        assert_eq!(open(&secrets, signed, now.plus(LASTS)), None);
        assert_eq!(open(&secrets, &signed.replace("12-", "13-"), now), None);
        assert_eq!(open(&secrets, &secrets.sign("another purpose", "12-99999999999"), now), None);
        for name in ["x", "a.", "a.b/c", "a.ж", "a.verylongending"] {
            assert!(make(&secrets, "", AttachmentId(1), name, now).ends_with("/file.bin"), "{name}");
        }
    }
}
