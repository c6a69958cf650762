//! Addresses, and the token that a reply carries home in the part behind the plus.

use serde::{Deserialize, Serialize};

use crate::text;

/// The longest address that is taken: RFC 5321 allows 254 characters.
const LONGEST: usize = 254;

/// Characters of the token in a reply address.
pub const TOKEN: usize = 20;

/// A name and an address, as a header holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub address: String,
}

impl Person {
    /// As people read it: `Anna <anna@customer.test>`.
    pub fn shown(&self) -> String {
        if self.name.is_empty() { self.address.clone() } else { format!("{} <{}>", self.name, self.address) }
    }
}

/// An address as it is stored and compared: no white space, the domain and the local part in lower case. `None` if it
/// is no address. (RFC 5321 lets a server tell local parts apart by case; none in use does.)
pub fn normal(address: &str) -> Option<String> {
    let address = text::clean(address).trim_matches(['<', '>']).to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"');
    let fine = !local.is_empty() && !domain.is_empty() && address.len() <= LONGEST && !address.contains(odd);
    fine.then_some(address)
}

/// The Message-ID of a mail of ours that has this key.
pub fn message_id(key: &str, from: &str) -> String {
    format!("{key}@{}", domain(from))
}

/// `support+token@shop.test`.
pub fn with_token(address: &str, token: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}+{token}@{domain}"),
        None => address.to_owned(),
    }
}

/// Whether replies can come home to this address: with its token it is still one that mail servers take.
pub fn takes_token(address: &str) -> bool {
    with_token(address, &"0".repeat(TOKEN)).parse::<lettre::Address>().is_ok()
}

/// Whoever was named as the one to answer by a mail of somebody else's: a form on a site sends what a visitor typed. The
/// account of the address itself is another's, who has shown that they can send from it.
pub fn typed(address: &str, through: &str) -> String {
    format!("{address} ({through})")
}

/// Where mails to an account go.
pub fn reached(account: &str) -> &str {
    account.split_once(" (").map_or(account, |(address, _)| address)
}

/// Whose mails named the account as the one to answer.
pub fn through(account: &str) -> Option<&str> {
    account.split_once(" (")?.1.strip_suffix(')')
}

/// The part behind the last plus: a sender may have one of its own.
pub fn token_of(address: &str) -> Option<&str> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, token) = local.rsplit_once('+')?;
    (!token.is_empty()).then_some(token)
}

/// The address without the part behind the last plus.
pub fn without_token(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let plain = local.rsplit_once('+').map_or(local, |(plain, _)| plain);
            format!("{plain}@{domain}")
        }
        None => address.to_owned(),
    }
}

/// What is behind the last `@`; what there is if there is none.
pub fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_out_and_comes_home() {
        let sent = with_token("support@shop.test", "k3v9");
        assert_eq!(sent, "support+k3v9@shop.test");
        assert_eq!(token_of(&sent), Some("k3v9"));
        assert_eq!(without_token(&sent), "support@shop.test");
        assert_eq!(token_of("support+sales+k3v9@shop.test"), Some("k3v9"));
        assert_eq!(token_of("support@shop.test"), None);
        assert_eq!(token_of("support+@shop.test"), None);
    }

    #[test]
    fn a_typed_address_is_an_account_of_its_own() {
        let account = typed("anna@customer.test", "form@shop.test");
        assert_eq!((reached(&account), through(&account)), ("anna@customer.test", Some("form@shop.test")));
        assert_eq!((reached("anna@customer.test"), through("anna@customer.test")), ("anna@customer.test", None));
        assert_eq!(normal(&account), None, "nobody can send from it");
    }

    #[test]
    fn an_address_without_room_for_a_token_is_told() {
        assert!(takes_token("support@shop.test") && takes_token(&format!("{}@shop.test", "a".repeat(43))));
        assert!(!takes_token(&format!("{}@shop.test", "a".repeat(44))));
    }

    #[test]
    fn what_is_no_address_is_none() {
        assert_eq!(normal(" <Anna@Customer.TEST> ").as_deref(), Some("anna@customer.test"));
        assert_eq!(normal("иван@почта.рф").as_deref(), Some("иван@почта.рф"));
        for odd in ["", "anna", "@b.test", "a@", "a b@c.test", "a@b.test,c@d.test", "\"a\"@b.test"] {
            assert_eq!(normal(odd), None, "{odd}");
        }
        assert_eq!(normal(&format!("{}@b.test", "a".repeat(300))), None);
    }
}
