//! What people and programs send that nobody meant: generated for every field, gap of an address and body.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::table::{Body, Field, Kind, Row};

/// Markup that must never come back as markup.
pub const EVIL: &str = "<x-evil>";

/// What fills a gap of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    Good,
    /// Something of the same kind that belongs to a colleague, or to another channel.
    Foreign,
    /// It was there when the page was opened.
    Gone,
    /// As it stands in the address.
    Raw(String),
}

/// What became of a field.
#[derive(Clone, Debug)]
pub enum Change {
    Keep,
    Missing,
    Text(String),
    /// There twice: the good value and this one.
    Twice(String),
    /// No UTF-8.
    Bytes(Vec<u8>),
    /// The number of something that belongs to somebody else.
    Foreign,
    Gone,
    /// JSON of another type, as it is written.
    Json(String),
}

/// What became of the body as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoilt {
    No,
    Empty,
    /// Under a type that it is not.
    Type(&'static str),
    /// Cut off after so many bytes.
    Cut(usize),
    /// Something else altogether.
    Other(Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct Case {
    pub gaps: Vec<Gap>,
    pub changes: Vec<Change>,
    pub spoilt: Spoilt,
    pub is_htmx: bool,
}

const TRICKS: &[&str] = &[
    " ",
    "\u{202e}gnp.exe",
    "محمد الأحمد",
    "😀👩‍👩‍👧‍👦🏳️‍🌈",
    "<x-evil>&lt;\"'`</textarea></script><x-evil onload=alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "'; DROP TABLE customers; --",
    "%' OR 1=1 --",
    "\\_%*?\"",
    "a\0b",
    "\u{1}\u{7}\u{1b}[31m\u{7f}\u{85}\u{feff}",
    "line\r\nline\rline\n\n",
    "-1",
    "0",
    "1.5",
    "1e309",
    "NaN",
    "true",
    "null",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "99999999999999999999999999",
    "../../etc/passwd",
    "//evil.example/",
    "javascript:alert(1)",
    "https://user:pass@evil.example/",
    "Z̸̡̛͍̰͑a̷̘͓͆l̴̨̛g̵̢͝o̴",
    "\u{200b}\u{2060}\u{ad}",
    "İıßſﬁＡ①½",
    "a@b@c",
    "+7 (901) 788-07-95 ext. 5",
    "1970-01-01",
    "f9223372036854775807.9223372036854775807",
];

/// A text that fits nowhere, or just so.
pub fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(TRICKS).prop_map(str::to_owned),
        2 => any::<String>(),
        1 => "\\PC{0,60}",
        1 => "[0-9]{1,25}",
        // Just below, at and above the usual limits, in letters of one and of more bytes.
        3 => (select(&["x", "я", "😀", " ", "é", "\u{202e}"][..]), select(&[199_usize, 200, 201, 500, 1_001, 10_001][..]))
            .prop_map(|(letter, count)| letter.repeat(count)),
        1 => Just(String::new()),
    ]
}

fn change(field: Field, body: Body) -> BoxedStrategy<Change> {
    let text = nasty().prop_map(Change::Text);
    let usual = prop_oneof![
        5 => Just(Change::Keep),
        1 => Just(Change::Missing),
        4 => text,
        1 => nasty().prop_map(Change::Twice),
    ];
    if body == Body::Json {
        let other =
            select(&["null", "1", "-1", "true", "[]", "{}", "[1]", "{\"a\":1}", "1e400", "\"\\ud800\"", "1.5"][..]);
        return prop_oneof![4 => usual, 2 => other.prop_map(|json: &str| Change::Json(json.into()))].boxed();
    }
    let bytes = vec(0x80_u8..=0xff, 1..6).prop_map(Change::Bytes);
    if field.kind == Kind::Id {
        return prop_oneof![6 => usual, 2 => Just(Change::Foreign), 2 => Just(Change::Gone), 1 => bytes].boxed();
    }
    prop_oneof![12 => usual, 1 => bytes].boxed()
}

/// A gap of an address, mostly good.
fn gap() -> impl Strategy<Value = Gap> {
    prop_oneof![8 => Just(Gap::Good), 2 => Just(Gap::Foreign), 1 => Just(Gap::Gone), 3 => raw_gap().prop_map(Gap::Raw)]
}

/// What nobody's link has in its address.
pub fn raw_gap() -> impl Strategy<Value = String> {
    let odd = select(
        &[
            "999999",
            "0",
            "-1",
            "9223372036854775807",
            "-9223372036854775808",
            "99999999999999999999",
            "abc",
            "1.5",
            "%00",
            "a%00b",
            "%FF%FE",
            "%F0%9F%98%80",
            "%E2%80%AE1",
            "..%2F..%2Fetc%2Fpasswd",
            "1%20OR%201=1",
            "%27%3B--",
            "%3Cx-evil%3E",
            "%0d%0aX-Evil:%201",
            "+1",
            "01",
            "1%20",
            "%D9%A1",
            "%25%5F",
        ][..],
    );
    prop_oneof![8 => odd.prop_map(str::to_owned), 1 => Just("9".repeat(3_000)), 1 => nasty().prop_map(|text| encoded(text.as_bytes()))]
}

/// As a part of an address or of a form.
pub fn encoded(bytes: &[u8]) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(bytes).collect();
    // A plus is a blank in forms only; and an empty part of an address is another address.
    let encoded = encoded.replace('+', "%20");
    if encoded.is_empty() { "%20".into() } else { encoded }
}

fn spoilt() -> impl Strategy<Value = Spoilt> {
    let types = select(
        &[
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded; charset=utf-16",
            "multipart/form-data",
            "",
        ][..],
    );
    prop_oneof![
        24 => Just(Spoilt::No),
        1 => Just(Spoilt::Empty),
        1 => types.prop_map(Spoilt::Type),
        1 => (0_usize..200).prop_map(Spoilt::Cut),
        1 => vec(any::<u8>(), 0..200).prop_map(Spoilt::Other),
    ]
}

pub fn case(row: &Row) -> impl Strategy<Value = Case> + use<> {
    let gaps = vec(gap(), row.path.matches('{').count());
    let changes: Vec<_> = row.fields.iter().map(|field| change(*field, row.body)).collect();
    (gaps, changes, spoilt(), any::<bool>()).prop_map(|(gaps, changes, spoilt, is_htmx)| Case {
        gaps,
        changes,
        spoilt,
        is_htmx,
    })
}

/// A query that no page of ours links to: the names that pages know, with values that they do not.
pub fn query() -> impl Strategy<Value = String> {
    let names = select(
        &[
            "q",
            "at",
            "tab",
            "name",
            "tag",
            "id",
            "from",
            "to",
            "period",
            "customer",
            "operator",
            "channel",
            "rating",
            "before",
            "after",
            "depth",
            "open",
            "search",
            "customer_id",
            "typed",
            "state",
            "find",
            "members",
            "back",
            "next",
            "pass",
            "conversation",
            "place",
            "around",
        ][..],
    );
    let value = prop_oneof![
        // An address of more than some 100 KB is refused before anybody could say why.
        4 => nasty().prop_map(|text| encoded(text.chars().take(500).collect::<String>().as_bytes())),
        3 => cursor(),
        1 => vec(any::<u8>(), 0..12).prop_map(|bytes| encoded(&bytes)),
        1 => select(&["requests", "history", "active", "mine", "dates", "all", "1", "9999-99-99", "0001-01-01", "262142-12-31"][..]).prop_map(str::to_owned),
        1 => select(&["%", "%zz", "%f", "=", "&&"][..]).prop_map(str::to_owned),
    ];
    vec((names, value), 0..4).prop_map(|pairs| {
        let mut query = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        // The test's client sends no address over 64 KB.
        query.truncate(60_000);
        query
    })
}

/// A cursor that nobody was given: in form right, in content anything.
fn cursor() -> impl Strategy<Value = String> {
    use base64::Engine;
    let number = prop_oneof![
        any::<i64>(),
        select(&[0, 1, -1, i64::MAX, i64::MIN, 253_402_300_800_000_000, 8_210_266_876_799_999_999][..])
    ];
    let inner = prop_oneof![
        4 => (select(&["f", "b"][..]), number.clone(), number.clone()).prop_map(|(way, at, id)| format!("{way}{at}.{id}")),
        2 => (select(&["f", "b"][..]), number, nasty()).prop_map(|(way, id, name)| format!("{way}{id}.{name}")),
        1 => nasty(),
    ];
    inner.prop_map(|text| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text))
}
