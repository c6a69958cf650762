//! Text out of HTML, HTML out of text, and what somebody wrote apart from the history that they quoted below it.

/// Columns for html2text: so many that it does not break the sender's lines.
const WIDTH: usize = 1000;

/// The text of HTML that `sanitise` has been over. (It would show `javascript:` addresses otherwise.)
pub fn from_html(clean: &str) -> String {
    let config = html2text::config::plain_no_decorate()
        .link_footnotes(false)
        .raw_mode(true)
        .no_table_borders()
        .allow_width_overflow();
    let text = config.string_from_read(clean.as_bytes(), WIDTH).unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        // A rule is drawn over the whole width.
        let is_rule = line.chars().count() > 20 && line.chars().all(|c| matches!(c, '─' | '-'));
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            out.push_str(if is_rule { "———" } else { line });
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

/// Plain text as HTML that says the same: paragraphs, line breaks, links.
pub fn to_html(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let paragraphs = text.split("\n\n").map(|p| p.trim_matches('\n')).filter(|p| !p.trim().is_empty());
    paragraphs.map(|p| format!("<p>{}</p>\n", p.split('\n').map(linked).collect::<Vec<_>>().join("<br>\n"))).collect()
}

/// A line with its addresses as links.
fn linked(line: &str) -> String {
    let mut out = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let is_link = (word.starts_with("https://") || word.starts_with("http://")) && word.len() > 10;
        let link = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '»', '"']);
        if is_link && !link.contains(['"', '<', '>']) && url::Url::parse(link).is_ok() {
            let (shown, rest) = (escape(link), escape(word.get(link.len()..).unwrap_or_default()));
            out.push_str(&format!("<a href=\"{shown}\">{shown}</a>{rest}"));
        } else {
            out.push_str(&escape(word));
        }
    }
    out
}

fn escape(text: &str) -> String {
    let Ok(escaped) = askama::filters::escape(text, askama::filters::Html);
    escaped.to_string()
}

/// What was written and the history below it. Without anything above a quote the whole was written; a forwarded letter
/// is part of what somebody wants to say.
pub fn split(text: &str) -> (String, String) {
    let lines: Vec<&str> = text.lines().collect();
    let tail = quote_at_the_end(&lines);
    let unsigned = quote_at_the_end(lines.get(..signature(&lines)).unwrap_or_default());
    let Some(mut at) = (0..lines.len()).find(|at| begins_history(&lines, *at, [tail, unsigned])) else {
        return (text.trim().to_owned(), String::new());
    };
    while at > 0 && lines.get(at - 1).is_some_and(|line| line.trim().is_empty()) {
        at -= 1;
    }
    let join = |part: Option<&[&str]>| part.unwrap_or_default().join("\n").trim().to_owned();
    let (said, quoted) = (join(lines.get(..at)), join(lines.get(at..)));
    if said.is_empty() { (text.trim().to_owned(), String::new()) } else { (said, quoted) }
}

/// Where the quote begins that the text ends with: as it stands, and without the signature below.
fn begins_history(lines: &[&str], at: usize, [tail, unsigned]: [usize; 2]) -> bool {
    let Some(line) = lines.get(at).map(|line| line.trim()) else { return false };
    let only_quoted = at >= tail && line.starts_with('>');
    is_separator(line) || is_head_block(lines, at) || is_attribution(lines, at, unsigned) || only_quoted
}

/// `-----Original Message-----` in the languages that were met.
fn is_separator(line: &str) -> bool {
    let inner = line.trim_matches(['-', '_', ' ']);
    let dashes = line.starts_with("--") && line.ends_with("--") && line.len() > inner.len() + 4;
    let lower = inner.to_lowercase();
    dashes
        && [
            "original message",
            "исходное сообщение",
            "оригинал",
            "ursprüngliche nachricht",
            "mensaje original",
            "message d'origine",
            "messaggio originale",
            "原始邮件",
            "reply above this line",
        ]
        .iter()
        .any(|known| lower.contains(known))
}

/// Outlook's head of the letter that is answered: From, Sent, To, Subject in as many lines.
fn is_head_block(lines: &[&str], at: usize) -> bool {
    const FROM: &[&str] = &["from:", "от:", "von:", "de:", "da:", "发件人:", "发件人："];
    const SENT: &[&str] =
        &["sent:", "date:", "отправлено:", "дата:", "gesendet:", "datum:", "enviado:", "envoyé", "发送时间"];
    const TO: &[&str] = &["to:", "кому:", "an:", "para:", "à", "a:", "收件人"];
    let starts = |line: Option<&&str>, words: &[&str]| {
        line.is_some_and(|line| {
            let line = line.trim().trim_start_matches(['*', '>', ' ']).to_lowercase();
            words.iter().any(|word| line.starts_with(word))
        })
    };
    starts(lines.get(at), FROM)
        && (1..=2).any(|next| starts(lines.get(at + next), SENT))
        && (2..=4).any(|next| starts(lines.get(at + next), TO))
        && !is_forwarded(lines, at)
}

/// Whether the lines before say that a letter is passed on.
fn is_forwarded(lines: &[&str], at: usize) -> bool {
    let before = lines.get(at.saturating_sub(3)..at).unwrap_or_default().join(" ").to_lowercase();
    ["forwarded", "пересыла", "переслан", "weitergeleitet", "reenviado", "transféré", "转发"]
        .iter()
        .any(|word| before.contains(word))
}

/// `On …, Anna wrote:` over one to three lines, with a quote below and nothing behind that.
fn is_attribution(lines: &[&str], at: usize, tail: usize) -> bool {
    const ENDS: &[&str] = &[
        "wrote:",
        "писал:",
        "писала:",
        "пишет:",
        "написал:",
        "написала:",
        "написал(а):",
        "пише:",
        "schrieb:",
        "escribió:",
        "a écrit :",
        "a écrit:",
        "ha scritto:",
        "写道：",
        "写道:",
    ];
    let first = lines.get(at).map(|line| line.trim()).unwrap_or_default();
    if first.is_empty() || first.starts_with('>') {
        return false;
    }
    for last in at..(at + 3).min(lines.len()) {
        let Some(line) = lines.get(last).map(|line| line.trim()) else { return false };
        if line.is_empty() || line.starts_with('>') {
            return false;
        }
        let lower = line.to_lowercase();
        if ENDS.iter().any(|end| lower.ends_with(end)) {
            let whole = lines.get(at..=last).unwrap_or_default().join(" ");
            let has_time = whole.chars().any(|c| c.is_ascii_digit());
            let below = lines.get(last + 1..).unwrap_or_default();
            let quote = below.iter().map(|line| line.trim()).find(|line| !line.is_empty());
            let is_quote = quote.is_some_and(|line| line.starts_with('>'));
            // Answers between the lines of the quote are what somebody has to say.
            return has_time && whole.len() < 300 && is_quote && last + 1 >= tail;
        }
    }
    false
}

/// The line at which the signature begins that the text ends with; its end if it has none.
fn signature(lines: &[&str]) -> usize {
    let from = lines.len().saturating_sub(10);
    let mark = lines.get(from..).unwrap_or_default().iter().rposition(|line| line.trim_end() == "--");
    mark.map_or(lines.len(), |at| from + at)
}

/// The line from which on there are quoted and empty ones only. Found once, from the end: looked for from each line of a
/// text of nothing but `>`, it would take a minute.
fn quote_at_the_end(lines: &[&str]) -> usize {
    let is_own = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('>');
    lines.iter().rposition(is_own).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sanitise;
    use super::*;

    fn text(html: &str) -> String {
        from_html(&sanitise::for_reading(html))
    }

    #[test]
    fn html_reads_as_a_person_would_read_it() {
        assert_eq!(
            text("<style>p{color:red}</style><p>Hello,</p><p>two<br>lines &amp; <b>more</b></p><script>x()</script>"),
            "Hello,\n\ntwo\nlines & more"
        );
        assert_eq!(text("<a href=\"javascript:alert(1)\">here</a>"), "here");
        assert_eq!(text("<ul><li>one<li>two</ul>"), "* one\n* two");
        assert!(text("<p>a</p><hr><p>b</p>").lines().all(|line| line.chars().count() < 20));
        assert_eq!(text("<table><tr><td>Total</td></tr><tr><td>12 €</td></tr></table>"), "Total\n12 €");
    }

    #[test]
    fn the_history_below_is_told_from_what_was_written() {
        for (whole, said) in [
            ("Thanks!\n\nOn Mon, 5 Jan 2026 at 10:00, Shop <support@shop.test> wrote:\n> Hello\n> there\n", "Thanks!"),
            ("Thanks!\n\nOn Mon, 5 Jan 2026 at 10:00,\nShop <support@shop.test>\nwrote:\n\n> Hello\n", "Thanks!"),
            ("Спасибо\n\nпн, 5 янв. 2026 г. в 10:00, Магазин <support@shop.test> пишет:\n> Привет\n", "Спасибо"),
            ("Danke\n\nAm 05.01.2026 um 10:00 schrieb Shop:\n> Hallo", "Danke\n\nAm 05.01.2026 um 10:00 schrieb Shop:"),
            ("Ok\n\n-----Original Message-----\nFrom: Shop\nSent: Monday\nTo: Anna\nSubject: x\n\nHello", "Ok"),
            ("Ok\n\nFrom: Shop <s@shop.test>\nSent: Monday, 5 January 2026\nTo: Anna\nSubject: x\n\nHello", "Ok"),
            (
                "Хорошо\n\n________________________________\nОт: Магазин\nОтправлено: 5 января\nКому: Анна\nТема: x\n",
                "Хорошо\n\n________________________________",
            ),
            ("Yes\n> are you there?\n> hello?", "Yes"),
            ("Yes\n\nOn Mon, 5 Jan 2026, Shop wrote:\n> Is it blue?\n\n-- \nAnna\n", "Yes"),
        ] {
            let (found, quoted) = split(whole);
            assert_eq!(found, said, "{whole}");
            assert!(!quoted.is_empty(), "{whole}");
        }
    }

    #[test]
    fn answers_between_the_lines_and_forwarded_letters_stay_whole() {
        for whole in [
            "> is it blue?\nYes.\n> is it big?\nNo.",
            "Hello\n\nOn Mon, 5 Jan 2026, Shop wrote:\n> is it blue?\nYes.\n> is it big?\nNo.",
            "See below\n\n---------- Forwarded message ---------\nFrom: Anna <a@b.test>\nDate: Mon\nTo: x\n\nHello",
            "He wrote: I will come at 5",
            "> only a quote",
            "",
        ] {
            assert_eq!(split(whole), (whole.to_owned(), String::new()));
        }
    }

    /// As many lines as a text may have, made so that nothing in them begins the history: each is looked at a few times,
    /// not once for each other.
    #[test]
    fn a_text_of_quotes_alone_is_read_at_once() {
        for (line, last) in [(">\n", "x"), ("\n", "x"), ("a\n\n", "5 wrote:"), ("From:\n", "x"), ("a wrote:\n", "x")] {
            let whole = format!("{}{last}", line.repeat(100_000 / line.len()));
            // The best of three, since other tests run at the same time.
            let took = [(); 3].map(|()| {
                let since = std::time::Instant::now();
                let (said, quoted) = split(&whole);
                assert_eq!((said.as_str(), quoted.as_str()), (whole.trim(), ""));
                since.elapsed()
            });
            assert!(took.iter().min() < Some(&std::time::Duration::from_secs(2)), "{line:?}: {took:?}");
        }
    }

    #[test]
    fn text_becomes_html_that_says_the_same() {
        assert_eq!(
            to_html("Hi <b>,\r\nsee https://shop.test/?a=1&b=2.\n\nBye"),
            "<p>Hi &#60;b&#62;,<br>\nsee <a href=\"https://shop.test/?a=1&#38;b=2\">https://shop.test/?a=1&#38;b=2</a>.</p>\n<p>Bye</p>\n"
        );
        assert_eq!(to_html("http://x\"onload=1"), "<p>http://x&#34;onload=1</p>\n");
    }

    #[test]
    fn deep_markup_is_survived() {
        for deep in ["<div>".repeat(20_000), "<div>".repeat(900), "<table><tr><td>".repeat(200)] {
            let _ = text(&deep);
        }
    }

    proptest! {
        /// Nothing is lost: what was written and the quote are the whole, but for empty lines.
        #[test]
        fn nothing_is_lost(whole in "(>? ?(On 5 x wrote:|From: a|Sent: b|To: c|--Original Message--|[a-zЯ ]{0,8})\n){0,12}") {
            let (said, quoted) = split(&whole);
            let solid = |text: &str| text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect::<Vec<_>>();
            let mut both = solid(&said);
            both.extend(solid(&quoted));
            prop_assert_eq!(both, solid(&whole));
        }
    }
}
