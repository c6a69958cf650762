//! The guards: a role as a type.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::model::{Presence, Role, Theme, Unread};
use super::scope::CustomerScope;
use super::sessions::{KEY_STAFF, KEY_UNREAD, KEY_VISITOR};
use super::store::{self, Visitor};
use crate::db::types::StaffId;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::text;
use crate::web::i18n::Lang;

/// The staff member who asks.
#[derive(Clone, Debug)]
pub struct Me {
    pub id: StaffId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub presence: Presence,
    pub initials: String,
    /// 1 to 8, for the class `u{hue}`.
    pub hue: u8,
}

/// What one request knows of the person behind it; read once, whatever asks for it.
pub struct Visit {
    pub me: Me,
    pub language: Option<Lang>,
    pub theme: Theme,
    /// Whether operators see customers that are bound to others.
    pub sees_others: bool,
    pub unread: Unread,
}

impl Visit {
    /// The visit of this request, if something has asked for it already.
    pub fn known(req: &HttpRequest) -> Option<Rc<Visit>> {
        req.extensions().get::<Rc<Visit>>().cloned()
    }

    /// The visit of this request; `Error::SignIn` if nobody is signed in.
    pub async fn of(req: &HttpRequest) -> Result<Rc<Visit>, Error> {
        if let Some(visit) = Self::known(req) {
            return Ok(visit);
        }
        let session = req.get_session();
        let id = session.get::<i64>(KEY_STAFF).ok().flatten().map(StaffId).ok_or(Error::SignIn)?;
        let unread = session.get::<Unread>(KEY_UNREAD).ok().flatten().unwrap_or_default();
        // Missing where the session began with this very request.
        let (visitor, unread) = match session.get::<Visitor>(KEY_VISITOR).ok().flatten() {
            Some(visitor) => (visitor, unread),
            None => {
                let db = req.app_data::<Data<Db>>().ok_or_else(|| Error::Internal("no database in the app".into()))?;
                db.read(move |conn| store::visitor(conn, id)?.ok_or(Error::SignIn)).await?
            }
        };
        let visit = Rc::new(Visit::new(visitor, unread));
        req.extensions_mut().insert(visit.clone());
        Ok(visit)
    }
}

impl Visit {
    fn new(visitor: Visitor, unread: Unread) -> Self {
        let Visitor { staff, sees_others, default_language } = visitor;
        Self {
            language: staff.language.as_deref().and_then(Lang::parse).or(default_language),
            theme: staff.theme,
            sees_others,
            unread,
            me: Me {
                initials: text::initials(&staff.name),
                hue: text::hue(staff.id.0),
                id: staff.id,
                name: staff.name,
                email: staff.email,
                role: staff.role,
                presence: staff.presence,
            },
        }
    }
}

/// Proof that a staff member of any role asks.
#[derive(Clone, Debug)]
pub struct Operator {
    me: Me,
    sees_others: bool,
}

/// Proof that a supervisor or an admin asks.
#[derive(Clone, Debug)]
pub struct Supervisor(Operator);

/// Proof that an admin asks.
#[derive(Clone, Debug)]
pub struct Admin(Supervisor);

impl Operator {
    /// Who it is.
    pub fn me(&self) -> &Me {
        &self.me
    }

    /// Their number.
    pub fn id(&self) -> StaffId {
        self.me.id
    }

    /// Which customers they may see.
    pub fn scope(&self) -> CustomerScope {
        CustomerScope::of(self.me.id, self.me.role, self.sees_others)
    }

    /// The proof for work that goes on in the background for somebody, as they may at this moment. `None`: they may
    /// not work here any more.
    pub fn now(conn: &mut Conn, id: StaffId) -> Result<Option<Operator>, Error> {
        let visit = store::visitor(conn, id)?.map(|(visitor, unread)| Visit::new(visitor, unread));
        Ok(visit.map(|Visit { me, sees_others, .. }| Operator { me, sees_others }))
    }

    /// The proof of more, if this person has the role.
    pub fn admin(&self) -> Option<Admin> {
        self.supervisor().filter(|by| by.me().role == Role::Admin).map(Admin)
    }

    /// The proof of more, if this person has the role.
    pub fn supervisor(&self) -> Option<Supervisor> {
        (self.me.role >= Role::Supervisor).then(|| Supervisor(self.clone()))
    }
}

impl Deref for Supervisor {
    type Target = Operator;
    fn deref(&self) -> &Operator {
        &self.0
    }
}

impl Deref for Admin {
    type Target = Supervisor;
    fn deref(&self) -> &Supervisor {
        &self.0
    }
}

type Found<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

impl FromRequest for Operator {
    type Error = Error;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let visit = Visit::of(&req).await?;
            Ok(Operator { me: visit.me.clone(), sees_others: visit.sees_others })
        })
    }
}

impl FromRequest for Supervisor {
    type Error = Error;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let operator = Operator::from_request(req, payload);
        Box::pin(async move { operator.await?.supervisor().ok_or(Error::Forbidden) })
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let supervisor = Supervisor::from_request(req, payload);
        Box::pin(async move { supervisor.await?.admin().ok_or(Error::Forbidden) })
    }
}
