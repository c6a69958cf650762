// A slash in the composer: quick replies and commands in a list that is filtered while somebody types.
//
// The composer's textarea keeps the focus; the list is a listbox that it controls, the entry that Enter would take is its
// aria-activedescendant. #slash-ask is a form of hidden fields that htmx sends when it hears `slash:ask`; the answer goes
// into #slash-list. An entry's data-insert is the text that it stands for, data-file inside it the files that go along.
// Until the answer is there the list is that of other words: nothing of it is taken, and Enter waits for what comes.
// Without scripts the button [data-slash-open] is a link to the same list as a page.
(() => {
  "use strict";

  // What stands between a slash (at the beginning of a word) and the caret.
  const WORD = /(?:^|\s)\/([^\s/]*)$/u;

  const partsOf = (textarea) => {
    const area = textarea?.closest?.(".composer-area");
    const ask = area?.querySelector("#slash-ask");
    return ask ? { ask, area, pop: area.querySelector("#slash-pop") } : null;
  };
  const options = (pop) => [...pop.querySelectorAll("[role=option]")];
  const active = (pop) => pop.querySelector("[role=option][aria-selected=true]");

  // The word under the caret, if it is one.
  const wordOf = (textarea) => {
    if (textarea.selectionStart !== textarea.selectionEnd) return null;
    const before = textarea.value.slice(0, textarea.selectionStart);
    const found = WORD.exec(before);
    return found ? { q: found[1], from: before.length - found[1].length - 1, to: before.length } : null;
  };

  const mark = (textarea, pop, option) => {
    for (const other of options(pop)) other.setAttribute("aria-selected", String(other === option));
    if (option) {
      textarea.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      textarea.removeAttribute("aria-activedescendant");
    }
  };

  // The list that was asked for last: for which field, by which request, and whether it has come.
  let asked = null;
  const isComing = (textarea) => asked?.textarea === textarea && !asked.isThere;

  // The word behind which Enter or Tab was pressed while its list was on the way, as long as it stands there.
  let held = null;
  const heldIn = (textarea) =>
    held?.textarea === textarea && textarea.value.slice(held.from, held.to) === held.text ? held : null;

  const close = (textarea) => {
    if (held?.textarea === textarea) held = null;
    const parts = partsOf(textarea);
    if (!parts || parts.pop.hidden) return;
    parts.pop.hidden = true;
    mark(textarea, parts.pop, null);
    textarea.removeAttribute("aria-controls");
  };

  // A list that was closed by hand stays closed until another word begins.
  let dismissed = null;
  let choosing = false;

  const look = (textarea) => {
    // What is written behind a held word changes nothing about it.
    if (heldIn(textarea)) return;
    held = null;
    const parts = partsOf(textarea);
    const word = parts && wordOf(textarea);
    if (!word || choosing) {
      dismissed = null;
      close(textarea);
      return;
    }
    if (dismissed === word.from) return;
    parts.ask.elements.q.value = word.q;
    parts.ask.elements.start.value = textarea.value.slice(0, word.from).trim() === "" ? "1" : "";
    parts.pop.hidden = false;
    textarea.setAttribute("aria-controls", "slash-options");
    asked = { textarea, ctx: null, isThere: false };
    mark(textarea, parts.pop, null);
    parts.ask.dispatchEvent(new CustomEvent("slash:ask"));
  };

  // Puts text in the place of a word. A caret that has gone on stays where it is.
  const put = (textarea, text, { from, to }) => {
    const isHere = textarea.selectionStart >= from && textarea.selectionStart <= to;
    textarea.setRangeText(text, from, to, isHere ? "end" : "preserve");
    close(textarea);
    // The composer grows and tells that somebody types; the list stays closed.
    choosing = true;
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
    choosing = false;
  };

  const choose = (textarea, option) => {
    const word = heldIn(textarea) ?? wordOf(textarea);
    if (!word) return;
    const files = [...option.querySelectorAll("[data-file]")];
    const detail = files.map((file) => ({ value: file.dataset.file, name: file.textContent.trim() }));
    textarea.form.dispatchEvent(new CustomEvent("composer:attach", { bubbles: true, detail }));
    put(textarea, option.dataset.insert ?? "", word);
  };

  // There is nothing to take for a held word: Enter is what it is everywhere else.
  const letGo = (textarea) => {
    const word = heldIn(textarea);
    if (word?.key === "Enter") put(textarea, "\n", { from: word.to, to: word.to });
    else if (word) close(textarea);
  };

  const typedIn = (event) => (event.target.matches?.("form[data-composer] textarea[data-slash]") ? event.target : null);

  document.addEventListener("input", (event) => {
    const textarea = typedIn(event);
    if (textarea && !event.isComposing) look(textarea);
  });

  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (asked && ctx.sourceElement?.id === "slash-ask") asked.ctx = ctx;
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!asked || asked.ctx !== ctx || ctx.response.status >= 400) return;
    asked.isThere = true;
    const { textarea } = asked;
    const { pop } = partsOf(textarea) ?? {};
    if (!pop || pop.hidden) return;
    const [first] = options(pop);
    mark(textarea, pop, first ?? null);
    if (!first) letGo(textarea);
    else if (heldIn(textarea)) choose(textarea, first);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (!asked || asked.ctx !== ctx || asked.isThere) return;
    // It did not come.
    const { textarea } = asked;
    asked = null;
    letGo(textarea);
  });

  document.addEventListener(
    "keydown",
    (event) => {
      const textarea = typedIn(event);
      const parts = textarea && partsOf(textarea);
      if (!parts || parts.pop.hidden || event.isComposing) return;
      if (heldIn(textarea) && event.key !== "Escape") {
        // One writes on behind the word; the message does not go out before what it stands for is in it.
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const all = options(parts.pop);
      const here = all.indexOf(active(parts.pop));
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!all.length) return;
        const next = event.key === "ArrowDown" ? here + 1 : here < 1 ? all.length - 1 : here - 1;
        if (!isComing(textarea)) mark(textarea, parts.pop, all[next % all.length]);
      } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") {
        const word = isComing(textarea) ? wordOf(textarea) : null;
        if ((here < 0 && !word) || event.shiftKey) {
          close(textarea);
          return;
        }
        if (word) held = { textarea, key: event.key, text: textarea.value.slice(word.from, word.to), from: word.from, to: word.to };
        else choose(textarea, all[here]);
      } else if (event.key === "Escape") {
        dismissed = wordOf(textarea)?.from ?? null;
        close(textarea);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  // The list is chosen from without taking the focus from the text.
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest("#slash-pop")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("#slash-pop [role=option]");
    const textarea = option?.closest(".composer-area")?.querySelector("textarea[data-slash]");
    if (textarea) choose(textarea, option);
  });
  document.addEventListener("focusout", (event) => {
    if (typedIn(event)) close(event.target);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-slash-open]");
    const textarea = button?.closest(".composer-area")?.querySelector("textarea[data-slash]");
    if (!textarea) return;
    event.preventDefault();
    textarea.focus();
    const before = textarea.value.slice(0, textarea.selectionStart);
    const slash = before === "" || /\s$/u.test(before) ? "/" : " /";
    if (!wordOf(textarea)) textarea.setRangeText(slash, textarea.selectionStart, textarea.selectionEnd, "end");
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
