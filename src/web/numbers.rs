//! Numbers as people read them in their language.

use super::i18n::Lang;

const KB: i64 = 1024;
const MB: i64 = 1024 * KB;

/// Tenths: 4.7.
pub fn decimal(lang: Lang, tenths: i64) -> String {
    let point = match lang {
        Lang::En => '.',
        Lang::Ru => ',',
    };
    format!("{}{point}{}", tenths / 10, tenths.abs() % 10)
}

/// A number of bytes: 312 KB.
pub fn size(lang: Lang, bytes: i64) -> String {
    match bytes {
        ..KB => lang.with("size-b", "number", bytes),
        KB..MB => lang.with("size-kb", "number", bytes / KB),
        // Rounded to a tenth without a product that a number of bytes could overflow.
        _ => lang.with("size-mb", "number", decimal(lang, bytes / MB * 10 + (bytes % MB * 10 + MB / 2) / MB)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_the_language_of_whoever_reads() {
        assert_eq!(size(Lang::En, 5), "5 B");
        assert_eq!(size(Lang::En, 22 * KB + 700), "22 KB");
        assert_eq!(size(Lang::En, MB + MB / 2), "1.5 MB");
        assert_eq!(size(Lang::Ru, 22 * KB), "22 КБ");
        assert_eq!(size(Lang::Ru, 20 * MB - 1), "20,0 МБ");
        assert!(size(Lang::En, i64::MAX).ends_with(" MB"));
    }
}
