// The search bars: one text in all of them, a dropdown that closes when it should, arrow keys through the results.
//
// Bars are input[data-search]; the dropdown is #search-results inside .gsearch; a result's main link carries data-result.
(() => {
  "use strict";

  const panel = () => document.getElementById("search-results");
  const box = () => panel()?.closest(".gsearch");
  const bar = () => box()?.querySelector("input[data-search]");

  const hide = () => {
    if (panel()) panel().hidden = true;
  };
  const show = () => {
    if (panel()) panel().hidden = false;
  };
  const fold = () => box()?.classList.remove("is-open");

  document.addEventListener("input", (event) => {
    if (!event.target.matches("input[data-search]")) return;
    for (const other of document.querySelectorAll("input[data-search]")) {
      if (other !== event.target) other.value = event.target.value;
    }
    show();
  });

  document.addEventListener("focusin", (event) => {
    if (event.target === bar()) show();
    else if (!box()?.contains(event.target)) hide();
  });

  document.addEventListener("pointerdown", (event) => {
    if (box()?.contains(event.target)) return;
    hide();
    fold();
  });

  // On a narrow screen the bar hides behind a button, which without scripts leads to the search page.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-search-open]")) {
      event.preventDefault();
      box()?.classList.add("is-open");
      bar()?.focus();
    } else if (event.target.closest("[data-search-close]")) {
      hide();
      fold();
      document.querySelector("[data-search-open]")?.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !box()?.contains(event.target)) return;
    if (event.key === "Escape") {
      const open = !panel().hidden && panel().childElementCount > 0;
      if (open) {
        event.preventDefault();
        bar().focus();
        hide();
      } else {
        fold();
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (panel().hidden) return show();
      const stops = [bar(), ...panel().querySelectorAll("[data-result]")];
      const here = stops.findIndex((stop) => stop === event.target || stop.closest(".gs")?.contains(event.target));
      const next = stops[here + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
})();
