// Where one was in a list is where one is again after Back, after a reload, and after the way back from a conversation on a phone:
// the lists scroll by themselves, so the browser puts back none of it. The inbox is as long again, too.
(() => {
  "use strict";

  const KEPT = "switchboard-places";
  const MOST = 50;
  const STEP = 50;
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

  const lengthen = async (wanted) => {
    const more = document.querySelector("#clist .cc-more a[hx-get]");
    if (!more || rows() >= wanted) return;
    const url = new URL(more.getAttribute("hx-get"), location.href);
    url.searchParams.set("depth", Math.ceil(wanted / STEP) * STEP);
    await htmx.ajax("GET", url.pathname + url.search, { target: "#cards", select: "#cards", swap: "outerMorph" });
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
  document.addEventListener("click", ({ target }) => {
    if (target.closest("a[data-returns]")) returns = true;
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!leads(ctx)) return;
    // The address follows the content.
    setTimeout(() => {
      here = name();
      if (returns) putBack();
      returns = false;
    });
  });
  addEventListener("pagehide", keep);

  const [way] = performance.getEntriesByType("navigation");
  if (["back_forward", "reload"].includes(way?.type)) putBack();
})();
