//! The small things that every request does, by themselves: `cargo bench -p switchboard-micro`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a program for developers")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};

use switchboard::config::Config;
use switchboard::db::types::UtcTime;
use switchboard::search::Query;
use switchboard::secrets::Secrets;
use switchboard::text;
use switchboard::web::i18n::Lang;
use switchboard::web::times::{self, Clock};

fn normaliser(c: &mut Criterion) {
    for (name, typed) in [
        ("Latin", "Maria Magdalena Fernández"),
        ("Cyrillic", "Ксения Алёна Воробьёва"),
        ("Chinese", "欧阳静怡"),
        ("Arabic", "فاطمة الزهراء"),
    ] {
        c.bench_function(&format!("fold/{name}"), |b| b.iter(|| text::fold(black_box(typed))));
    }
    c.bench_function("phone/national", |b| b.iter(|| text::phone_digits(black_box("8 (901) 788-07-95"), "RU")));
    c.bench_function("preview/long", |b| {
        let long = "Tomorrow before noon is fine. ".repeat(40);
        b.iter(|| text::preview(black_box(&long), 120))
    });
}

fn compiler(c: &mut Criterion) {
    for typed in ["anna kowalska", "+7 (901) 788-07-95", "ксения воробьева"] {
        c.bench_function(&format!("search term/{typed}"), |b| {
            b.iter(|| {
                let Query::Term(term) = Query::parse(black_box(typed)) else { return 0 };
                term.needles().iter().map(|needle| text::trigram_match(needle).len()).sum()
            });
        });
    }
}

fn rendering(c: &mut Criterion) {
    c.bench_function("words/plain", |b| b.iter(|| Lang::En.t(black_box("nav-customers"))));
    c.bench_function("words/with a number", |b| b.iter(|| Lang::Ru.tn(black_box("search-count"), 21)));
    let clock = Clock::now(chrono_tz::Europe::Berlin);
    let earlier = UtcTime::now().plus(-chrono::Duration::days(3));
    c.bench_function("time/short", |b| b.iter(|| times::short(&clock, Lang::En, black_box(earlier))));
    c.bench_function("time/full", |b| b.iter(|| times::full(&clock, Lang::En, black_box(earlier))));
}

fn signatures(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data: folder.path().to_owned(), ..Config::default() };
    let secrets = Secrets::load(&config.key_path()).unwrap();
    let signed = secrets.sign("bench", "12~dmlzaXRvcg");
    c.bench_function("signature/sign", |b| b.iter(|| secrets.sign("bench", black_box("12~dmlzaXRvcg"))));
    c.bench_function("signature/verify", |b| b.iter(|| secrets.verify("bench", black_box(&signed)).is_some()));
    let sealed = secrets.seal("a channel's secret").unwrap();
    c.bench_function("secret/open", |b| b.iter(|| secrets.open(black_box(&sealed))));
}

criterion_group!(benches, normaliser, compiler, rendering, signatures);
criterion_main!(benches);
