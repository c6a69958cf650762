//! Reports: what is counted, when, for whom.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Duration, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use switchboard::db::types::UtcTime;
use switchboard::reports;
use switchboard::web::i18n::Lang;
use switchboard::web::times::{self, Clock};

use crate::support::desk::{Person, moment};
use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app, spawn_app_with};

/// A conversation, as a plain program knows it.
#[derive(Clone, Debug)]
struct Talk {
    channel: i64,
    operator: Option<i64>,
    incoming: bool,
    opened: DateTime<Utc>,
    replied: Option<DateTime<Utc>>,
    closed: Option<DateTime<Utc>>,
    rated: Option<(i64, DateTime<Utc>)>,
}

/// What the file has of a day, a channel and an operator.
type Key = (String, String, String);
type Numbers = [i64; 15];
type Figures = BTreeMap<Key, Numbers>;

const OPENED: usize = 0;
const BY_CUSTOMERS: usize = 1;
const CLOSED: usize = 2;
const REPLIES: usize = 3;
const NEVER: usize = 10;
const REPLY_SECONDS: usize = 11;
const CLOSE_SECONDS: usize = 12;
const RATED: usize = 13;
const STARS: usize = 14;

/// Numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    /// The high half of each step: 31 bits.
    fn step(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, most: i64) -> i64 {
        i64::try_from((self.step() << 31) | self.step()).unwrap() % most
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }
}

/// So many conversations of the last days, of all kinds, in these channels.
fn by_chance(app: &TestApp, channels: &[i64], days: i64, count: usize) -> Vec<Talk> {
    let operators = [None, Some(app.staff_id(OPERATOR)), Some(app.staff_id(SECOND_OPERATOR))];
    let (mut chance, now) = (Chance(7), UtcTime::now().utc());
    let pick = |n: i64, length: usize| usize::try_from(n).unwrap() % length;
    let talks = (0..count).map(|_| {
        let opened = now - Duration::microseconds(chance.below(days * 86_400_000_000) + 1);
        let later = |from: DateTime<Utc>, chance: &mut Chance, most: i64| {
            Some(from + Duration::microseconds(chance.below(most * 1_000_000))).filter(|at| *at < now)
        };
        let most = [50, 290, 890, 3_000, 14_000, 80_000, 200_000][pick(chance.below(7), 7)];
        let replied = if chance.one_in(5) { None } else { later(opened, &mut chance, most) };
        let closed = if chance.one_in(4) { None } else { later(replied.unwrap_or(opened), &mut chance, 90_000) };
        let rated = closed.filter(|_| chance.one_in(2)).and_then(|at| later(at, &mut chance, 40_000));
        Talk {
            channel: channels[pick(chance.below(100), channels.len())],
            operator: operators[pick(chance.below(3), 3)],
            incoming: !chance.one_in(6),
            opened,
            replied,
            closed,
            rated: rated.map(|at| (chance.below(5) + 1, at)),
        }
    });
    talks.collect()
}

fn store(app: &TestApp, talks: &[Talk]) {
    let customer = app.customer(Person::named("Anna"));
    let time = |at: DateTime<Utc>| format!("'{}'", at.format("%Y-%m-%d %H:%M:%S%.6f"));
    let maybe = |at: Option<DateTime<Utc>>| at.map_or("NULL".into(), time);
    let rows = talks.iter().map(|talk| {
        format!(
            "({customer}, {}, '{}', '{}', {}, {}, {}, {}, {}, {}, {})",
            talk.channel,
            if talk.closed.is_some() { "closed" } else { "active" },
            if talk.incoming { "incoming" } else { "outgoing" },
            talk.operator.map_or("NULL".into(), |id| id.to_string()),
            time(talk.opened),
            maybe(talk.replied),
            time(talk.opened),
            maybe(talk.closed),
            talk.rated.map_or("NULL".into(), |(stars, _)| stars.to_string()),
            maybe(talk.rated.map(|(_, at)| at)),
        )
    });
    app.execute(&format!(
        "INSERT INTO conversations (customer_id, channel_id, status, origin, assignee_id, opened_at, first_reply_at, \
         last_message_at, closed_at, rating, rated_at) VALUES {}",
        rows.collect::<Vec<_>>().join(", ")
    ));
}

/// The same figures, counted one by one.
fn recount(app: &TestApp, talks: &[Talk], zone: Tz) -> Figures {
    let mut names = BTreeMap::new();
    let mut name = |table: &str, id: i64| {
        names
            .entry((table.to_owned(), id))
            .or_insert_with(|| app.text(&format!("SELECT name FROM {table} WHERE id = {id}")).unwrap())
            .clone()
    };
    let mut figures = Figures::new();
    for talk in talks {
        let channel = name("channels", talk.channel);
        let operator = talk.operator.map(|id| name("staff", id)).unwrap_or_default();
        let mut add = |at: DateTime<Utc>, place: usize, n: i64| {
            let day = at.with_timezone(&zone).date_naive().to_string();
            figures.entry((day, channel.clone(), operator.clone())).or_default()[place] += n;
        };
        let seconds = |at: DateTime<Utc>| at.timestamp() - talk.opened.timestamp();
        add(talk.opened, OPENED, 1);
        add(talk.opened, BY_CUSTOMERS, i64::from(talk.incoming));
        if let Some(closed) = talk.closed {
            add(closed, CLOSED, 1);
            add(closed, CLOSE_SECONDS, seconds(closed));
            match talk.replied.filter(|_| talk.incoming).map(seconds) {
                Some(reply) => {
                    let limits = [60, 300, 900, 3_600, 14_400, 86_400];
                    add(closed, REPLIES + limits.iter().filter(|limit| reply >= **limit).count(), 1);
                    add(closed, REPLY_SECONDS, reply);
                }
                None => add(closed, NEVER, i64::from(talk.incoming)),
            }
        }
        if let Some((stars, at)) = talk.rated {
            add(at, RATED, 1);
            add(at, STARS, stars);
        }
    }
    figures
}

/// The rows of a downloaded file, without its head.
fn rows(file: &Page) -> Vec<Vec<String>> {
    let text = file.text.strip_prefix('\u{feff}').expect("a mark for Excel");
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

async fn file(client: &Client, query: &str) -> Figures {
    let file = client.get(&format!("/reports/csv?{query}")).await;
    file.assert_status(200);
    let figures = rows(&file).into_iter().map(|row| {
        let numbers: Vec<i64> = row[5..].iter().map(|cell| cell.parse().unwrap()).collect();
        ((row[0].clone(), row[2].clone(), row[3].clone()), numbers.try_into().unwrap())
    });
    figures.collect()
}

fn within(figures: &Figures, from: NaiveDate, to: NaiveDate) -> Figures {
    let (from, to) = (from.to_string(), to.to_string());
    figures.iter().filter(|((day, ..), _)| (&from..=&to).contains(&day)).map(|(k, v)| (k.clone(), *v)).collect()
}

fn total<'a>(figures: impl IntoIterator<Item = &'a Numbers>) -> Numbers {
    figures.into_iter().fold(Numbers::default(), |mut sum, numbers| {
        sum.iter_mut().zip(numbers).for_each(|(sum, n)| *sum += n);
        sum
    })
}

fn average(sum: i64, count: i64) -> Option<i64> {
    (count > 0).then(|| (sum + count / 2) / count)
}

fn span(seconds: Option<i64>, none: &str) -> String {
    seconds.map_or(none.to_owned(), |s| times::span(Lang::En, Duration::seconds(s)))
}

fn stars(tenths: Option<i64>, none: &str) -> String {
    tenths.map_or(none.to_owned(), |tenths| format!("{}.{}", tenths / 10, tenths % 10))
}

/// Average first reply, time to close and rating, as the page says them.
fn averages(n: &Numbers, none: &str) -> [String; 3] {
    let replied = n[REPLIES..NEVER].iter().sum();
    [
        span(average(n[REPLY_SECONDS], replied), none),
        span(average(n[CLOSE_SECONDS], n[CLOSED]), none),
        stars(average(n[STARS] * 10, n[RATED]), none),
    ]
}

/// Whether a page tells what a plain recount has found.
fn assert_tells(page: &Page, figures: &Figures) {
    page.assert_status(200);
    let n = total(figures.values());
    let [reply, close, rating] = averages(&n, "None");
    let squeezed = |texts: Vec<String>| texts.iter().map(|t| t.replace('\u{a0}', " ")).collect::<Vec<_>>();
    let wanted = vec![n[OPENED].to_string(), n[CLOSED].to_string(), reply, close, rating];
    assert_eq!(squeezed(page.select(".figures strong")), squeezed(wanted));
    let shares: Vec<String> = n[REPLIES..=NEVER].iter().map(i64::to_string).collect();
    assert_eq!(page.select(".shares td.n:nth-of-type(2)"), shares);
    for (heading, part) in [("By operator", 2), ("By channel", 1)] {
        let mut sums: BTreeMap<String, Numbers> = BTreeMap::new();
        for (key, numbers) in figures {
            let name = [&key.0, &key.1, &key.2][part].clone();
            let name = if name.is_empty() { "Nobody".to_owned() } else { name };
            let sum = sums.entry(name).or_default();
            *sum = total([&*sum, numbers]);
        }
        let mut wanted: Vec<Vec<String>> = sums
            .into_iter()
            .filter(|(_, n)| n[CLOSED] > 0 || n[RATED] > 0)
            .map(|(name, n)| {
                let [reply, close, rating] = averages(&n, "");
                squeezed(vec![name, n[CLOSED].to_string(), reply, close, n[RATED].to_string(), rating])
            })
            .collect();
        let headings = page.select("section:has(.report-rows) h2");
        let Some(place) = headings.iter().position(|said| said == heading) else { continue };
        let cells = squeezed(page.select(&format!("section:has(.report-rows):nth-of-type({}) td", place + 1)));
        let mut shown: Vec<Vec<String>> = cells.chunks(6).map(<[String]>::to_vec).collect();
        shown.sort();
        wanted.sort();
        assert_eq!(shown, wanted, "{heading}");
    }
}

/// Counts what is over.
async fn count(app: &TestApp, zone: Tz) -> usize {
    reports::count_days(&app.db, Clock::now(zone)).await.expect("counted")
}

/// Where it is neither early nor late: soon after midnight nothing has happened in a day, and its page has no figures.
fn where_it_is_day() -> Tz {
    let is_day_in_moscow = (5..17).contains(&UtcTime::now().utc().hour());
    if is_day_in_moscow { chrono_tz::Europe::Moscow } else { chrono_tz::America::Los_Angeles }
}

/// Tiles, distribution, tables and file say what a plain recount says, for every period and filter, of days and of whole
/// weeks; while most days are not counted yet, the page says so and shows none.
#[actix_web::test]
async fn figures_are_those_of_a_plain_recount() {
    let zone = where_it_is_day();
    let app = spawn_app_with(move |config| config.time_zone = zone).await;
    let channels = [app.channel("web_chat"), app.channel("telegram")];
    let talks = by_chance(&app, &channels, 100, 900);
    store(&app, &talks);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get("/reports?period=90d").await;
    page.assert_says("days are still being counted").assert_lacks(".figures").assert_has("#figures[hx-get]");
    supervisor.get("/reports/csv?period=90d").await.assert_redirect("/reports?period=90d");

    assert!(count(&app, zone).await > 90);
    assert_eq!(count(&app, zone).await, 0, "once is enough");
    assert!(app.number("SELECT count(*) FROM report_days WHERE days = 7") > 0, "weeks are added up");
    let (all, today) = (recount(&app, &talks, zone), Clock::now(zone).today());
    for (query, days) in [("period=today", 1), ("", 7), ("period=30d", 30), ("period=90d", 90), ("period=year", 365)] {
        let wanted = within(&all, today - Duration::days(days - 1), today);
        assert_tells(&supervisor.get(&format!("/reports?{query}")).await, &wanted);
        assert_eq!(file(&supervisor, query).await, wanted, "{query}");
    }
    let (from, to) = (today - Duration::days(77), today - Duration::days(5));
    let dates = format!("from={from}&to={to}");
    let within_dates = within(&all, from, to);
    assert_tells(&supervisor.get(&format!("/reports?{dates}")).await, &within_dates);
    let name = |table: &str, id: i64| app.text(&format!("SELECT name FROM {table} WHERE id = {id}")).unwrap();
    let (me, chat) = (app.staff_id(OPERATOR), channels[0]);
    for (query, channel, operator) in [
        (format!("{dates}&channel={chat}"), Some(name("channels", chat)), None),
        (format!("{dates}&operator={me}"), None, Some(name("staff", me))),
        (format!("{dates}&channel={chat}&operator={me}"), Some(name("channels", chat)), Some(name("staff", me))),
    ] {
        let is_asked = |key: &Key| {
            channel.as_ref().is_none_or(|name| *name == key.1) && operator.as_ref().is_none_or(|name| *name == key.2)
        };
        let wanted: Figures =
            within_dates.iter().filter(|(key, _)| is_asked(key)).map(|(k, n)| (k.clone(), *n)).collect();
        assert_tells(&supervisor.get(&format!("/reports?{query}")).await, &wanted);
        assert_eq!(file(&supervisor, &query).await, wanted, "{query}");
    }
}

/// The tiles compare with the period before, the chart's table has a row for each day, and a row of a table leads to History
/// with its filter.
#[actix_web::test]
async fn the_page_compares_lists_days_and_leads_on() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let now = UtcTime::now().utc();
    let me = app.staff_id(OPERATOR);
    let talk = |days: i64, reply: i64, stars: i64| {
        let opened = now - Duration::days(days) - Duration::seconds(1);
        Talk {
            channel,
            operator: Some(me),
            incoming: true,
            opened,
            replied: Some(opened + Duration::seconds(reply)),
            closed: Some(opened + Duration::seconds(1)),
            rated: Some((stars, opened)),
        }
    };
    store(&app, &[talk(0, 0, 5), talk(1, 60, 4), talk(1, 0, 4), talk(8, 120, 4)]);
    count(&app, Tz::UTC).await;
    let page = app.sign_in(ADMIN).await.get("/reports").await;
    assert_eq!(
        page.select(".figures dd > span"),
        [
            "3 by customers",
            "200% more than before",
            "200% more than before",
            "3 replied to",
            "1\u{a0}min\u{a0}40\u{a0}s faster than before",
            "as fast as before",
            "3 rated",
            "0.3 higher than before"
        ]
        .map(|said| said.replace('\u{a0}', " "))
    );
    assert_eq!(page.count(".as-table tbody tr"), 7);
    assert_eq!(page.select(".as-table tbody tr:nth-child(6) td.n")[..3], ["2", "2", "2"]);
    assert_eq!(page.attribute(".chart svg", "role"), "img");
    let today = Clock::now(Tz::UTC).today();
    let dates = format!("from={}&to={today}", today - Duration::days(6));
    assert_eq!(
        page.attributes(".report-rows a", "href"),
        [
            format!("/history?tab=history&operator={me}&{dates}&by=ended"),
            format!("/history?tab=history&channel={channel}&{dates}&by=ended")
        ]
    );
    page.assert_silent_about("style=");
}

/// A row leads to the conversations that it counts: those that ended in the period, whenever they began.
#[actix_web::test]
async fn a_row_leads_to_the_conversations_that_it_counts() {
    let app = spawn_app().await;
    let (me, channel, now) = (app.staff_id(OPERATOR), app.channel("web_chat"), UtcTime::now().utc());
    let talk = |began: i64, ended: i64| Talk {
        channel,
        operator: Some(me),
        incoming: true,
        opened: now - Duration::days(began) - Duration::seconds(2),
        replied: None,
        closed: Some(now - Duration::days(ended) - Duration::seconds(1)),
        rated: None,
    };
    // The first began before the period, and the last ended before it.
    store(&app, &[talk(9, 1), talk(2, 2), talk(9, 8)]);
    count(&app, Tz::UTC).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get("/reports").await;
    for link in page.attributes(".report-rows a", "href") {
        let list = supervisor.get(&link).await;
        assert_eq!(list.attributes("#history tbody tr", "id"), ["k1", "k2"], "{link}");
        list.assert_says("Ended from").assert_silent_about("Started from");
        // The form goes on with these days, the other tab knows none of an end.
        list.assert_has("form.filters input[name=by][value=ended]");
        assert!(!list.attribute(".tabs a", "href").contains("by="), "{link}");
    }
    assert_eq!(page.count(".report-rows a"), 2);
}

/// A day that is counted says what it said when it was counted on the spot.
#[actix_web::test]
async fn counted_days_are_those_that_were_counted_on_the_spot() {
    let app = spawn_app().await;
    let talks = by_chance(&app, &[app.channel("web_chat"), app.channel("app")], 3, 120);
    store(&app, &talks);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let seen = async || {
        let page = supervisor.htmx("/reports", "div#figures").await;
        page.assert_region("figures").assert_has(".figures");
        (page.text, supervisor.get("/reports/csv").await.text)
    };
    let before = seen().await;
    assert_eq!(app.number("SELECT count(*) FROM report_days"), 0);
    assert!(count(&app, Tz::UTC).await >= 2);
    assert!(app.number("SELECT count(*) FROM report_days") > 0);
    assert_eq!(seen().await, before);
}

/// What is counted stays, also when the customers go; today follows what there is.
#[actix_web::test]
async fn deleted_customers_stay_in_days_that_are_over() {
    let app = spawn_app().await;
    let talks = by_chance(&app, &[app.channel("web_chat")], 20, 100);
    store(&app, &talks);
    count(&app, Tz::UTC).await;
    let settled = Clock::now(Tz::UTC).day(UtcTime::now().plus(-Duration::minutes(10)));
    app.execute("DELETE FROM conversations");
    let before_today = within(&recount(&app, &talks, Tz::UTC), NaiveDate::MIN, settled - Duration::days(1));
    let before_today = within(&before_today, settled - Duration::days(15), settled);
    let admin = app.sign_in(ADMIN).await;
    let dates = format!("from={}", settled - Duration::days(15));
    assert_eq!(file(&admin, &dates).await, before_today);
    assert_tells(&admin.get(&format!("/reports?{dates}")).await, &before_today);
}

/// A day begins at the installation's midnight; where its time zone changes, all days are counted anew.
#[actix_web::test]
async fn days_are_those_of_the_time_zone_and_are_counted_anew_where_it_changes() {
    let zone = Arc::new(Mutex::new(chrono_tz::Pacific::Auckland));
    let configured = zone.clone();
    let mut app = spawn_app_with(move |config| config.time_zone = *configured.lock().unwrap()).await;
    let (now, channel) = (UtcTime::now().utc(), app.channel("web_chat"));
    let clock = Clock::now(chrono_tz::Pacific::Auckland);
    let midnight = clock.start_of(clock.today() - Duration::days(5)).utc();
    let mut talks = by_chance(&app, &[channel], 30, 150);
    let around = [midnight - Duration::microseconds(1), midnight];
    talks.extend(around.map(|opened| Talk { opened, replied: None, closed: None, rated: None, ..talks[0].clone() }));
    store(&app, &talks);
    count(&app, chrono_tz::Pacific::Auckland).await;
    let day = |clock: &Clock, days: i64| clock.today() - Duration::days(days);
    let dates = |clock: &Clock| format!("from={}&to={}", day(clock, 25), day(clock, 2));
    let wanted = |clock: &Clock| within(&recount(&app, &talks, clock.zone), day(clock, 25), day(clock, 2));
    let supervisor = app.sign_in(SUPERVISOR).await;
    assert_eq!(file(&supervisor, &dates(&clock)).await, wanted(&clock));

    let other = Clock { now: now.into(), zone: chrono_tz::America::Los_Angeles };
    let of_other = wanted(&other);
    *zone.lock().unwrap() = other.zone;
    app.restart().await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    supervisor.get("/reports?period=30d").await.assert_says("are still being counted").assert_lacks(".figures");
    assert!(count(&app, other.zone).await > 20);
    assert_eq!(file(&supervisor, &dates(&other)).await, of_other);
    let zones = "SELECT count(DISTINCT time_zone) FROM reported_days";
    assert_eq!(app.number(zones), 1);
}

/// Two instances that count at the same time count each day once.
#[actix_web::test]
async fn two_who_count_at_once_count_each_day_once() {
    let app = spawn_app().await;
    store(&app, &by_chance(&app, &[app.channel("web_chat")], 30, 200));
    let (one, other) = tokio::join!(count(&app, Tz::UTC), count(&app, Tz::UTC));
    let days = app.number("SELECT count(*) FROM reported_days");
    assert_eq!(i64::try_from(one + other).unwrap(), days);
    let settled = Clock::now(Tz::UTC);
    let until = settled.start_of(settled.day(settled.now.plus(-Duration::minutes(10)))).utc();
    let opened =
        format!("SELECT count(*) FROM conversations WHERE opened_at < '{}'", until.format("%Y-%m-%d %H:%M:%S"));
    let counted = "SELECT sum(opened) FROM report_days WHERE days = 1 AND channel_id = 0 AND operator_id = -1";
    assert_eq!(app.number(counted), app.number(&opened));
}

/// Supervisors and admins see reports, and find them in the sidebar; an operator does neither.
#[actix_web::test]
async fn reports_are_for_supervisors_and_admins() {
    let app = spawn_app().await;
    for (email, may) in [(OPERATOR, false), (SUPERVISOR, true), (ADMIN, true)] {
        let client = app.sign_in(email).await;
        let status = if may { 200 } else { 403 };
        client.get("/reports").await.assert_status(status);
        client.get("/reports/csv").await.assert_status(status);
        assert_eq!(client.get("/history").await.has("nav a[href='/reports']"), may, "{email}");
    }
}

/// Dates that do not fit are told at their field, as typed, with 422 and no figures.
#[actix_web::test]
async fn wrong_dates_are_told_at_their_field() {
    let app = spawn_app().await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    for (query, field, says) in [
        ("from=yesterday&to=2026-01-01", "from", "Choose a day."),
        ("from=2026-01-09&to=2026-01-01", "to", "The period ends before it begins."),
        ("from=2999-01-01", "from", "This day has not come yet."),
        ("from=1999-01-01&to=2009-01-01", "from", "Choose 1096 days at most."),
        ("period=dates&to=2026-01-01", "from", "Choose a day."),
    ] {
        let page = supervisor.get(&format!("/reports?{query}")).await;
        page.assert_status(422).assert_lacks(".figures");
        assert_eq!(page.select(&format!("#r-{field}-err")), [says], "{query}");
        page.assert_has(&format!("input[name={field}][aria-describedby='r-{field}-err']"));
        page.assert_has("input[name=period][value=dates][checked]");
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(n, _)| *n != "period") {
            assert_eq!(page.attribute(&format!("input[name={name}]"), "value"), value, "{query}");
        }
        assert!(supervisor.get(&format!("/reports/csv?{query}")).await.location().starts_with("/reports?"));
    }
    let fits = supervisor.get("/reports?period=dates").await;
    fits.assert_status(200);
    let today = Clock::now(Tz::UTC).today();
    assert_eq!(fits.attribute("input[name=to]", "value"), today.to_string());
}

/// Names in the file run nothing in a spreadsheet, and the file is a download that no cache keeps.
#[actix_web::test]
async fn no_name_in_the_file_is_a_formula() {
    let app = spawn_app().await;
    let (me, channel) = (app.staff_id(OPERATOR), app.channel("telegram"));
    app.execute(&format!(
        "UPDATE staff SET name = '=HYPERLINK(\"https://evil.example\")' WHERE id = {me}; \
         UPDATE channels SET name = '@shop' WHERE id = {channel}"
    ));
    let opened = UtcTime::now().utc() - Duration::seconds(5);
    store(
        &app,
        &[Talk { channel, operator: Some(me), incoming: true, opened, replied: None, closed: None, rated: None }],
    );
    let file = app.sign_in(SUPERVISOR).await.get("/reports/csv").await;
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"report-"), "{:?}", file.headers);
    assert_eq!((file.header("content-type"), file.header("cache-control")), ("text/csv; charset=utf-8", "no-store"));
    let rows = rows(&file);
    assert_eq!(rows[0][1..8], ["telegram", "'@shop", "'=HYPERLINK(\"https://evil.example\")", OPERATOR, "1", "1", "0"]);
}

/// A period in which nothing happened says so, and so does one in which nothing fits the filters.
#[actix_web::test]
async fn a_period_in_which_nothing_happened_says_so() {
    let app = spawn_app().await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get("/reports").await;
    page.assert_status(200).assert_says("Nothing happened in this period").assert_lacks("a[download]");
    let region = supervisor.htmx("/reports?operator=1", "div#reports").await;
    region.assert_region("reports").assert_says("Nothing fits these filters");
    assert_eq!(region.select("title"), ["Reports · Switchboard"]);
    let old = moment(400);
    let (anna, channel) = (app.customer(Person::named("Anna")), app.channel("web_chat"));
    app.execute(&format!(
        "INSERT INTO conversations (customer_id, channel_id, status, origin, opened_at, last_message_at) \
         VALUES ({anna}, {channel}, 'queued', 'incoming', '{old}', '{old}')"
    ));
    count(&app, Tz::UTC).await;
    supervisor.get("/reports?period=today").await.assert_says("Nothing happened in this period");
}
