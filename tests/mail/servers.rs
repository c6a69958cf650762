//! What the connector says to mail servers, and what it understands of their answers.

use std::time::{Duration, Instant};

use bytes::Bytes;
use switchboard::channels::email::address::Person;
use switchboard::channels::email::{
    File, Folder, ImapWay, Letter, Nature, Proof, Security, Server, SmtpWay, check, compose, parse, send,
};
use switchboard::channels::{Failure, Way};

use crate::lab::{self, MailLab, PASSWORD};

fn proof(user: &str) -> Proof {
    Proof::Password { user: user.into(), password: PASSWORD.into() }
}

fn smtp(lab: &MailLab, user: &str) -> SmtpWay {
    SmtpWay {
        server: Server { host: "localhost".into(), port: lab.submission, security: Security::StartTls },
        proof: proof(user),
        root_certificate: lab.ca.clone(),
        patience: Duration::from_secs(20),
    }
}

fn imap(lab: &MailLab, user: &str) -> ImapWay {
    ImapWay {
        server: Server { host: "localhost".into(), port: lab.imaps, security: Security::Tls },
        proof: proof(user),
        folder: "INBOX".into(),
        root_certificate: lab.ca.clone(),
        patience: Duration::from_secs(20),
    }
}

fn letter(from: &str, to: &str) -> Letter {
    Letter {
        message_id: format!("{}@support.test", uuid::Uuid::new_v4()),
        from: Person { name: "Shop".into(), address: from.into() },
        to: to.into(),
        subject: "Your order".into(),
        text: "It is ready.".into(),
        ..Letter::default()
    }
}

fn arrived(lab: &MailLab, local: &str, count: usize) -> Vec<Vec<u8>> {
    let since = Instant::now();
    loop {
        let mails = lab.mails(local);
        if mails.len() >= count {
            return mails;
        }
        assert!(since.elapsed() < Duration::from_secs(30), "{count} mails for {local}; the servers say\n{}", lab.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

async fn failure(way: &SmtpWay, letter: &Letter) -> Failure {
    send(way, &compose(letter).unwrap()).await.expect_err("the server refuses")
}

fn plain_mail(id: &str, to: &str, body: &str) -> Vec<u8> {
    format!("Message-ID: <{id}>\r\nFrom: Anna <anna@customer.test>\r\nTo: {to}\r\nSubject: Hello\r\n\r\n{body}\r\n")
        .into_bytes()
}

/// SEND-44, SEND-45, SEND-47: blind copies get the mail, and nobody learns of them from it.
#[tokio::test]
async fn a_mail_and_its_blind_copies_arrive() {
    let lab = lab::shared();
    let [from, to, boss, law] = ["support", "anna", "boss", "law"].map(lab::mailbox);
    let bcc = [&boss, &law].map(|local| format!("{local}@customer.test")).to_vec();
    let letter = Letter { bcc, ..letter(&format!("{from}@support.test"), &format!("{to}@customer.test")) };
    send(&smtp(&lab, &from), &compose(&letter).unwrap()).await.unwrap();
    for local in [&to, &boss, &law] {
        let raw = arrived(&lab, local, 1).remove(0);
        let text = String::from_utf8(raw.clone()).unwrap();
        let others: Vec<_> = [&boss, &law].into_iter().filter(|other| *other != local).collect();
        assert!(others.iter().all(|other| !text.contains(other.as_str())), "{text}");
        assert!(!text.to_lowercase().contains("\nbcc:"), "{text}");
        assert_eq!(parse(&raw).message_id, letter.message_id);
    }
}

#[tokio::test]
async fn each_way_of_protection_works_and_no_other_is_taken() {
    let lab = lab::shared();
    let user = lab::mailbox("ways");
    for (port, security) in
        [(lab.submission, Security::StartTls), (lab.submissions, Security::Tls), (lab.submission, Security::Plain)]
    {
        let way = SmtpWay { server: Server { host: "localhost".into(), port, security }, ..smtp(&lab, &user) };
        check(&way).await.unwrap();
    }
    for (port, security) in [(lab.imap, Security::StartTls), (lab.imaps, Security::Tls), (lab.imap, Security::Plain)] {
        let way = ImapWay { server: Server { host: "127.0.0.1".into(), port, security }, ..imap(&lab, &user) };
        Folder::open(&way).await.unwrap().close().await;
    }
    let stranger = SmtpWay { root_certificate: String::new(), ..smtp(&lab, &user) };
    let refused = check(&stranger).await.unwrap_err();
    assert!(refused.words.contains("certificate"), "{refused:?}");
    let refused = Folder::open(&ImapWay { root_certificate: String::new(), ..imap(&lab, &user) }).await.err().unwrap();
    assert_eq!(refused.code, "tls");
}

#[tokio::test]
async fn a_wrong_password_is_told_in_the_server_s_words() {
    let lab = lab::shared();
    let user = lab::mailbox("login");
    let wrong = Proof::Password { user: user.clone(), password: "wrong".into() };
    let refused = check(&SmtpWay { proof: wrong.clone(), ..smtp(&lab, &user) }).await.unwrap_err();
    assert!(
        refused.code == "login" && matches!(refused.way, Way::UntilMended(_)),
        "nothing is given up for it: {refused:?}"
    );
    assert!(refused.words.contains("535"), "{refused:?}");
    let refused = Folder::open(&ImapWay { proof: wrong, ..imap(&lab, &user) }).await.err().unwrap();
    assert_eq!(refused.code, "login");
    assert!(refused.words.contains("Authentication failed"), "{refused:?}");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let lab = lab::shared();
    let refused =
        Folder::open(&ImapWay { folder: "Отдел".into(), ..imap(&lab, &lab::mailbox("folder")) }).await.err().unwrap();
    assert!(refused.words.starts_with("Отдел: ") && refused.words.contains("doesn't exist"), "{refused:?}");
}

#[tokio::test]
async fn an_address_that_is_not_there_and_one_that_is_put_off_are_told_apart() {
    let lab = lab::shared();
    let user = lab::mailbox("apart");
    let (way, from) = (smtp(&lab, &user), format!("{user}@support.test"));
    let gone = failure(&way, &letter(&from, "nosuch1@customer.test")).await;
    assert_eq!(gone.way, Way::Unsubscribed);
    assert!(gone.code == "550" && gone.words.contains("5.1.1"), "{gone:?}");
    let later = failure(&way, &letter(&from, "greylisted1@customer.test")).await;
    assert_eq!(later.way, Way::Again(None));
    assert!(later.code == "450" && later.words.contains("come back later"), "{later:?}");
    // A blind copy that is refused says so and stops the whole, and the customer is not to blame.
    let to = lab::mailbox("apartto");
    let with_copy =
        Letter { bcc: vec!["nosuch2@customer.test".into()], ..letter(&from, &format!("{to}@customer.test")) };
    let copy = failure(&way, &with_copy).await;
    assert_eq!(copy.way, Way::Permanent);
    assert!(copy.words.starts_with("bcc nosuch2@customer.test: 550"), "{copy:?}");
    assert!(lab.mails(&to).is_empty());
}

#[tokio::test]
async fn mails_are_read_in_order_and_stay_unread() {
    let lab = lab::shared();
    let user = lab::mailbox("order");
    let to = format!("{user}@support.test");
    let mut folder = Folder::open(&imap(&lab, &user)).await.unwrap();
    let before = folder.next_uid - 1;
    for n in 0..3 {
        lab.deliver("anna@customer.test", &to, &plain_mail(&format!("order{n}@customer.test"), &to, "hi"));
        arrived(&lab, &user, n + 1);
    }
    let uids = folder.uids_after(before).await.unwrap();
    assert_eq!(uids.len(), 3);
    for (n, uid) in uids.iter().enumerate() {
        let raw = folder.fetch(*uid).await.unwrap().unwrap();
        assert_eq!(parse(&raw.bytes).message_id, format!("order{n}@customer.test"));
        assert!(!raw.is_cut);
    }
    assert_eq!(folder.uids_after(uids[2]).await.unwrap(), [] as [u32; 0]);
    assert!(folder.fetch(uids[2] + 9).await.unwrap().is_none());
    assert_eq!(lab.read_count(&user), 0, "reading marks nothing");
    folder.mark_read(&uids[..2]).await.unwrap();
    assert_eq!(lab.read_count(&user), 2);
    folder.close().await;
}

#[tokio::test]
async fn the_server_wakes_whoever_waits() {
    let lab = lab::shared();
    let user = lab::mailbox("wake");
    let folder = Folder::open(&imap(&lab, &user)).await.unwrap();
    let after = folder.next_uid - 1;
    let to = format!("{user}@support.test");
    let other = lab.clone();
    let bring = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(300));
        other.deliver("anna@customer.test", &to, &plain_mail("wake@customer.test", &to, "hi"));
    });
    let since = Instant::now();
    let mut folder = folder.wait(Duration::from_secs(60)).await.unwrap();
    assert!(since.elapsed() < Duration::from_secs(20), "IDLE tells at once, not after {:?}", since.elapsed());
    bring.await.unwrap();
    assert_eq!(folder.uids_after(after).await.unwrap().len(), 1);
    // Without news it comes back by itself and goes on.
    let folder = folder.wait(Duration::from_secs(1)).await.unwrap();
    folder.close().await;
}

#[tokio::test]
async fn what_comes_back_names_the_letter_that_it_is_about() {
    let lab = lab::shared();
    let user = lab::mailbox("bounce");
    let sent = letter(&format!("{user}@support.test"), "gone@bounce.test");
    send(&smtp(&lab, &user), &compose(&sent).unwrap()).await.unwrap();
    let report = parse(&arrived(&lab, &user, 1)[0]);
    let Nature::Bounce(reports) = report.nature else { panic!("{report:?}") };
    let report = reports[0].clone();
    assert_eq!(report.original, Some(sent.message_id));
    assert_eq!(report.recipients, ["gone@bounce.test"]);
    assert_eq!(report.status, "5.1.1");
    assert!(report.is_hard() && report.words.contains("mailbox does not exist"), "{report:?}");
}

/// SEND-22: 25 MB go out whole, and come in whole.
#[tokio::test]
async fn twenty_five_megabytes_go_out_and_come_in() {
    let lab = lab::shared();
    let [from, to] = ["big", "bigto"].map(lab::mailbox);
    let bytes: Bytes =
        (0..25 * 1024 * 1024_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>().into();
    let file =
        File { name: "archive.bin".into(), content_type: "application/octet-stream".into(), bytes: bytes.clone() };
    let sent = Letter { files: vec![file], ..letter(&format!("{from}@support.test"), &format!("{to}@customer.test")) };
    send(&smtp(&lab, &from), &compose(&sent).unwrap()).await.unwrap();
    arrived(&lab, &to, 1);
    let mut folder = Folder::open(&imap(&lab, &to)).await.unwrap();
    let uid = folder.uids_after(0).await.unwrap()[0];
    let raw = folder.fetch(uid).await.unwrap().unwrap();
    assert!(!raw.is_cut);
    let mail = parse(&raw.bytes);
    assert!(mail.attachments[0].bytes == bytes, "the same bytes");
    folder.close().await;
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_and_found_again() {
    let lab = MailLab::start();
    let (smtp, imap) = (smtp(&lab, "support"), imap(&lab, "support"));
    let folder = Folder::open(&imap).await.unwrap();
    lab.stop_dovecot();
    // Whether a connection outlives its server for a moment is the server's business.
    drop(folder);
    assert_eq!(Folder::open(&imap).await.err().map(|f| f.code), Some("connection".into()));
    let sent = compose(&letter("support@support.test", "anna@customer.test")).unwrap();
    assert_eq!(send(&smtp, &sent).await.unwrap_err().way, Way::Again(None));
    lab.start_dovecot();
    send(&smtp, &sent).await.unwrap();
    arrived(&lab, "anna", 1);
    Folder::open(&imap).await.unwrap().close().await;
}

#[tokio::test]
async fn numbers_that_have_lost_their_meaning_are_noticed() {
    let lab = lab::shared();
    let user = lab::mailbox("numbers");
    let to = format!("{user}@support.test");
    lab.deliver("anna@customer.test", &to, &plain_mail("numbers@customer.test", &to, "hi"));
    arrived(&lab, &user, 1);
    let folder = Folder::open(&imap(&lab, &user)).await.unwrap();
    let before = folder.validity;
    folder.close().await;
    // The server makes them of the time, in seconds.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let since = Instant::now();
    let mut folder = loop {
        lab.forget_numbers(&user);
        let folder = Folder::open(&imap(&lab, &user)).await.unwrap();
        if folder.validity != before {
            break folder;
        }
        // A process of the server that had not ended yet may have written down once more what it knew.
        assert!(since.elapsed() < Duration::from_secs(60), "the numbers keep their meaning");
        folder.close().await;
    };
    let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive();
    assert_eq!(folder.uids_since(today.pred_opt().unwrap(), false).await.unwrap().len(), 1);
    folder.close().await;
}

#[tokio::test]
async fn what_was_put_off_is_taken_later() {
    let lab = MailLab::start();
    let sent = compose(&letter("support@support.test", "greylisted@customer.test")).unwrap();
    let way = smtp(&lab, "support");
    assert_eq!(send(&way, &sent).await.unwrap_err().way, Way::Again(None));
    lab.end_greylisting();
    send(&way, &sent).await.unwrap();
    arrived(&lab, "greylisted", 1);
}
