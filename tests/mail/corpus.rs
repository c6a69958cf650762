//! Mails as they really come: broken, in every encoding, made to harm. Each file of `corpus/` is a mail.

use std::collections::BTreeMap;

use switchboard::channels::email::{Mail, Nature, Remote, for_showing, parse};

fn read(name: &str) -> Mail {
    let file = format!("{}/tests/mail/corpus/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    parse(&std::fs::read(&file).unwrap_or_else(|error| panic!("{file}: {error}")))
}

fn all() -> BTreeMap<String, Mail> {
    let folder = format!("{}/tests/mail/corpus", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let names = names.filter_map(|name| name.strip_suffix(".eml").map(str::to_owned));
    names.map(|name| (name.clone(), read(&name))).collect()
}

#[test]
fn every_mail_gives_an_answer_with_a_name_of_its_own() {
    let all = all();
    assert!(all.len() > 40, "the corpus is there");
    let mut ids: Vec<&str> = all.values().map(|mail| mail.message_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len(), "no two have the same Message-ID");
    for (name, mail) in &all {
        assert!(!mail.message_id.is_empty(), "{name}");
        assert!(!mail.subject.contains(['\r', '\n', '\0']), "{name}: {:?}", mail.subject);
        for file in &mail.attachments {
            assert!(
                !file.name.is_empty() && !file.name.contains(['/', '\\', '\0', '\u{202e}']),
                "{name}: {}",
                file.name
            );
        }
        if let Some(html) = &mail.html {
            let shown = for_showing(html, Remote::Blocked, &|_| None).html;
            assert!(!shown.contains("<script") && !shown.contains("track.test"), "{name}: {shown}");
        }
    }
}

#[test]
fn every_encoding_is_read() {
    for name in ["koi8-r", "koi8-r-base64", "windows-1251"] {
        let mail = read(name);
        assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Заказ", "Где мой заказ?"), "{name}");
    }
    assert_eq!(read("gb2312").text, "我的订单在哪里？");
    assert_eq!(read("gb2312").subject, "订单");
    for name in ["shift-jis", "iso-2022-jp"] {
        assert_eq!((read(name).subject.as_str(), read(name).text.as_str()), ("注文", "注文はどこですか。"), "{name}");
    }
    assert_eq!(read("utf-16-html").text, "Где мой заказ?");
    assert_eq!(read("unknown-charset").text, "Где мой заказ?");
    let raw = read("raw-utf8-head");
    assert_eq!((raw.subject.as_str(), raw.from.unwrap().name.as_str()), ("Где мой заказ", "Анна"));
}

#[test]
fn heads_are_read_as_far_as_they_can_be() {
    assert_eq!(read("two-message-ids").message_id, "first@customer.test");
    for name in ["no-message-id", "odd-message-id", "no-head", "empty"] {
        let mail = read(name);
        assert!(!mail.has_message_id && mail.message_id.ends_with("@no-message-id"), "{name}: {}", mail.message_id);
    }
    assert_eq!(read("no-from").from, None);
    assert_eq!(read("only-head").text, "");
    assert_eq!(read("bare-line-feeds").text, "first\nsecond");
    let group = read("group-address");
    assert_eq!(
        group.cc.iter().map(|p| p.address.as_str()).collect::<Vec<_>>(),
        ["boris@customer.test", "vera@customer.test"]
    );
    let injected = read("header-injection");
    assert_eq!(injected.from.unwrap().address, "anna@customer.test");
    let many = read("many-references");
    assert_eq!(many.chain().first(), Some(&"499@old.test"));
    assert_eq!(many.references.len(), 50);
    assert_eq!(many.references.first().map(String::as_str), Some("0@old.test"));
}

#[test]
fn broken_structures_keep_what_is_in_them() {
    for name in ["unclosed-boundary", "missing-boundary", "nested-multiparts"] {
        assert_eq!(read(name).text, "hi", "{name}");
    }
    assert!(read("wrong-boundary").text.contains("hi"));
    let wrong = read("wrong-base64");
    assert_eq!((wrong.text.as_str(), wrong.attachments.len()), ("hi", 1));
    assert_eq!(read("html-only").text, "Where is my order?");
}

#[test]
fn attachments_have_the_names_that_the_sender_gave_and_nothing_more() {
    for name in ["rfc2231-name", "encoded-word-name"] {
        assert_eq!(read(name).attachments[0].name, "Счёт за май.pdf", "{name}");
    }
    let paths = read("names-with-paths");
    let names: Vec<&str> = paths.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names[..5], ["passwd", "evil.exe", "shadow", "file", "agpj.exe"]);
    assert_eq!(names.len(), 6);
    let forwarded = read("forwarded-message");
    assert_eq!(forwarded.attachments[0].name, "The inner one.eml");
    let inner = String::from_utf8(forwarded.attachments[0].bytes.clone()).unwrap();
    assert!(inner.starts_with("From: Anna") && inner.trim_end().ends_with("the inner text"), "{inner}");
    assert_eq!(read("encoded-message").attachments.len(), 1);
    let active = read("svg-and-html-files");
    assert_eq!(active.attachments.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["a.svg", "a.html"]);
    assert_eq!((active.text.as_str(), active.html), ("hi", None));
}

#[test]
fn a_picture_inside_is_no_attachment() {
    let mail = read("inline-picture");
    assert_eq!((mail.pictures.len(), mail.attachments.len()), (1, 0));
    assert_eq!(mail.pictures[0].cid, "logo@customer");
    let shown = for_showing(mail.html.as_deref().unwrap(), Remote::Blocked, &|cid| {
        (cid == "logo@customer").then(|| "data:image/png;base64,AAAA".into())
    });
    assert!(shown.has_remote && shown.html.contains("src=\"data:image/png;base64,AAAA\""), "{}", shown.html);
}

#[test]
fn an_answer_names_its_chain() {
    let mail = read("quoted-history");
    assert_eq!(mail.chain(), ["7.31@support.test", "a@customer.test"]);
    assert_eq!(mail.tokens(|address| address.ends_with("@support.test")), ["k3v9"]);
    assert_eq!(mail.text, "It is blue.");
    assert!(mail.quoted.contains("Which colour is it?"));
}

#[test]
fn machines_and_bounces_are_known() {
    assert_eq!(read("vacation").nature, Nature::AutoReply);
    assert_eq!(read("newsletter").nature, Nature::Bulk);
    let report = |name: &str| match read(name).nature {
        Nature::Bounce(mut reports) => reports.remove(0),
        other => panic!("{name} is {other:?}"),
    };
    let hard = report("bounce-hard");
    assert_eq!(hard.original.as_deref(), Some("7.31@support.test"));
    assert_eq!(hard.words, "550 5.1.1 <gone@customer.test>: no such user");
    assert!(hard.is_hard());
    let full = report("bounce-full");
    assert_eq!(full.original.as_deref(), Some("7.32@support.test"));
    assert!(full.is_final && !full.is_hard());
    let delayed = report("bounce-delayed");
    assert_eq!((delayed.original.as_deref(), delayed.is_final), (Some("7.33@support.test"), false));
    let worded = report("bounce-in-words");
    assert_eq!((worded.original.as_deref(), worded.status.as_str()), (Some("7.34@support.test"), "5.1.1"));
    assert_eq!(report("bounce-without-original").original, None);
}

/// Mails that are made to bring a reader down are read by their head only.
#[test]
fn mail_bombs_do_no_harm() {
    let head = "From: evil@customer.test\r\nSubject: boom\r\nMIME-Version: 1.0\r\n";
    let nested = format!("{head}{}", "Content-Type: message/rfc822\r\n\r\n".repeat(200_000));
    let hidden = {
        use base64::Engine;
        let inner = "Content-Type: message/rfc822\r\n\r\n".repeat(200_000);
        let coded = base64::engine::general_purpose::STANDARD.encode(inner);
        format!("{head}Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}\r\n")
    };
    let digest = {
        let levels: String = (0..100_000)
            .map(|n| format!("Content-Type: multipart/digest; boundary=b{n}\r\n\r\n--b{n}\r\n\r\n"))
            .collect();
        format!("{head}{levels}")
    };
    let parts = format!(
        "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
        "--b\r\nContent-Type: text/plain; name=a\r\n\r\nx\r\n".repeat(100_000)
    );
    let deep_html = format!("{head}Content-Type: text/html\r\n\r\n{}", "<div>".repeat(100_000));
    for (name, bomb) in
        [("nested", nested), ("hidden", hidden), ("digest", digest), ("parts", parts), ("html", deep_html)]
    {
        let since = std::time::Instant::now();
        let mail = parse(bomb.as_bytes());
        assert_eq!(mail.subject, "boom", "{name}");
        assert!(mail.attachments.len() <= 100, "{name}");
        assert!(since.elapsed() < std::time::Duration::from_secs(20), "{name}: {:?}", since.elapsed());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    /// Whatever the bytes, there is an answer.
    #[test]
    fn no_bytes_bring_the_reader_down(which in 0usize..48, at in 0usize..2000, noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40)) {
        let folder = format!("{}/tests/mail/corpus", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        let mut raw = std::fs::read(&files[which % files.len()]).unwrap();
        let at = at.min(raw.len());
        let end = (at + noise.len()).min(raw.len());
        raw.splice(at..end, noise);
        let mail = parse(&raw);
        proptest::prop_assert!(!mail.message_id.is_empty());
    }
}
