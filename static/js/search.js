// The search bars: one text in all of them, a dropdown that closes when it should, arrow keys through the results.
//
// Bars are input[data-search], each in a .gsearch with its .gs-panel; a result's main link carries data-result.
(() => {
  "use strict";

  const boxOf = (element) => element.closest?.(".gsearch") ?? null;
  const barOf = (box) => box.querySelector("input[data-search]");
  const panelOf = (box) => box.querySelector(".gs-panel");
  const show = (box) => {
    panelOf(box).hidden = false;
  };
  const hide = (box) => {
    panelOf(box).hidden = true;
  };
  const leaveAllBut = (box) => {
    for (const other of document.querySelectorAll(".gsearch")) {
      if (other !== box) hide(other);
    }
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches("input[data-search]")) return;
    for (const other of document.querySelectorAll("input[data-search]")) {
      if (other !== event.target) other.value = event.target.value;
    }
    const box = boxOf(event.target);
    if (box) show(box);
  });

  document.addEventListener("focusin", (event) => {
    const box = boxOf(event.target);
    leaveAllBut(box);
    if (box && event.target === barOf(box)) show(box);
  });

  document.addEventListener("pointerdown", (event) => {
    const box = boxOf(event.target);
    leaveAllBut(box);
    if (!box) document.querySelector(".gsearch.is-open")?.classList.remove("is-open");
  });

  // On a narrow screen the bar hides behind a button, which without scripts leads to the search page.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-search-open]")) {
      const box = document.querySelector(".app-top .gsearch");
      if (!box) return;
      event.preventDefault();
      box.classList.add("is-open");
      barOf(box).focus();
    } else if (event.target.closest("[data-search-close]")) {
      const box = boxOf(event.target);
      hide(box);
      box.classList.remove("is-open");
      document.querySelector("[data-search-open]")?.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const box = boxOf(event.target);
    if (event.isComposing || !box) return;
    const panel = panelOf(box);
    if (event.key === "Escape") {
      if (!panel.hidden && panel.childElementCount > 0) {
        event.preventDefault();
        barOf(box).focus();
        hide(box);
      } else {
        box.classList.remove("is-open");
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (panel.hidden) {
        show(box);
        return;
      }
      const stops = [barOf(box), ...panel.querySelectorAll("[data-result]")];
      const here = stops.findIndex((stop) => stop === event.target || stop.closest(".gs")?.contains(event.target));
      const next = stops[here + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
})();
