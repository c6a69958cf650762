//! Rows of custom fields, of their places, and of values.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::model::{self, CustomField, Placed, Variable};
use crate::db::schema::{custom_fields as fields, customer_variables as values, field_places};
use crate::db::sql::{Limited, Sql, among, among_texts, one_of};
use crate::db::types::{CustomFieldId, CustomerId, UtcTime};
use crate::db::{Conn, Tx, kept};
use crate::error::Result;

/// Customers with a value are counted no further.
const CAP: i64 = 1_000;

/// The system's fields and the custom ones, in the order that admins have set.
pub fn sequence(conn: &mut Conn) -> Result<Arc<Vec<Placed>>> {
    kept::settled("fields in sequence".into(), || {
        let places: Vec<String> =
            field_places::table.order(field_places::place).select(field_places::field).load(conn)?;
        let custom = fields::table.order(fields::id).select(CustomField::as_select()).load(conn)?;
        Ok(model::in_sequence(&places, custom))
    })
}

/// The custom fields, in order.
pub fn declared(conn: &mut Conn) -> Result<Vec<Arc<CustomField>>> {
    let custom = |placed: &Placed| if let Placed::Custom(field) = placed { Some(field.clone()) } else { None };
    Ok(sequence(conn)?.iter().filter_map(custom).collect())
}

pub fn find(conn: &mut Conn, id: CustomFieldId) -> Result<CustomField> {
    Ok(fields::table.find(id).select(CustomField::as_select()).one(conn)?)
}

/// The field of this name.
pub fn named(conn: &mut Conn, name: &str) -> Result<Option<CustomFieldId>> {
    Ok(fields::table.filter(fields::name.eq(name)).select(fields::id).one(conn).optional()?)
}

pub fn insert(tx: &mut Tx, name: &str) -> Result<CustomFieldId> {
    Ok(diesel::insert_into(fields::table)
        .values((fields::name.eq(name), fields::created_at.eq(UtcTime::now())))
        .returning(fields::id)
        .get_result(&mut **tx)?)
}

/// Gives a field another name, and its values with it.
pub fn rename(tx: &mut Tx, field: &CustomField, name: &str) -> Result<()> {
    diesel::update(fields::table.find(field.id)).set(fields::name.eq(name)).execute(&mut **tx)?;
    diesel::update(values::table.filter(values::name.eq(&field.name))).set(values::name.eq(name)).execute(&mut **tx)?;
    Ok(())
}

pub fn show(tx: &mut Tx, id: CustomFieldId, is_shown: bool) -> Result<()> {
    diesel::update(fields::table.find(id)).set(fields::is_shown.eq(is_shown)).execute(&mut **tx)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, id: CustomFieldId) -> Result<()> {
    diesel::delete(fields::table.find(id)).execute(&mut **tx)?;
    diesel::delete(field_places::table.find(id.to_string())).execute(&mut **tx)?;
    Ok(())
}

/// Sets the whole sequence.
pub fn set_places(tx: &mut Tx, keys: &[String]) -> Result<()> {
    diesel::delete(field_places::table).execute(&mut **tx)?;
    for (place, key) in (0_i64..).zip(keys) {
        diesel::insert_into(field_places::table)
            .values((field_places::field.eq(key), field_places::place.eq(place)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many customers have a value under this name, up to a thousand.
pub fn count_values(conn: &mut Conn, name: &str) -> Result<i64> {
    let sql = Sql::new(format!(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM customer_variables WHERE name = $1 LIMIT {CAP}) AS capped"
    ));
    Ok(sql.bind(name).get_result::<Count>(conn)?.n)
}

/// Whether some customer has values under both names.
pub fn anybody_has_both(conn: &mut Conn, one: &str, other: &str) -> Result<bool> {
    let sql = Sql::new(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM customer_variables AS a \
         JOIN customer_variables AS b ON b.customer_id = a.customer_id AND b.name = $2 WHERE a.name = $1 LIMIT 1) AS found",
    );
    Ok(sql.bind(one).bind(other).get_result::<Count>(conn)?.n > 0)
}

pub fn remove_values(tx: &mut Tx, name: &str) -> Result<()> {
    diesel::delete(values::table.filter(values::name.eq(name))).execute(&mut **tx)?;
    Ok(())
}

/// What a customer has under a name.
pub fn value_of(conn: &mut Conn, customer: CustomerId, name: &str) -> Result<Option<String>> {
    Ok(values::table.find((customer, name)).select(values::value).one(conn).optional()?)
}

/// Gives a customer a value under a name, whether they had one or not.
pub fn put_value(tx: &mut Tx, customer: CustomerId, name: &str, value: &str) -> Result<()> {
    let row = Sql::new(
        "INSERT INTO customer_variables (customer_id, name, value) VALUES ($1, $2, $3) \
         ON CONFLICT (customer_id, name) DO UPDATE SET value = excluded.value",
    );
    row.bind(customer.0).bind(name).bind(value).execute(&mut **tx)?;
    Ok(())
}

pub fn remove_value(tx: &mut Tx, customer: CustomerId, name: &str) -> Result<()> {
    diesel::delete(values::table.find((customer, name))).execute(&mut **tx)?;
    Ok(())
}

/// All that these customers have, by name, in one query.
pub fn values_of(conn: &mut Conn, customers: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Variable>>> {
    if customers.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CustomerId, Variable)> = values::table
        .filter(among(conn, values::customer_id, customers.iter().copied()))
        .order((values::customer_id, values::name))
        .select((values::customer_id, Variable::as_select()))
        .load(conn)?;
    Ok(by_customer(rows))
}

/// What these customers have under these names, in one query.
pub fn values_under(
    conn: &mut Conn,
    customers: &[CustomerId],
    names: &[String],
) -> Result<HashMap<CustomerId, Vec<Variable>>> {
    if customers.is_empty() || names.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CustomerId, Variable)> = values::table
        .filter(among(conn, values::customer_id, customers.iter().copied()))
        .filter(among_texts(values::name, names))
        .select((values::customer_id, Variable::as_select()))
        .load(conn)?;
    Ok(by_customer(rows))
}

fn by_customer(rows: Vec<(CustomerId, Variable)>) -> HashMap<CustomerId, Vec<Variable>> {
    let mut of: HashMap<CustomerId, Vec<Variable>> = HashMap::new();
    for (customer, variable) in rows {
        of.entry(customer).or_default().push(variable);
    }
    of
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every name under which anybody has a value: from one to the next in the index, however many values each has.
pub fn all_names(conn: &mut Conn) -> Result<HashSet<String>> {
    let sql = Sql::new(
        "WITH RECURSIVE names (name) AS (SELECT MIN(name) FROM customer_variables UNION ALL \
         SELECT (SELECT MIN(v.name) FROM customer_variables AS v WHERE v.name > n.name) FROM names AS n \
         WHERE n.name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL",
    );
    Ok(sql.load::<Name>(conn)?.into_iter().map(|row| row.name).collect())
}

/// The names under which any of these customers has a value.
pub fn names_among(conn: &mut Conn, customers: &[CustomerId]) -> Result<Vec<String>> {
    let mut sql = Sql::default();
    let them = one_of(conn, &mut sql, "customer_id", customers.iter().map(|id| id.0));
    sql.text = format!("SELECT DISTINCT name FROM customer_variables WHERE {them}");
    Ok(sql.load::<Name>(conn)?.into_iter().map(|row| row.name).collect())
}

/// Columns for values of these names: all custom fields in their order, whether anybody has one or not, then variables by name.
pub fn columns(conn: &mut Conn, mut names: HashSet<String>) -> Result<Vec<String>> {
    let mut columns: Vec<String> = declared(conn)?.into_iter().map(|field| field.name.clone()).collect();
    columns.iter().for_each(|field| {
        names.remove(field);
    });
    let mut variables: Vec<String> = names.into_iter().collect();
    variables.sort_unstable();
    columns.append(&mut variables);
    Ok(columns)
}
