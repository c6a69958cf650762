//! Addresses within what people write.

use linkify::{LinkFinder, LinkKind};

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub text: &'a str,
    /// It is an address that a browser opens: http or https, and nothing else.
    pub is_link: bool,
}

/// A text in pieces, which make up the whole of it: addresses, and what stands between them. What ends a sentence or closes a
/// bracket is no part of an address. Names of hosts in other letters than Latin are left as text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    if !text.contains("://") {
        return vec![Piece { text, is_link: false }];
    }
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let is_web = |address: &str| {
        let scheme = address.split("://").next().unwrap_or_default();
        scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
    };
    finder
        .spans(text)
        .map(|span| Piece { text: span.as_str(), is_link: span.kind().is_some() && is_web(span.as_str()) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<&str> {
        let all = pieces(text);
        assert_eq!(all.iter().map(|piece| piece.text).collect::<String>(), text, "nothing is lost");
        all.into_iter().filter(|piece| piece.is_link).map(|piece| piece.text).collect()
    }

    #[test]
    fn addresses_are_found_without_the_sentence_around_them() {
        assert_eq!(links("See https://shop.example/a?b=1&c=2#d, please."), ["https://shop.example/a?b=1&c=2#d"]);
        assert_eq!(
            links("(http://shop.example/a_(b))\nHTTPS://SHOP.EXAMPLE!"),
            ["http://shop.example/a_(b)", "HTTPS://SHOP.EXAMPLE"]
        );
        assert_eq!(links(""), Vec::<&str>::new());
    }

    #[test]
    fn what_a_browser_would_run_or_another_program_open_is_text() {
        let texts =
            ["javascript://x.example/%0aalert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a.example/b"];
        for text in texts.into_iter().chain(["shop.example", "anna@shop.example", "://", "a://"]) {
            assert_eq!(links(text), Vec::<&str>::new(), "{text}");
        }
    }
}
