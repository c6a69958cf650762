// Keyboard and screen reader users stay where they work when a part of the page is replaced.
//
// htmx focuses [autofocus] in a main swap. This does the rest: the same in <hx-partial>, the main part after the page as
// a whole was replaced (HX-Location, Back), and a near button when the focused one went away with its region.
(() => {
  "use strict";

  const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select, textarea, summary";

  // The ids round the focused element, from inside to outside.
  let around = [];

  document.addEventListener("htmx:before:swap", () => {
    around = [];
    for (let at = document.activeElement?.closest("[id]"); at && at !== document.body; at = at.parentElement?.closest("[id]")) {
      around.push(at.id);
    }
  });

  const nearest = () => {
    for (const id of around) {
      const place = document.getElementById(id);
      const stops = place ? [place, ...place.querySelectorAll("*")] : [];
      const stop = stops.find((element) => element.matches(FOCUSABLE) && element.checkVisibility());
      if (stop) return stop;
    }
    return null;
  };

  document.addEventListener("htmx:after:swap", (event) => {
    const active = document.activeElement;
    if (active && active !== document.body && active.checkVisibility()) return;
    const main = document.getElementById("main");
    const target = event.detail.ctx.target;
    const wholePage = target === document.body || target === main || target?.id === "app";
    const autofocus = document.querySelector("[autofocus].htmx-added, .htmx-added [autofocus]");
    if (autofocus) autofocus.focus();
    else if (wholePage) main?.focus({ preventScroll: true });
    else if (around.length > 0) (nearest() ?? main)?.focus({ preventScroll: true });
    around = [];
  });
})();
