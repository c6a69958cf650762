// Where one was in a list is where one is again after Back, after a reload, and after the way back from a conversation on a phone:
// the lists scroll by themselves, so the browser puts back none of it. The inbox is as long again, too.
(() => {
  "use strict";

  const KEPT = "switchboard-places";
  const RETURNS = "switchboard-returns";
  const MOST = 50;
  const STEP = 50;
  const TRIES = 4;
  const SCROLLERS = ["#clist", "#main", ".dt-scroll"];

  // Whether the phone shows the list is no part of what list it is.
  const name = () => {
    const url = new URL(location.href);
    url.searchParams.delete("list");
    return url.pathname + url.search;
  };
  const places = () => {
    try {
      return new Map(JSON.parse(sessionStorage.getItem(KEPT)));
    } catch {
      return new Map();
    }
  };
  const rows = () => document.querySelectorAll("#clist .cc").length;

  let here = name();
  let returns = false;

  const keep = () => {
    const tops = SCROLLERS.map((scroller) => document.querySelector(scroller)?.scrollTop ?? 0);
    const all = places();
    all.delete(here);
    if (tops.some((top) => top > 0)) all.set(here, { tops, rows: rows() });
    try {
      sessionStorage.setItem(KEPT, JSON.stringify([...all].slice(-MOST)));
    } catch {
      // Full or forbidden: lists begin at their top.
    }
  };

  // The list may be fetching itself again at the same moment, as short as it is: of the two the later one counts.
  const lengthen = async (wanted) => {
    for (let tries = 0; tries < TRIES && rows() < wanted; tries += 1) {
      const more = document.querySelector("#clist .cc-more a[hx-get]");
      if (!more) return;
      const url = new URL(more.getAttribute("hx-get"), location.href);
      url.searchParams.set("depth", Math.ceil(wanted / STEP) * STEP);
      const whole = { source: "#cards", target: "#cards", select: "#cards", swap: "outerMorph" };
      await htmx.ajax("GET", url.pathname + url.search, whole).catch(() => {});
    }
  };

  const putBack = async () => {
    const place = places().get(here);
    if (!place) return;
    await lengthen(place.rows);
    SCROLLERS.forEach((scroller, at) => {
      const element = document.querySelector(scroller);
      if (element && place.tops[at] > 0) element.scrollTop = place.tops[at];
    });
  };

  const leads = ({ target }) => target === document.body || target?.id === "app";
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => leads(ctx) && keep());
  document.addEventListener("htmx:before:history:restore", () => (returns = true));
  // The arrow leads to a page of its own.
  document.addEventListener("click", ({ target }) => {
    if (target.closest("a[data-returns]")) sessionStorage.setItem(RETURNS, "1");
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!leads(ctx)) return;
    here = name();
    if (returns) putBack();
    returns = false;
  });
  addEventListener("pagehide", keep);

  const [way] = performance.getEntriesByType("navigation");
  if (sessionStorage.getItem(RETURNS) || ["back_forward", "reload"].includes(way?.type)) putBack();
  sessionStorage.removeItem(RETURNS);
})();
