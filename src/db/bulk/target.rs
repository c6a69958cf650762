//! The tables that are loaded.

use diesel::expression::Expression;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::is_nullable::NotNull;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SqlType, Text, Timestamp};

/// A table that is loaded, with the columns that are given. Made by [`crate::bulk_target`].
pub struct Target {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// Of each column, whether it holds numbers (truth values are 0 and 1).
    pub numbers: &'static [bool],
    /// Takes rows on PostgreSQL, as the text that COPY reads.
    pub copy: fn(&mut PgConnection, &[u8]) -> QueryResult<usize>,
}

/// Declares a [`Target`]: `bulk_target!(NAME: table(column, …))`.
#[macro_export]
macro_rules! bulk_target {
    ($($name:ident: $table:ident($($column:ident),+ $(,)?);)+) => { $(
        pub const $name: $crate::db::bulk::Target = $crate::db::bulk::Target {
            table: stringify!($table),
            columns: &[$(stringify!($column)),+],
            numbers: &[$($crate::db::bulk::is_number($crate::db::schema::$table::$column)),+],
            copy: |pg, text| {
                use diesel::prelude::ExecuteCopyFromDsl;
                use $crate::db::schema::$table as t;
                diesel::copy_from(t::table)
                    .from_raw_data(($(t::$column,)+), |to| {
                        to.write_all(text).map_err(|e| diesel::result::Error::SerializationError(e.into()))
                    })
                    .execute(pg)
            },
        };
    )+ };
}

/// Whether a column of this type holds numbers.
pub trait Holds {
    const NUMBERS: bool;
}

macro_rules! holds {
    ($($kind:ty: $numbers:literal),+ $(,)?) => { $(
        impl Holds for $kind {
            const NUMBERS: bool = $numbers;
        }
    )+ };
}
holds!(BigInt: true, Integer: true, Bool: true, Text: false, Timestamp: false);

impl<T: Holds + SqlType<IsNull = NotNull>> Holds for Nullable<T> {
    const NUMBERS: bool = T::NUMBERS;
}

/// Whether `_column` holds numbers.
pub const fn is_number<C: Copy + Expression<SqlType: Holds>>(_column: C) -> bool {
    <C::SqlType as Holds>::NUMBERS
}
