// The few keys that the desk has; the help dialog lists them.
(() => {
  "use strict";

  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

  const openHelp = () => {
    const help = document.getElementById("help");
    if (help && !help.open && !document.querySelector("dialog[open]")) help.showModal();
  };

  const focusSearch = () => {
    if (document.querySelector("dialog:modal")) return false;
    const bars = [...document.querySelectorAll("input[data-search]")];
    const bar = bars.find((input) => input.checkVisibility());
    if (bar) bar.select();
    else document.querySelector("[data-search-open]")?.click();
    bar?.focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form[data-composer], form[data-inline]");
      if (form && !event.repeat) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.key === "Escape") {
      const cancel = event.target.closest("form[data-inline]")?.querySelector("[data-cancel]");
      if (cancel) event.preventDefault();
      cancel?.click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/" && focusSearch()) event.preventDefault();
    if (event.key === "?") {
      event.preventDefault();
      openHelp();
    }
  });
})();
