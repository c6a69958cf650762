//! `/contacts`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::views::{Book, ContactsPage, Details, MadeContact, NewContact, Pane};
use crate::auth::Operator;
use crate::channels;
use crate::companies;
use crate::config::Config;
use crate::conversations;
use crate::customers::Belongings;
use crate::customers::{self, EditForm, ListedCustomer, StoredClaim};
use crate::db::page::NameCursor;
use crate::db::types::CustomerId;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::fields;
use crate::text;
use crate::web::address::own_path;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Conversations beside a contact.
const RECENT: i64 = 8;

/// The address of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub at: String,
    pub back: String,
    /// Contacts alone whose details are missing.
    pending: String,
    /// The list lies over the inbox, which stays.
    over: String,
}

impl Asked {
    /// The name to search for, cleaned.
    pub fn name(&self) -> String {
        text::clean(&self.q).chars().take(200).collect()
    }

    /// The way back that was given, if it leads somewhere in this desk.
    pub fn way_back(&self) -> String {
        match own_path(&self.back) {
            "/" => String::new(),
            path => path.to_owned(),
        }
    }
}

/// `GET /contacts`.
pub async fn list(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let book = db.read(move |conn| book(conn, &by, &asked)).await?;
    hx.page(&ContactsPage { sh, book, shown: None, pane: Pane::Nothing })
}

/// `GET /contacts/{id}`.
pub async fn details(
    by: Operator,
    mut sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let (id, asked) = (id.into_inner(), asked.into_inner());
    sh.live = format!("/live?customer={id}");
    let (book, details) = db
        .read(move |conn| {
            let book = book(conn, &by, &asked)?;
            let details = look(conn, &by, id, &book.entry(id))?;
            Ok((book, details))
        })
        .await?;
    hx.page(&ContactsPage { sh, book, shown: Some(id.0), pane: Pane::Details(Box::new(details)) })
}

fn book(conn: &mut Conn, by: &Operator, asked: &Asked) -> Result<Book<ListedCustomer>> {
    let (q, cursor, is_pending) = (asked.name(), NameCursor::decode(&asked.at), asked.pending == "1");
    let page = customers::store::by_name::by_name(conn, &by.scope(), &text::fold(&q), is_pending, cursor.as_ref())?;
    let at = if cursor.is_some() { asked.at.clone() } else { String::new() };
    Ok(Book { base: "/contacts", q, at, page, back: asked.way_back(), is_pending, is_over: asked.over == "1" })
}

/// What is known of a contact. `back`: the address that shows it.
fn look(conn: &mut Conn, by: &Operator, id: CustomerId, back: &str) -> Result<Details> {
    let customer = customers::find(conn, &by.scope(), id)?;
    let kinds = channels::list(conn)?;
    let recent = conversations::store::of_customer::recent(conn, &customer, RECENT)?;
    let company = match customer.company_id {
        Some(id) => Some(companies::store::find(conn, id)?),
        None => None,
    };
    let Belongings { handles, is_pending, variables, claims, tags, .. } = customers::store::belongings_of(conn, id)?;
    Ok(Details {
        handles,
        is_pending,
        values: fields::values(conn, id, variables, back)?,
        tags,
        duplicates: customers::store::profile::duplicates(conn, &by.scope(), &customer, &claims)?,
        claims: StoredClaim::unknown(&customer, claims),
        recent: recent
            .into_iter()
            .map(|c| (kinds.iter().find(|k| k.id == c.channel_id).cloned(), c))
            .map(|(k, c)| (c, k))
            .collect(),
        company,
        customer,
    })
}

/// `GET /contacts/new`.
pub async fn new(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let mut form = EditForm { form_token: forms::new_token(), back: asked.way_back(), ..EditForm::default() };
    // What was searched for in vain.
    let typed = asked.name();
    let field = match () {
        () if forms::is_email(&typed) => &mut form.email,
        () if text::is_number(&typed) => &mut form.phone,
        () => &mut form.name,
    };
    *field = typed;
    show_form(by, sh, hx, db, form, Errors::default(), vec![]).await
}

/// `POST /contacts/new`.
pub async fn create(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    form: Form<EditForm>,
) -> Result<HttpResponse> {
    let (mut form, region) = (form.into_inner(), config.phone_region.clone());
    let (details, company) = match read(&mut form) {
        Ok(parsed) => parsed,
        Err(errors) => return show_form(by, sh, hx, db, form, errors, vec![]).await,
    };
    let (who, phone) = (by.clone(), details.phone.as_deref().and_then(|phone| text::phone_digits(phone, &region)));
    let email = details.email.as_deref().map(text::fold_address);
    let (phones, emails): (Vec<_>, Vec<_>) = (phone.into_iter().collect(), email.into_iter().collect());
    let token = form.form_token.clone();
    let (found, is_again) = db
        .read(move |conn| {
            let found = customers::store::profile::lookalikes(conn, &who.scope(), None, &phones, &emails)?;
            Ok((found, forms::is_spent(conn, &token)?))
        })
        .await?;
    // A second click meets the contact that the first one has made.
    if !is_again && !forms::is_meant(&form.anyway, found.iter().map(|other| other.id.0)) {
        return show_form(by, sh, hx, db, form, Errors::one("", "contacts-looks-like"), found).await;
    }
    let (who, token) = (by.clone(), form.form_token.clone());
    let made = db
        .write(move |tx| {
            if !forms::spend(tx, &token)? {
                return Ok(None);
            }
            let mut details = details.clone();
            if !company.is_empty() {
                details.company_id = Some(companies::actions::find_or_create(tx, &who, &company)?);
            }
            customers::actions::create(tx, &who, &details, &region).map(Some)
        })
        .await;
    match made {
        // Whoever stays on the page that they were on is offered the contact.
        Ok(Some(id)) if hx.region.is_some() && !form.back.is_empty() => {
            hx.page(&MadeContact::new(sh, id, text::clean(&form.name), own_path(&form.back)))
        }
        Ok(Some(id)) if form.back.is_empty() => hx.done("toast-contact-created", &format!("/contacts/{id}")),
        Ok(None) if form.back.is_empty() => hx.done("toast-contact-created", "/contacts"),
        Ok(_) => hx.done("toast-contact-created", own_path(&form.back)),
        Err(Error::Refused(said)) => show_form(by, sh, hx, db, form, Errors::one("external_id", said), vec![]).await,
        Err(other) => Err(other),
    }
}

/// What is typed of a new contact, and the name of their company. An e-mail or a phone has to be there; whoever has no name is
/// known by that alone, until somebody or a channel names them.
fn read(form: &mut EditForm) -> Result<(customers::Details, String), Errors> {
    if text::clean(&form.name).is_empty() {
        let address =
            [&form.email, &form.phone].into_iter().map(|typed| text::clean(typed)).find(|typed| !typed.is_empty());
        form.name = address.unwrap_or_default();
    }
    let parsed = customers::parse_form(form).and_then(|(details, company)| {
        let mut errors = Errors::default();
        if details.phone.is_none() && details.email.is_none() {
            errors.add("email", "contacts-address-missing");
        }
        errors.or((details, company))
    });
    parsed.map_err(|mut errors| {
        if text::clean(&form.email).is_empty() && text::clean(&form.phone).is_empty() {
            errors.add("email", "contacts-address-missing");
            errors.add("phone", "contacts-address-missing");
        }
        errors
    })
}

async fn show_form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    form: EditForm,
    errors: Errors,
    lookalikes: Vec<ListedCustomer>,
) -> Result<HttpResponse> {
    let asked = Asked { back: form.back.clone(), ..Asked::default() };
    let (book, companies) =
        db.read(move |conn| Ok((book(conn, &by, &asked)?, companies::store::offered(conn)?))).await?;
    let is_wrong = !errors.is_empty();
    let pane = Pane::New(Box::new(NewContact { form, errors, companies, lookalikes }));
    let page = ContactsPage { sh, book, shown: None, pane };
    if is_wrong { hx.invalid(&page) } else { hx.page(&page) }
}
