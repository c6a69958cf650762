//! The conditions of what is chosen in the panel, and the quickest way to whom they leave.
//!
//! Each filter that somebody has to fit is a [`Source`]: it can name its customers out of an index of its own, or be asked of
//! each customer. One that few fit names them, and they are sorted. Else the list's own index is walked, newest first, and each
//! is asked, which fills a page soon; as far as it ought to take for as many as the rarest filter fits. Where those whom it
//! fits lie further back than that (customers of a channel that was switched off, those registered long ago), they are named
//! after all, unless they are very many. At a million customers, of whom 3,400 had registered by a day three years ago, to walk
//! past everybody newer took 170 ms on SQLite, and to name them 2.

use diesel::prelude::*;

use super::super::model::{Facets, Filter, Responsible, Sort, Tab};
use super::Count;
use crate::customers::finding;
use crate::db::dialect::{self, Engine};
use crate::db::sql::{Sql, Value, one_of};
use crate::db::types::StaffId;
use crate::db::{Conn, kept};
use crate::error::Result;
use crate::web::times::Clock;

/// So many customers are named at the most, in customers who make a filter common.
const NAMED: i64 = 5;

/// Of an account `x`: its customer has unsubscribed there, and wherever else they had one.
const GONE: &str = "unsubscribed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM channel_accounts o \
     WHERE o.customer_id = x.customer_id AND o.unsubscribed_at IS NULL)";

/// The column that the list is ordered by, with the number.
pub(super) fn column(sort: Sort) -> &'static str {
    match sort {
        Sort::Activity => "last_activity_at",
        Sort::Created => "created_at",
    }
}

/// Rows of a table that stand for the customers who fit a filter.
pub(super) struct Source {
    table: &'static str,
    /// The column that names the customer.
    key: &'static str,
    tests: Vec<Test>,
    /// How many are few, in customers who make a filter common: those that stand side by side are soon read.
    few: i64,
}

/// What holds for a column of such a row.
enum Test {
    Compared(&'static str, &'static str, Value),
    OneOf(&'static str, Vec<i64>),
    /// Without a value, so that a partial index knows it.
    Holds(&'static str),
}

impl Source {
    fn linked(
        table: &'static str,
        column: &'static str,
        ids: impl IntoIterator<Item = impl Into<i64>>,
    ) -> Option<Self> {
        let ids: Vec<i64> = ids.into_iter().map(Into::into).collect();
        let test = match ids[..] {
            [] => return None,
            [id] => Test::Compared(column, "=", id.into()),
            _ => Test::OneOf(column, ids),
        };
        Some(Self { table, key: "customer_id", tests: vec![test], few: 1 })
    }

    fn own(tests: Vec<Test>) -> Option<Self> {
        (!tests.is_empty()).then_some(Self { table: "customers", key: "id", tests, few: 1 })
    }

    fn tested(&self, conn: &Conn, sql: &mut Sql, alias: &str) -> String {
        let tests = self.tests.iter().map(|test| match test {
            Test::Compared(column, sign, value) => format!("{alias}.{column} {sign} {}", sql.put(value.clone())),
            Test::OneOf(column, ids) => one_of(conn, sql, &format!("{alias}.{column}"), ids.iter().copied()),
            Test::Holds(what) => format!("{alias}.{what}"),
        });
        tests.collect::<Vec<_>>().join(" AND ")
    }

    /// Selects the numbers of those who fit.
    fn numbers(&self, conn: &Conn, sql: &mut Sql) -> String {
        let tested = self.tested(conn, sql, "x");
        format!("SELECT x.{} FROM {} x WHERE {tested}", self.key, self.table)
    }

    /// The condition that a customer `c` fits, for whoever goes through all of them.
    fn named(&self, conn: &Conn, sql: &mut Sql) -> String {
        format!("c.id IN ({})", self.numbers(conn, sql))
    }

    /// The same, for a list that begins with those whom it names. In other words PostgreSQL would rather walk its order: past
    /// everybody who registered after those 3,400, for 400 ms.
    fn named_first(&self, conn: &Conn, sql: &mut Sql) -> String {
        match dialect::engine(conn) {
            Engine::Sqlite => self.named(conn, sql),
            Engine::Postgres => format!("c.id = ANY (ARRAY({}))", self.numbers(conn, sql)),
        }
    }

    /// The same, asked of each customer. The words at its end keep both engines from beginning with this filter.
    fn asked(&self, conn: &Conn, sql: &mut Sql) -> String {
        if self.table == "customers" {
            return format!("({}) IS TRUE", self.tested(conn, sql, "c"));
        }
        let tested = self.tested(conn, sql, "x");
        format!("EXISTS (SELECT 1 FROM {} x WHERE x.customer_id = c.id AND {tested} LIMIT 1 OFFSET 0)", self.table)
    }

    /// The same of whom no index of a list is walked for more than a page: who fits is made a set first, which both engines do
    /// in these words. Of a tag that 5,800 of a million have, 2 ms on PostgreSQL, where asking for each customer took 47.
    fn asked_of_set(&self, conn: &Conn, sql: &mut Sql) -> String {
        if self.table == "customers" {
            return self.asked(conn, sql);
        }
        format!("({}) IS TRUE", self.named(conn, sql))
    }

    /// How many fit, up to `most`. An older answer is as good: it decides on the way alone.
    fn count(&self, conn: &mut Conn, most: i64) -> Result<i64> {
        let mut sql = Sql::default();
        let numbers = self.numbers(conn, &mut sql);
        sql.text = format!("SELECT COUNT(*) AS n FROM ({numbers} LIMIT {most}) AS found");
        let count = kept::settled(sql.key(), || sql.clone().get_result::<Count>(conn).map(|count| count.n))?;
        Ok(*count)
    }
}

/// What somebody has to fit for the filters of the panel but those of [`own`].
fn sources(facets: &Facets, clock: &Clock) -> Vec<Source> {
    let period = Source::own(period(facets, clock));
    linked(facets).chain(period.map(|period| Source { few: NAMED, ..period })).collect()
}

fn linked(facets: &Facets) -> impl Iterator<Item = Source> {
    let mut variable = vec![];
    for (column, text) in [("name", &facets.variable), ("value", &facets.value)] {
        if !text.is_empty() {
            variable.push(Test::Compared(column, "=", text.as_str().into()));
        }
    }
    let variable = Source { table: "customer_variables", key: "customer_id", tests: variable, few: 1 };
    let unsubscribed = Source { table: "channel_accounts", key: "customer_id", tests: vec![Test::Holds(GONE)], few: 1 };
    let all = [
        Source::linked("customer_tag_links", "tag_id", facets.tags.iter().copied()),
        Source::linked("customer_list_links", "list_id", facets.lists.iter().copied()),
        Source::linked("channel_accounts", "channel_id", facets.channels.iter().copied()),
        Some(variable).filter(|source| !source.tests.is_empty()),
        facets.unsubscribed.then_some(unsubscribed),
        Source::linked("funnel_places", "block_id", facets.funnel_blocks.iter().copied()),
        Source::linked("deals", "stage_id", facets.deal_stages.iter().copied()),
    ];
    all.into_iter().flatten()
}

fn period(facets: &Facets, clock: &Clock) -> Vec<Test> {
    let (from, before) = facets.bounds(clock);
    let from = from.map(|from| Test::Compared("created_at", ">=", from.into()));
    let before = before.map(|before| Test::Compared("created_at", "<", before.into()));
    from.into_iter().chain(before).collect()
}

/// The same for a list in its order. What its index by activity knows of is left to the planner, which walks there; in the
/// order of creation, that is a filter like any, and the period is left to it.
pub(super) fn sources_in_order(filter: &Filter, me: StaffId, clock: &Clock) -> Vec<Source> {
    if filter.facets.sort == Sort::Activity {
        return sources(&filter.facets, clock);
    }
    let of_tab = match filter.tab {
        Tab::Unanswered => vec![Test::Holds("unread_count > 0")],
        Tab::Mine => vec![Test::Compared("responsible_id", "=", me.0.into())],
        Tab::Free => vec![Test::Holds("responsible_id IS NULL")],
        Tab::Others => {
            vec![Test::Holds("responsible_id IS NOT NULL"), Test::Compared("responsible_id", "<>", me.0.into())]
        }
        Tab::All => vec![],
    };
    let failed = if filter.failed { vec![Test::Holds("send_failed")] } else { vec![] };
    let own = [of_tab, failed].into_iter().chain(of_itself(&filter.facets)).filter_map(Source::own);
    linked(&filter.facets).chain(own).collect()
}

/// The bounds of the walk of a list in its order, for a customer of this alias; beginning with AND, or empty. Nobody is
/// created after their last activity.
pub(super) fn bounds(sql: &mut Sql, facets: &Facets, clock: &Clock, alias: &str) -> String {
    let (from, before) = facets.bounds(clock);
    let column = column(facets.sort);
    let from = from.map(|from| format!(" AND {alias}.{column} >= {}", sql.put(from)));
    let before = before.filter(|_| facets.sort == Sort::Created);
    let before = before.map(|before| format!(" AND {alias}.{column} < {}", sql.put(before)));
    from.into_iter().chain(before).collect()
}

/// What a customer's own row says, each with its index by activity.
fn of_itself(facets: &Facets) -> impl Iterator<Item = Vec<Test>> {
    let responsible = facets.responsible.map(|whose| match whose {
        Responsible::Nobody => Test::Holds("responsible_id IS NULL"),
        Responsible::Staff(id) => Test::Compared("responsible_id", "=", id.0.into()),
    });
    let unanswered = facets.unanswered.then_some(Test::Holds("unread_count > 0"));
    responsible.into_iter().chain(unanswered).map(|test| vec![test])
}

/// The condition of those filters, beginning with AND, or empty; for a customer of this alias.
pub(super) fn own(conn: &Conn, sql: &mut Sql, facets: &Facets, alias: &str) -> String {
    let tests = of_itself(facets).filter_map(Source::own);
    tests.map(|source| format!(" AND {}", source.tested(conn, sql, alias))).collect()
}

/// The condition that nobody excluded is there, beginning with AND, or empty.
pub(super) fn excluded(conn: &Conn, sql: &mut Sql, facets: &Facets) -> String {
    let out = [
        Source::linked("customer_tag_links", "tag_id", facets.not_tags.iter().copied()),
        Source::linked("customer_list_links", "list_id", facets.not_lists.iter().copied()),
    ];
    out.into_iter().flatten().map(|source| format!(" AND NOT {}", source.asked(conn, sql))).collect()
}

/// All of them, asked of each customer `c`; beginning with AND, or empty.
pub(super) fn asked(conn: &Conn, sql: &mut Sql, facets: &Facets, clock: &Clock) -> String {
    let asked: String =
        sources(facets, clock).iter().map(|source| format!(" AND {}", source.asked(conn, sql))).collect();
    format!("{}{asked}{}", own(conn, sql, facets, "c"), excluded(conn, sql, facets))
}

/// All of them for a statement that goes through everybody who fits, in no order.
pub(super) fn named(conn: &Conn, sql: &mut Sql, facets: &Facets, clock: &Clock) -> String {
    let named: String =
        sources(facets, clock).iter().map(|source| format!(" AND {}", source.named(conn, sql))).collect();
    format!("{}{named}{}", own(conn, sql, facets, "c"), excluded(conn, sql, facets))
}

/// How the customers of a list are found. Each condition begins with AND, or is empty.
pub(super) enum Found {
    /// A filter names few: all that holds for them.
    Named(String),
    /// The list's own index is walked.
    Walked {
        asked: String,
        /// Where the walk has gone on for so many customers and the page is not full, this goes before `asked`.
        after: Option<(i64, Option<String>)>,
    },
}

/// Looks for the way.
pub(super) fn found(conn: &mut Conn, sql: &mut Sql, sources: &[Source], wanted: i64) -> Result<Found> {
    let common = finding::common(conn)?;
    let most = finding::on_engine(conn, NAMED * common);
    let mut counts = vec![];
    for source in sources {
        counts.push(source.count(conn, most)?);
    }
    let rarest = (0..sources.len()).min_by_key(|place| counts[*place] / sources[*place].few);
    let Some(rarest) = rarest else { return Ok(Found::Walked { asked: String::new(), after: None }) };
    let few = counts[rarest] < sources[rarest].few * common;
    let mut conditions = String::new();
    for (place, source) in sources.iter().enumerate() {
        let condition = if few && place == rarest {
            source.named_first(conn, sql)
        } else if !few && counts[place] < most {
            source.asked_of_set(conn, sql)
        } else {
            source.asked(conn, sql)
        };
        conditions.push_str(&format!(" AND {condition}"));
    }
    if few {
        return Ok(Found::Named(conditions));
    }
    let named = (counts[rarest] < most).then(|| format!(" AND {}", sources[rarest].named_first(conn, sql)));
    // Half as far again as it takes where they are spread evenly, in steps, so that the statements stay few.
    let ought = wanted * finding::everybody(common) / counts[rarest] * 3 / 2;
    let far = (ought / common + 1).min(16) * common;
    Ok(Found::Walked { asked: conditions, after: Some((far, named)) })
}
