// Keyboard and screen reader users stay where they work when a part of the page is replaced.
//
// htmx focuses [autofocus] in a main swap. This does the rest: the same in <hx-partial>, the main part after the page as
// a whole was replaced (HX-Location, Back), and a near button when the focused one went away with its region.
(() => {
  "use strict";

  let lost = null;

  document.addEventListener("htmx:before:swap", () => {
    lost = document.activeElement?.closest("[id]") ?? null;
  });

  const focusable = "[autofocus], a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select, textarea";

  document.addEventListener("htmx:after:swap", (event) => {
    const active = document.activeElement;
    if (active && active !== document.body) return;
    const main = document.getElementById("main");
    const target = event.detail.ctx.target;
    const autofocus = document.querySelector("[autofocus].htmx-added, .htmx-added [autofocus]");
    if (autofocus) {
      autofocus.focus();
    } else if (target === document.body || target === main) {
      main?.focus({ preventScroll: true });
    } else if (lost && lost !== document.body) {
      const home = document.getElementById(lost.id);
      const next = home?.matches(focusable) ? home : home?.querySelector(focusable);
      (next ?? main)?.focus({ preventScroll: true });
    }
    lost = null;
  });
})();
