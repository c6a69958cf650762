//! What a page has to hold to whoever reads it: what axe-core asks, in all of it or in a part, and that everything has its place.

use serde_json::{Value, json};

use super::browser::{Browser, Scripts};

const AXE: &str = include_str!("../vendor/axe-core/axe.min.js");

/// What is seen of a page, and what the contrast of each part comes from.
const LOOKS: &str = "const looks = () => new Map([...document.querySelectorAll('*')] \
    .filter(e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) \
    .map(e => { \
        const style = getComputedStyle(e); \
        const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight } = style; \
        return [e, [color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight].join()]; \
    }));";

/// Lists what is wider than its place: the page, or a part that has to be scrolled sideways and is not made for it.
const TOO_WIDE: &str = "const made = '.dt-scroll, .tabs, .filters, .cards-chips, input, textarea, select'; \
    const named = e => e.tagName.toLowerCase() + (e.getAttribute('id') ? '#' + e.getAttribute('id') : '') + [...e.classList].map(c => '.' + c).join(''); \
    return [...document.querySelectorAll('*')].filter(e => { \
        const root = e === document.documentElement; \
        if (e.scrollWidth <= e.clientWidth + (root ? 0 : 1) || e.closest(made)) return false; \
        return root || ['auto', 'scroll'].includes(getComputedStyle(e).overflowX); \
    }).map(e => `${named(e)}: ${e.scrollWidth} > ${e.clientWidth}`);";

/// Says whether the document itself scrolls, and would take the desk off the screen with it: only its panel may.
const TOO_HIGH: &str = "const page = document.documentElement; const main = document.querySelector('.app-main'); \
    if (!main) return []; \
    const panes = main.querySelector(':scope > :is(.inbox, .split)'); \
    return [page, ...(panes ? [main] : [])].filter(e => e.scrollHeight > e.clientHeight) \
        .map(e => `${e.tagName.toLowerCase()}: ${e.scrollHeight} > ${e.clientHeight}`);";

/// Lists what sticks out of the panel that it lies in, at its end, where it is cut off.
const STICKING_OUT: &str = "const made = '.dt-scroll, .visually-hidden, thead, .menu, dialog:not([open])'; \
    const named = e => e.tagName.toLowerCase() + [...e.classList].map(c => '.' + c).join(''); \
    return [...document.querySelectorAll('.box')].flatMap(box => { \
        const end = box.getBoundingClientRect().right + 1; \
        const out = [...box.querySelectorAll('*')].filter(e => \
            e.getClientRects().length && !e.closest(made) && e.getBoundingClientRect().right > end); \
        return out.slice(0, 1).map(e => `${named(e)}: ${Math.round(e.getBoundingClientRect().right - end)}`); \
    });";

/// Lists buttons and links of notices that are on the page and cannot be seen.
const UNSEEN_OFFERS: &str = "const asked = '.banner button, .banner a'; \
    const away = e => e.closest('[hidden], dialog:not([open]), details:not([open]), [popover]'); \
    const unseen = e => e.closest('.banner').getClientRects().length && !e.getClientRects().length; \
    return [...document.querySelectorAll(asked)].filter(e => !away(e) && unseen(e)).map(e => e.textContent);";

/// What may not be in any page's layout, and what lists it.
const LAYOUT: &[(&str, &str)] = &[
    ("too wide", TOO_WIDE),
    ("too high", TOO_HIGH),
    ("out of its panel", STICKING_OUT),
    ("what a notice offers is not seen", UNSEEN_OFFERS),
];

impl Browser {
    /// Fails with a list of everything that axe-core finds wrong with the page as it is now.
    pub async fn axe(&self) {
        let list = self.axe_findings("{}").await;
        assert!(list.is_empty(), "axe on {}:\n{}", self.path().await, list.join("\n"));
    }

    /// What axe-core finds wrong with the page. `options` are axe's own, in JSON, such as which rules to run.
    pub async fn axe_findings(&self, options: &str) -> Vec<String> {
        self.run_axe("document", options).await
    }

    /// The same of those parts of the page that match; there has to be one.
    pub async fn axe_findings_in(&self, css: &str, options: &str) -> Vec<String> {
        self.run_axe(&json!(css).to_string(), options).await
    }

    /// Remembers how the page looks, for [`Browser::axe_findings_where_it_differs`].
    pub async fn remember_looks(&self) {
        self.script(&format!("{LOOKS} window.looked = looks();")).await;
    }

    /// The same of what was not seen when that was remembered, or in other colours or another size.
    pub async fn axe_findings_where_it_differs(&self, options: &str) -> Vec<String> {
        // The outermost of them: what lies within is looked at with them.
        let mark = "const differs = [...looks()].filter(([e, look]) => window.looked.get(e) !== look); \
            for (const [e] of differs) if (!e.parentElement?.closest('[data-differs]')) e.dataset.differs = ''; \
            return differs.length > 0;";
        if self.script(&format!("{LOOKS} {mark}")).await == json!(false) {
            return vec![];
        }
        self.axe_findings_in("[data-differs]", options).await
    }

    /// `part` is a script's word for what is looked at.
    async fn run_axe(&self, part: &str, options: &str) -> Vec<String> {
        assert!(self.look.scripts == Scripts::On, "axe needs scripts");
        let loaded = self.script("return typeof window.axe === 'object'").await;
        if loaded != json!(true) {
            self.driver.execute(AXE, vec![]).await.expect("axe loads");
        }
        // Half-faded text has no contrast that means anything. What is not shown does not get on with its own.
        let run = "const done = arguments[arguments.length - 1]; \
            Promise.all(document.getAnimations() \
                .filter(a => a.effect?.getComputedTiming().endTime !== Infinity && a.effect?.target?.checkVisibility()) \
                .map(a => a.finished.catch(() => 0))) \
            .then(() => axe.run(PART, { resultTypes: ['violations'], ...JSON.parse(arguments[0]) })) \
            .then(r => done(r.violations), e => done(String(e)));";
        let answer = self.driver.execute_async(&run.replace("PART", part), vec![json!(options)]).await;
        let answer = answer.expect("axe runs");
        let violations = answer.json().as_array().cloned().unwrap_or_else(|| panic!("axe: {}", answer.json()));
        violations.iter().map(readable).collect()
    }

    /// What has no place, or takes that of others.
    pub async fn layout_findings(&self) -> Vec<String> {
        self.layout_findings_of(LAYOUT).await
    }

    /// What is wider than its place.
    pub async fn too_wide(&self) -> Vec<String> {
        self.layout_findings_of(&[("too wide", TOO_WIDE)]).await
    }

    /// In one question: there are many pages to ask.
    async fn layout_findings_of(&self, wanted: &[(&str, &str)]) -> Vec<String> {
        let lists =
            wanted.iter().map(|(what, list)| format!("...(() => {{ {list} }})().map(line => `{what}: ${{line}}`)"));
        let found = self.script(&format!("return [{}];", lists.collect::<Vec<_>>().join(", "))).await;
        found.as_array().into_iter().flatten().filter_map(|line| line.as_str().map(str::to_owned)).collect()
    }
}

/// One finding: the rule, what it asks, and where.
fn readable(violation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
    let places = nodes.iter().map(|node| {
        let why = text(&node["failureSummary"]).replace('\n', "\n      ");
        format!("    {}\n      {}\n      {why}", node["target"], text(&node["html"]))
    });
    let places: Vec<String> = places.collect();
    format!(
        "  {} ({}): {}\n{}",
        text(&violation["id"]),
        text(&violation["impact"]),
        text(&violation["help"]),
        places.join("\n")
    )
}
