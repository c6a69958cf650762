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

  // ---- Words whose composer went away -----------------------------------------------------------------------------------

  // A colleague closes or blocks while somebody writes, and the composer goes with what it was for. Whoever looks at the keys
  // types on: that must neither open another customer's conversation nor press a button. It lasts as long as they type.
  const PAUSE = 1500;
  let written = null;
  let lastKey = 0;
  const goesOnIntoNothing = (event) => {
    const [field, since] = [written, Date.now() - lastKey];
    lastKey = Date.now();
    if (typing(event.target)) written = event.target;
    else if (since > PAUSE || !field || field.checkVisibility()) written = null;
    else return event.key.length === 1 || event.key === "Enter";
    return false;
  };
  // On the way down: neither the page's own keys nor the element that has the focus by now hears of it.
  document.addEventListener(
    "keydown",
    (event) => {
      // Whoever sends, or gives up, has come to an end.
      const isSent = event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.matches("input"));
      const isOver = isSent || event.key === "Escape";
      if (isOver) written = null;
      if (isOver || event.ctrlKey || event.metaKey || event.altKey || !goesOnIntoNothing(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
  document.addEventListener("pointerdown", () => (written = null), true);

  // ---- The inbox: r and c write, j and k go through the customers ------------------------------------------------------

  const write = (mode) => {
    const form = document.querySelector("form[data-composer]");
    const radio = form?.querySelector(`input[name=mode][value=${mode}]`);
    if (!radio) return false;
    if (!radio.checked) radio.click();
    form.querySelector("textarea").focus();
    return true;
  };

  // The card whose conversation has been asked for and is not here yet.
  let onTheWay = "";

  const step = (by) => {
    const cards = [...document.querySelectorAll("#cards .cc-a")];
    // From the card that is being opened, or has the focus, else from whom the conversation is with: a list may lag behind.
    const open = document.getElementById("thread")?.dataset.presence?.split("/")[2];
    const at = document.getElementById(onTheWay) ?? document.activeElement?.closest(".cc") ?? document.getElementById(`k${open}`);
    const here = cards.findIndex((card) => at?.contains(card));
    const next = cards[here < 0 ? 0 : here + by];
    // At the last card there are more to fetch.
    const way = next ?? (by > 0 ? document.querySelector("#cards .cc-more a") : null);
    way?.scrollIntoView({ block: "nearest" });
    way?.click();
    return Boolean(way);
  };

  const LETTERS = { r: () => write("reply"), c: () => write("comment"), j: () => step(1), k: () => step(-1) };
  // By its place on the keyboard where other letters stand there, as in Russian.
  const letterOf = ({ key, code }) => (/^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^Key/, "").toLowerCase());
  const isCovered = () => document.querySelector("dialog:modal, .menu:popover-open") !== null;

  // A card that was opened by keyboard hands the focus over to the conversation.
  let opening = null;
  document.addEventListener("click", (event) => {
    const card = event.target.closest(".cc-a");
    if (!card) return;
    opening = event.detail === 0 ? card : null;
    onTheWay = card.closest(".cc")?.id ?? "";
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.target?.id !== "app") return;
    onTheWay = "";
    if (opening) document.querySelector("#thread h2")?.focus();
    opening = null;
  });
  for (const failed of ["htmx:error", "htmx:response:error"]) document.addEventListener(failed, () => (onTheWay = ""));

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
    if (!event.shiftKey && !isCovered() && LETTERS[letterOf(event)]?.()) event.preventDefault();
  });
})();
