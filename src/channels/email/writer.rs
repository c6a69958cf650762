//! Who wrote a mail. Its From may be somebody else: a form on a site sends in the site's name, or in ours, and a list that
//! must not send in its writers' names puts its own address there.

use super::address::{self, Person};
use super::nature::Nature;
use super::parse::Mail;
use super::settings::MailSettings;
use crate::channels::inbound::Sender;

/// The sender of a mail. Nobody: it is our own, come back by a rule, a list, or a loop.
pub(super) fn sender_of(settings: &MailSettings, mail: &Mail, from: &Person) -> Option<Sender> {
    let writer = match mail.nature {
        // What a machine answers is its own.
        Nature::AutoReply => None,
        _ if mail.is_list => behind_list(settings, mail, from),
        _ => in_form(settings, mail, from),
    };
    let is_own = settings.is_own(&writer.as_ref().unwrap_or(from).address);
    (!is_own).then(|| match writer {
        Some(writer) => typed(writer, from),
        None => vouched(from),
    })
}

/// Whoever filled in a form: the mail names them as the one to answer. Another address of the same domain is the sender's own
/// matter.
fn in_form(settings: &MailSettings, mail: &Mail, from: &Person) -> Option<Person> {
    let named = mail.reply_to.clone().filter(|named| !settings.is_own(&named.address))?;
    let is_else = address::domain(&named.address) != address::domain(&from.address);
    (is_else || settings.is_own(&from.address)).then_some(named)
}

/// Whoever wrote to a list that put its own address into From, as it must for everybody whose domain lets nobody else send in
/// its name (DMARC). Mostly it is a group of colleagues: the desk's own address.
fn behind_list(settings: &MailSettings, mail: &Mail, from: &Person) -> Option<Person> {
    let original = mail.original_from.clone().filter(|original| original.address != from.address);
    if original.is_some() {
        return original;
    }
    if !settings.is_own(&from.address) && !mail.list_addresses.contains(&from.address) {
        return None;
    }
    // Where answers go to the list, nobody is named.
    let is_list = |address: &String| {
        mail.list_addresses.contains(address) || mail.to.iter().any(|person| person.address == *address)
    };
    let named = mail.reply_to.clone().filter(|named| named.address != from.address && !is_list(&named.address))?;
    (!settings.is_own(&named.address)).then_some(named)
}

fn vouched(from: &Person) -> Sender {
    Sender {
        address: from.address.clone(),
        display_name: from.name.clone(),
        email: Some(from.address.clone()),
        ..Sender::default()
    }
}

/// Somebody whom a mail of somebody else's names: nobody vouches for their address, so it joins nobody who is known by it.
fn typed(writer: Person, from: &Person) -> Sender {
    let Person { name, address } = writer;
    Sender {
        address: address::typed(&address, &from.address),
        display_name: if name.is_empty() { address.clone() } else { name },
        typed_email: Some(address),
        ..Sender::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::email::parse::parse;

    fn sender(head: &str) -> Option<Sender> {
        let settings = MailSettings { senders: vec!["support@shop.test".into()], ..MailSettings::default() };
        let mail = parse(format!("Message-ID: <1@x>\r\nTo: support@shop.test\r\n{head}\r\nhello\r\n").as_bytes());
        let from = mail.from.clone().unwrap();
        sender_of(&settings, &mail, &from)
    }

    /// A form names its writer, who joins nobody; a list, a colleague's address and our own mail change nothing.
    #[test]
    fn a_form_names_who_wrote() {
        for from in ["noreply@forms.test", "support@shop.test"] {
            let sender = sender(&format!("From: {from}\r\nReply-To: Anna <anna@customer.test>\r\n")).unwrap();
            assert_eq!(sender.address, format!("anna@customer.test ({from})"));
            assert_eq!((sender.email, sender.typed_email.as_deref()), (None, Some("anna@customer.test")));
            assert_eq!(sender.display_name, "Anna");
        }
        for more in ["", "Reply-To: desk@forms.test\r\n", "List-Id: <l.test>\r\nReply-To: l@l.test\r\n"] {
            let sender = sender(&format!("From: boris@forms.test\r\n{more}")).unwrap();
            assert_eq!(
                (sender.address.as_str(), sender.email.as_deref()),
                ("boris@forms.test", Some("boris@forms.test"))
            );
        }
        assert_eq!(sender("From: support@shop.test\r\nReply-To: support+k3@shop.test\r\n"), None);
    }

    /// What Google Groups puts into the head of what a group passes on, without the rest of a list's.
    fn group(address: &str, more: &str) -> String {
        format!(
            "From: \"'Anna' via Support\" <{address}>\r\n{more}Precedence: list\r\n\
             List-ID: <{}>\r\nList-Post: <https://groups.google.com/a/shop.test/group/support/post>,\r\n \
             <mailto:{address}>\r\n",
            address.replace('@', ".")
        )
    }

    #[test]
    fn a_group_passes_on_what_somebody_wrote() {
        for address in ["support@shop.test", "team@shop.test"] {
            for named in [
                "X-Original-From: Anna <anna@customer.test>\r\nReply-To: Anna <anna@customer.test>\r\n",
                "X-Original-From: Anna <anna@customer.test>\r\nReply-To: team@shop.test\r\n",
                "Reply-To: Anna <anna@customer.test>\r\n",
            ] {
                let sender = sender(&group(address, named)).unwrap();
                assert_eq!(sender.address, format!("anna@customer.test ({address})"), "{named}");
                assert_eq!((sender.email, sender.typed_email.as_deref()), (None, Some("anna@customer.test")));
                assert_eq!(sender.display_name, "Anna");
            }
        }
    }

    #[test]
    fn our_own_mail_comes_back_from_a_group() {
        for own in [
            group("support@shop.test", ""),
            group("support@shop.test", "Reply-To: support+k3@shop.test\r\n"),
            group("team@shop.test", "X-Original-From: Shop <support@shop.test>\r\n"),
            // The list wants the answers itself.
            "From: support@shop.test\r\nReply-To: l@l.test\r\nList-Post: <mailto:l@l.test>\r\n".into(),
        ] {
            assert_eq!(sender(&own), None, "{own}");
        }
        // A program's own copy of From says nothing.
        let sender = sender("From: a@b.test\r\nX-Original-From: a@b.test\r\nPrecedence: list\r\n").unwrap();
        assert_eq!(sender.email.as_deref(), Some("a@b.test"));
    }
}
