//! Opening a one-time link and sending its form.

use actix_session::Session;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::views::WelcomePage;
use crate::auth::throttle::Throttle;
use crate::auth::web::{arrive, begin};
use crate::auth::{Role, passwords};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::secrets::Secrets;
use crate::staff::{self, Invitation, NewStaff};
use crate::web::address::client_ip;
use crate::web::forms::Errors;
use crate::web::page::Hx;
use crate::web::shell::Bare;
use crate::web::sign_in;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct WelcomeForm {
    email: String,
    name: String,
    password: String,
    again: String,
}

/// `GET /welcome/{token}`.
pub async fn page(
    req: HttpRequest,
    hx: Hx,
    db: Data<Db>,
    throttle: Data<Throttle>,
    token: Path<String>,
) -> Result<HttpResponse> {
    throttle.public(client_ip(&req))?;
    let token = token.into_inner();
    let wanted = token.clone();
    let invitation = db.read(move |conn| staff::invitation(conn, &wanted)).await?;
    show(&req, &hx, token, invitation, WelcomeForm::default(), Errors::default())
}

/// The page of a link as it is now, with what was typed.
fn show(
    req: &HttpRequest,
    hx: &Hx,
    token: String,
    invitation: Invitation,
    form: WelcomeForm,
    errors: Errors,
) -> Result<HttpResponse> {
    let status = match &invitation {
        Invitation::Unknown => StatusCode::NOT_FOUND,
        Invitation::Used | Invitation::Expired => StatusCode::GONE,
        _ if !errors.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let bare = Bare::of(req);
    hx.with_status(status, &WelcomePage { bare, token, invitation, email: form.email, name: form.name, errors })
}

/// `POST /welcome/{token}`. Signs in afterwards.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn accept(
    req: HttpRequest,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    throttle: Data<Throttle>,
    session: Session,
    token: Path<String>,
    form: Form<WelcomeForm>,
) -> Result<HttpResponse> {
    throttle.public(client_ip(&req))?;
    let (token, form) = (token.into_inner(), form.into_inner());
    let wanted = token.clone();
    let invitation = db.read(move |conn| staff::invitation(conn, &wanted)).await?;
    let mut errors = Errors::default();
    let new = match &invitation {
        Invitation::FirstAdmin => match first_admin(&form) {
            Ok(new) => Some(new),
            Err(wrong) => {
                errors = wrong;
                None
            }
        },
        Invitation::Password(_) => None,
        _ => return show(&req, &hx, token, invitation, form, errors),
    };
    let password = staff::new_password(&mut errors, &form.password, &form.again);
    if !errors.is_empty() {
        return show(&req, &hx, token, invitation, form, errors);
    }
    let hash = passwords::hash_later(password).await?;
    let (wanted, address) = (token.clone(), client_ip(&req).to_string());
    let done = db.write(move |tx| {
        let (id, email) = match &new {
            Some(new) => (staff::accept_first_admin(tx, &wanted, new, &hash)?, new.email.clone()),
            None => staff::accept_password(tx, &wanted, &hash)?,
        };
        arrive(tx, id, &email, &address)?;
        Ok(id)
    });
    match done.await {
        Ok(id) => {
            begin(&req, &session, id)?;
            let mut answer = HttpResponse::SeeOther();
            Ok(answer.insert_header((header::LOCATION, "/")).cookie(sign_in::remember(&secrets, id)).finish())
        }
        // Somebody used the link meanwhile.
        Err(Error::Refused(_)) => show(&req, &hx, token, Invitation::Used, form, Errors::default()),
        Err(other) => Err(other),
    }
}

fn first_admin(form: &WelcomeForm) -> Result<NewStaff, Errors> {
    let mut errors = Errors::default();
    errors.line("name", &form.name, "staff-name-missing");
    match NewStaff::parse(&form.email, &form.name, Role::Admin) {
        Ok(new) => errors.or(new),
        Err(mut wrong) => {
            if wrong.of("name", crate::web::i18n::Lang::En).is_empty() && !errors.is_empty() {
                wrong.add("name", "staff-name-missing");
            }
            Err(wrong)
        }
    }
}
