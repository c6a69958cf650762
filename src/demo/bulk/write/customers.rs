//! Customers: written last, when it is known what was said to them last. What search finds them by is known before.

use super::{Card, Numbers, Out, PIECE, Size, Stage, kind, next, remainder, stopped, tables, words};
use crate::customers::{FoundBy, pairs, search_text};
use crate::db::bulk::Rows;
use crate::db::types::CustomerId;
use crate::demo::bulk::person::{self, Person, Way, activity, person, way};
use crate::demo::bulk::plan;
use crate::demo::people;
use crate::error::Result;
use crate::text;

/// Requests to block somebody that wait.
const REQUESTS: u64 = 20;
/// Characters of a message that a card shows.
const PREVIEW: usize = 120;

/// One customer with what belongs to them, as their conversations have left them.
pub(super) fn customer(
    stage: &Stage,
    size: &Size,
    out: &mut Out,
    numbers: &mut Numbers,
    number: u64,
    card: &Card,
) -> Result<()> {
    let way = way(size.seed, number, stage.working());
    let (who, life) = (person(size.seed, number, &way), activity(size.seed, number));
    let id = i64::try_from(number).unwrap_or_default();
    let came = plan::came(size, number);
    let (created_at, active_at) = (out.time(came), out.time(card.last.map_or(came, |last| last.at)));
    let channels = |place: usize| stage.channels.get(place).map(|id| id.0).ok_or_else(stopped);
    let responsible = way.operator.and_then(|place| stage.staff.get(stage.operators + place)).map(|(id, _)| id.0);
    let company = who.company.and_then(|at| stage.companies.get(remainder(at, stage.companies.len()))).map(|id| id.0);
    let Found { name_folded, email_folded, phone_digits, by: found_by } = found(id, way, &who);

    let rows = out.row(&tables::CUSTOMERS)?;
    rows.int(id).text(&who.name).text(&name_folded).text("");
    rows.opt(who.phone.as_deref(), Rows::text).opt(phone_digits.as_deref(), Rows::text);
    rows.opt(who.email.as_deref(), Rows::text).opt(email_folded.as_deref(), Rows::text);
    rows.opt(who.external_id.as_deref(), Rows::text).opt(company, Rows::int).opt(responsible, Rows::int);
    rows.text(person::language(way.tongue)).text(who.note).text(kind(way).as_str());
    rows.int(channels(way.channel)?).text(kind(way).as_str()).flag(life.is_blocked).flag(life.is_paused);
    rows.int(card.active).int(card.unread);
    rows.opt(card.last.map(|last| last.id), Rows::int).opt(card.last.map(|last| last.line.kind.as_str()), Rows::text);
    rows.opt(card.last.and_then(|last| last.author).map(|id| id.0), Rows::int);
    rows.text(&text::preview(&card.last.map(|last| words(last.line.says)).unwrap_or_default(), PREVIEW));
    rows.flag(card.last.is_some_and(|last| last.line.has_file))
        .text(&found_by)
        .int(pairs(&found_by))
        .time(active_at)
        .time(created_at);

    // Their number is the account's; second ones follow after all customers.
    let rows = out.row(&tables::ACCOUNTS)?;
    rows.int(id).int(id).int(channels(way.channel)?).text(&who.address).text(&who.name).text(&who.username);
    rows.time(created_at).time(active_at);
    if let Some((channel, address)) = &who.also {
        let account = i64::try_from(size.customers).unwrap_or_default() + next(&mut numbers.account);
        let rows = out.row(&tables::ACCOUNTS)?;
        rows.int(account).int(id).int(channels(*channel)?).text(address).text(&who.name).text("");
        rows.time(created_at).time(active_at);
    }
    belongings(stage, out, numbers, id, &who, (created_at, active_at))?;
    place(stage, out, numbers, id, person::block(size.seed, number, stage.blocks.len()), created_at)?;
    deal(stage, size, out, numbers, number, created_at)?;
    trouble(stage, size, out, numbers, number, life.is_blocked, active_at)
}

/// What search finds somebody by.
struct Found {
    name_folded: String,
    email_folded: Option<String>,
    phone_digits: Option<String>,
    by: String,
}

fn found(id: i64, way: Way, who: &Person) -> Found {
    let phone_digits = who.phone.as_deref().map(text::digits);
    let (name_folded, email_folded) = (text::fold(&who.name), who.email.as_deref().map(text::fold_address));
    let mut known = vec![(who.username.as_str(), who.address.as_str(), kind(way))];
    known.extend(
        who.also.iter().map(|(channel, address)| ("", address.as_str(), kind(Way { channel: *channel, ..way }))),
    );
    let by = search_text(&FoundBy {
        id: CustomerId(id),
        name_folded: &name_folded,
        real_name: "",
        phone_digits: phone_digits.as_deref(),
        email_folded: email_folded.as_deref(),
        external_id: who.external_id.as_deref(),
        accounts: &known,
    });
    Found { name_folded, email_folded, phone_digits, by }
}

/// What search finds everybody by: made once more than needed, so that the index over it need not wait for the customers.
pub fn texts(size: &Size, operators: usize) -> impl Iterator<Item = Rows> + use<> {
    let Size { seed, customers, .. } = *size;
    (1..=customers).step_by(PIECE).map(move |from| {
        let mut rows = Rows::new(&tables::TEXTS);
        for number in from..=customers.min(from + PIECE as u64 - 1) {
            let way = way(seed, number, operators);
            let id = i64::try_from(number).unwrap_or_default();
            rows.int(id).text(&found(id, way, &person(seed, number, &way)).by);
        }
        rows
    })
}

/// Tags, handles, what a visitor typed, and the wish for an address where there is none.
fn belongings(
    stage: &Stage,
    out: &mut Out,
    numbers: &mut Numbers,
    id: i64,
    who: &Person,
    (created_at, active_at): (i64, i64),
) -> Result<()> {
    for tag in who.tags.iter().filter_map(|place| stage.tags.get(*place)) {
        out.row(&tables::TAG_LINKS)?.int(id).int(tag.0).time(active_at);
    }
    if let Some(handle) = &who.handle {
        let row = next(&mut numbers.handle);
        out.row(&tables::HANDLES)?.int(row).int(id).text("QQ").text(handle);
    }
    if let Some(claim) = &who.claim {
        let row = next(&mut numbers.claim);
        out.row(&tables::CLAIMS)?
            .int(row)
            .int(id)
            .text("email")
            .text(claim)
            .text(&text::fold_address(claim))
            .time(created_at);
    }
    if who.phone.is_none() && who.email.is_none() {
        let row = next(&mut numbers.pending);
        out.row(&tables::PENDING)?.int(row).int(id).text("contact_details").time(created_at);
    }
    Ok(())
}

/// The funnel block that they are in, and those before it.
fn place(
    stage: &Stage,
    out: &mut Out,
    numbers: &mut Numbers,
    id: i64,
    block: Option<usize>,
    created_at: i64,
) -> Result<()> {
    let Some(last) = block.and_then(|place| stage.blocks.get(place)) else { return Ok(()) };
    out.row(&tables::PLACES)?.int(id).int(last.0);
    for (minute, block) in (0..).zip(stage.blocks.iter().take_while(|block| *block <= last)) {
        let entry = next(&mut numbers.entry);
        out.row(&tables::ENTRIES)?.int(entry).int(id).int(block.0).time(created_at + minute * 60);
    }
    Ok(())
}

/// What they may buy.
fn deal(stage: &Stage, size: &Size, out: &mut Out, numbers: &mut Numbers, number: u64, at: i64) -> Result<()> {
    let Some((place, (title, amount))) = person::deal(size.seed, number, stage.deal_stages.len()) else {
        return Ok(());
    };
    let by = stage.staff.get(stage.operators + remainder(number, stage.working()));
    if let (Some(on), Some((by, _))) = (stage.deal_stages.get(place), by) {
        let row = next(&mut numbers.deal);
        let rows = out.row(&tables::DEALS)?;
        rows.int(row).int(i64::try_from(number).unwrap_or_default()).int(on.0).text(title).opt(amount, Rows::int);
        rows.int(by.0).time(at).time(at);
    }
    Ok(())
}

/// The blacklist, and what waits for a decision.
fn trouble(
    stage: &Stage,
    size: &Size,
    out: &mut Out,
    numbers: &mut Numbers,
    number: u64,
    is_blocked: bool,
    at: i64,
) -> Result<()> {
    let id = i64::try_from(number).unwrap_or_default();
    let reason = people::BLOCK_REASONS.get(remainder(number, people::BLOCK_REASONS.len())).copied().unwrap_or_default();
    let by = |place: usize| stage.staff.get(place).map(|(id, _)| id.0);
    if is_blocked {
        let row = next(&mut numbers.block);
        out.row(&tables::BLOCKS)?.int(row).int(id).text(reason).opt(by(1), Rows::int).time(at);
    } else if number.is_multiple_of(size.customers / REQUESTS + 1) {
        let row = next(&mut numbers.request);
        let rows = out.row(&tables::BLOCK_REQUESTS)?;
        rows.int(row).int(id).text(reason).opt(by(stage.operators), Rows::int).time(at).text("waiting");
    }
    Ok(())
}
