//! HTML of strangers, made harmless.
//!
//! Scripts, styles, forms, frames and handlers go; so do pictures from elsewhere, which tell the sender that and where
//! a mail was opened, until somebody asks for them. What is left is shown in a sandboxed frame with a policy of its own
//! (`default-src 'none'`), so that a hole here is not yet a hole in the desk.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// What becomes of pictures that are somewhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remote {
    Blocked,
    /// Somebody has asked to see them.
    Shown,
}

/// HTML that was made harmless.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    pub html: String,
    /// Whether it names pictures from elsewhere.
    pub has_remote: bool,
}

/// Properties that shape text; none can fetch anything, cover anything or leave its place.
const STYLES: &[&str] = &[
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "direction",
    "display",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
];

/// Makes the HTML of a mail harmless. `picture` gives the address (of a scheme, as `data:`) under which the picture of
/// a Content-ID is had; unknown ones go. Markup that is made to keep a reader busy gives nothing.
pub fn for_showing(html: &str, remote: Remote, picture: &dyn Fn(&str) -> Option<String>) -> Clean {
    if is_too_deep(html) {
        return Clean::default();
    }
    let mut addresses: HashMap<String, String> = HashMap::new();
    for written in cids(html) {
        if let Some(address) = picture(&written).or_else(|| picture(&decoded(&written))) {
            addresses.insert(written, address);
        }
    }
    let has_remote = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = has_remote.clone();
    let mut builder = base();
    builder.attribute_filter(move |element, attribute, value| {
        if !(element == "img" && attribute == "src") {
            return Some(Cow::Borrowed(value));
        }
        if let Some(cid) = strip_scheme(value, "cid:") {
            return addresses.get(cid).map(|address| Cow::Owned(address.clone()));
        }
        seen.store(true, std::sync::atomic::Ordering::Relaxed);
        // Without encryption everybody on the way learns who reads what.
        (remote == Remote::Shown && strip_scheme(value, "https:").is_some()).then_some(Cow::Borrowed(value))
    });
    let html = builder.clean(html).to_string();
    Clean { html, has_remote: has_remote.load(std::sync::atomic::Ordering::Relaxed) }
}

/// Whether the HTML of a mail names pictures from elsewhere.
pub fn has_remote(html: &str) -> bool {
    for_showing(html, Remote::Blocked, &|_| None).has_remote
}

/// The same without any picture, for turning into text.
pub fn for_reading(html: &str) -> String {
    static READING: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = base();
        builder.rm_tags(["img"]);
        builder
    });
    if is_too_deep(html) { String::new() } else { READING.clean(html).to_string() }
}

/// Elements inside elements. Reading them takes the square of their depth; the deepest newsletter has some fifty.
const DEPTH: usize = 1_000;

/// Whether elements stand in each other without end. Those that have no end, or need none, do not count.
fn is_too_deep(html: &str) -> bool {
    const FLAT: &[&str] = &[
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p",
        "source", "tbody", "td", "th", "thead", "tr", "wbr",
    ];
    let mut depth = 0_usize;
    for tag in html.split('<').skip(1) {
        let is_end = tag.starts_with('/');
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).take(20).collect();
        let name = name.to_ascii_lowercase();
        if name.is_empty() || FLAT.contains(&name.as_str()) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        if depth > DEPTH {
            return true;
        }
    }
    false
}

fn base() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .add_tags(["font", "center", "tfoot", "u"])
        .add_tag_attributes("font", ["color", "size", "face"])
        .add_tag_attributes("table", ["align", "width", "border", "cellpadding", "cellspacing", "bgcolor"])
        .add_tag_attributes("td", ["align", "valign", "width", "height", "bgcolor", "colspan", "rowspan"])
        .add_tag_attributes("th", ["align", "valign", "width", "height", "bgcolor", "colspan", "rowspan"])
        .add_tag_attributes("img", ["src", "alt", "width", "height"])
        .add_generic_attributes(["style", "dir"])
        .filter_style_properties(STYLES.iter().copied().collect::<HashSet<_>>())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        // A mail has no address of its own that a relative one could stand on.
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank");
    builder
}

fn strip_scheme<'a>(value: &'a str, scheme: &str) -> Option<&'a str> {
    let value = value.trim();
    value.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme))?;
    value.get(scheme.len()..)
}

/// Whether the HTML names the picture of this Content-ID.
pub fn names_picture(html: &str, cid: &str) -> bool {
    html.contains(&format!("cid:{cid}")) || cids(html).iter().any(|written| decoded(written) == cid)
}

/// RFC 2392: in an address a Content-ID may be written with its odd characters as `%40`.
fn decoded(cid: &str) -> String {
    let mut bytes = Vec::with_capacity(cid.len());
    let mut rest = cid.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|digits| hex::decode(digits).ok());
        match code.as_deref() {
            Some([byte]) => {
                bytes.push(*byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| cid.to_owned())
}

/// The Content-IDs that the HTML names, as they are written there.
fn cids(html: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for (at, _) in html.match_indices(':') {
        let Some(before) = at.checked_sub(3).and_then(|start| html.get(start..at)) else { continue };
        if !before.eq_ignore_ascii_case("cid") || found.len() >= 200 {
            continue;
        }
        let rest = html.get(at + 1..).unwrap_or_default();
        let cid: String = rest.chars().take_while(|c| !c.is_whitespace() && !"\"'<>)".contains(*c)).take(300).collect();
        // As the filter will see it: markup writes & as an entity.
        let cid = cid.replace("&amp;", "&");
        if !cid.is_empty() && !found.contains(&cid) {
            found.push(cid);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> Clean {
        for_showing(html, Remote::Blocked, &|cid| (cid == "logo@x").then(|| "data:image/png;base64,AAAA".into()))
    }

    #[test]
    fn a_picture_is_found_however_its_name_is_written() {
        for written in ["logo@x", "logo%40x", "lo%67o%40x"] {
            let html = format!("<img src=\"cid:{written}\">");
            assert!(shown(&html).html.contains("data:image/png"), "{written}");
            assert!(names_picture(&html, "logo@x") && !names_picture(&html, "other@x"), "{written}");
        }
        assert!(!shown("<img src=\"cid:logo%4\">").html.contains("data:"));
    }

    #[test]
    fn nothing_that_runs_is_left() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\" java\tscript:alert(1)\">x</a>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<svg onload=alert(1)><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
            "<svg><style><img src=x onerror=alert(1)></style></svg>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
            "<form action=//evil.test><input name=password></form>",
            "<base href=//evil.test><a href=x>x</a>",
            "<meta http-equiv=refresh content=\"0;url=//evil.test\">",
            "<link rel=stylesheet href=//evil.test/a.css>",
            "<style>@import url(//evil.test/a.css); body{background:url(//evil.test/b)}</style>",
            "<object data=//evil.test></object><embed src=//evil.test>",
            "<div style=\"background:url(//evil.test/x)\">x</div>",
            "<div style=\"background-image:url('https://evil.test/x');position:fixed;inset:0\">x</div>",
            "<div style=\"width:expression(alert(1))\">x</div>",
            "<body onload=alert(1) background=//evil.test/x>x</body>",
            "<table background=\"//evil.test/x\"><tr><td background=\"//evil.test/y\">x</td></tr></table>",
            "<img srcset=\"https://evil.test/a 1x\" src=\"https://evil.test/a\">",
            "<picture><source srcset=\"https://evil.test/a\"></picture><video poster=\"https://evil.test/p\"></video>",
        ] {
            let html = shown(attack).html.to_lowercase();
            for bad in [
                "<script",
                "onerror=",
                "onload=",
                "javascript:",
                "evil.test",
                "<iframe",
                "<form",
                "<input",
                "<style",
                "<svg",
                "position",
                "srcdoc",
            ] {
                // As text it is harmless; as markup it is not there.
                let markup: String =
                    html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default()).collect();
                assert!(!format!("<{markup}").contains(bad), "{attack}\n gives {html}");
            }
        }
    }

    #[test]
    fn pictures_from_elsewhere_wait_until_they_are_asked_for() {
        let html = r#"<p>Hi<img src="https://track.test/1.gif" width="1"><img src="http://track.test/2.gif"></p>"#;
        let blocked = shown(html);
        assert!(blocked.has_remote && !blocked.html.contains("track.test"), "{}", blocked.html);
        let asked = for_showing(html, Remote::Shown, &|_| None);
        assert!(asked.html.contains("https://track.test/1.gif") && !asked.html.contains("http://"), "{}", asked.html);
        assert!(!shown("<p>Hi</p>").has_remote);
    }

    #[test]
    fn pictures_that_came_along_are_kept() {
        let clean = shown(r#"<img src="cid:logo@x" alt="Logo"><img src="CID:other@x">"#);
        assert!(clean.html.contains(r#"src="data:image/png;base64,AAAA""#), "{}", clean.html);
        assert!(!clean.html.to_lowercase().contains("cid:") && !clean.has_remote, "{}", clean.html);
    }

    #[test]
    fn links_open_elsewhere_and_tell_nothing() {
        let html = shown(r#"<a href="https://shop.test/?a=1&amp;b=2" onclick="x()">shop</a> <a href="/x">y</a>"#).html;
        assert!(
            html.contains(r#"rel="noopener noreferrer nofollow""#) && html.contains(r#"target="_blank""#),
            "{html}"
        );
        assert!(
            html.contains("https://shop.test/?a=1&amp;b=2") && !html.contains("onclick") && !html.contains("\"/x\"")
        );
    }

    #[test]
    fn the_look_of_a_letter_survives() {
        let html = shown(
            r##"<table width="600" bgcolor="#fff"><tr><td style="color:#c00;font-weight:bold">Hi</td></tr></table>"##,
        )
        .html;
        assert!(
            html.contains("width=\"600\"") && html.contains("color:#c00") && html.contains("font-weight:bold"),
            "{html}"
        );
    }

    #[test]
    fn markup_without_end_is_not_read() {
        assert!(is_too_deep(&"<div>".repeat(2_000)) && is_too_deep(&"<b><i>".repeat(2_000)));
        assert!(!is_too_deep(&"<div><p>x<br></div>".repeat(20_000)) && !is_too_deep(&"<div>".repeat(500)));
        let newsletter = "<table><tr><td><p>x".repeat(50);
        assert!(!is_too_deep(&newsletter) && shown(&newsletter).html.contains('x'));
    }

    #[test]
    fn deep_and_broken_markup_is_survived() {
        for html in
            ["<div>".repeat(20_000), "<b><i><u>".repeat(3_000), "<table><tr><td>".repeat(3_000), "<".repeat(50_000)]
        {
            let clean = shown(&html);
            assert!(clean.html.len() < 10 * html.len() + 1000);
        }
    }
}
