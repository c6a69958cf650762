// Drafts: what is half written to a customer is there again after other pages, a reload, or a session that has ended.
//
// A form[data-draft] names its customer; its field `conversation`, if it has one, what it answers. Each draft stands in this
// browser's storage under the staff member, the customer and the conversation (0: none is open), with its text, whom it is
// for (the mode), what makes it a mail, the template with what stands in its places, the files of quick replies that are
// ticked, and the names of the files that it had: files themselves cannot be kept, and [data-files-lost] says so.
// [data-draft-kept] shows the draft of a customer to whom nothing can be written now. Signing out forgets all.
(() => {
  "use strict";

  const PREFIX = "switchboard-draft:";
  const KEPT_FOR = 7 * 24 * 60 * 60 * 1000;
  const KEPT = 200;

  // Without storage there are no drafts.
  const shelf = (() => {
    try {
      localStorage.setItem(PREFIX, "");
      localStorage.removeItem(PREFIX);
      return localStorage;
    } catch {
      return null;
    }
  })();
  if (!shelf) return;

  const read = (key) => {
    try {
      const draft = JSON.parse(shelf.getItem(key));
      return typeof draft?.text === "string" && typeof draft.at === "number" ? draft : null;
    } catch {
      return null;
    }
  };
  const put = (key, draft) => {
    try {
      shelf.setItem(key, JSON.stringify(draft));
    } catch {
      // Full: the words stay in the form.
    }
  };
  const drop = (key) => shelf.removeItem(key);
  const keys = (prefix) => Object.keys(shelf).filter((key) => key.startsWith(prefix));

  const ofStaff = () => `${PREFIX}${document.getElementById("app")?.dataset.staff ?? ""}:`;
  const keyFor = (customer, conversation) => `${ofStaff()}${customer}:${conversation || 0}`;
  const formOf = (element) => element?.closest?.("form[data-draft]") ?? null;
  const forms = () => document.querySelectorAll("form[data-draft]");
  const textOf = (form) => form.querySelector("textarea[name=text], textarea[name=body]");
  const keyOf = (form) => keyFor(form.dataset.draft, form.elements.conversation?.value);
  const filesOf = (form) =>
    [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files].map((file) => file.name));
  // Files of quick replies are the server's: what the form calls each, and its name, is enough to have them again.
  const quickOf = (form) =>
    [...form.querySelectorAll("[data-quick] input:checked")].map(({ value, parentElement }) => ({ value, name: parentElement.textContent.trim() }));
  // Of a mail: who sends it, what it is about, and who gets a copy.
  const mailOf = (form) => {
    const fields = ["sender", "subject", "bcc"].map((name) => form.elements[name]).filter(Boolean);
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  };
  // Of a template: which one, and what stands in its places. They are fields of the server's, fetched for the values that
  // they had; until they are there, those count.
  const PLACES = /^(template|(title|body)_\d+)$/;
  const coming = new WeakMap();
  const templateOf = (form) => {
    const wait = coming.get(form);
    if (wait?.part.isConnected) return wait.typed;
    const fields = [...(form.querySelector("#template_fields")?.elements ?? [])].filter(({ name }) => PLACES.test(name));
    const typed = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    return typed.template ? typed : undefined;
  };
  const fillTemplate = (form, typed) => {
    const part = form.querySelector("#template_fields");
    if (!typed || !part || JSON.stringify(typed) === JSON.stringify(templateOf(form))) return;
    coming.set(form, { part, typed });
    const query = new URLSearchParams({ ...typed, template_channels: part.elements.template_channels.value });
    htmx.ajax("GET", `/templates/fields?${query}`, { target: part, swap: "outerMorph" });
  };

  const fill = (form, draft) => {
    const isTaken = form.dispatchEvent(new CustomEvent("composer:fill", { detail: draft, bubbles: true, cancelable: true }));
    if (isTaken) fillTemplate(form, draft.template);
    return isTaken;
  };

  // ---- The cards of those to whom something is half written ------------------------------------------------------------

  const markCards = () => {
    const list = document.getElementById("clist");
    if (!list) return;
    const written = new Set(keys(ofStaff()).map((key) => key.split(":")[2]));
    for (const card of list.querySelectorAll(".cc")) {
      const mark = card.querySelector("[data-draft-mark]");
      const open = card.querySelector(".cc-a[aria-current]");
      if (open || !written.has(card.id.slice(1))) mark?.remove();
      else if (!mark) {
        const word = document.createElement("span");
        const foot = card.querySelector(".cc-f");
        word.className = "mine";
        word.dataset.draftMark = "";
        word.textContent = (foot?.textContent.trim() ? "· " : "") + list.dataset.draftWord;
        foot?.append(word);
      }
    }
  };

  // ---- Keeping ----------------------------------------------------------------------------------------------------------

  const save = (form) => {
    const textarea = textOf(form);
    if (!textarea) return;
    const [files, quick] = [filesOf(form), quickOf(form)];
    const mode = form.querySelector("[name=mode]:checked")?.value ?? "reply";
    const [mail, template] = [mailOf(form), templateOf(form)];
    const isWritten = textarea.value.trim() || files.length || quick.length || template;
    if (isWritten) put(keyOf(form), { text: textarea.value, mode, files, quick, mail, template, at: Date.now() });
    else drop(keyOf(form));
    const lost = form.querySelector("[data-files-lost]");
    if (lost && files.length) lost.hidden = true;
  };

  // A draft that was on its way when the page went keeps the name under which it is stored once: sent again as it is, it is
  // not doubled. Changed, it is another message.
  const fresh = new WeakMap();
  // Forms that have been looked at, by the name of the message that they would send: before that, nothing is kept of them.
  const settled = new WeakMap();
  const idOf = (form) => form.elements.client_uuid?.value ?? form.elements.form_token?.value;
  for (const name of ["input", "change", "composer:changed"]) {
    document.addEventListener(name, (event) => {
      const form = formOf(event.target);
      if (!form || settled.get(form) !== idOf(form)) return;
      if (name !== "composer:changed" && fresh.has(form)) {
        form.elements.client_uuid.value = fresh.get(form);
        fresh.delete(form);
        settled.set(form, idOf(form));
      }
      save(form);
    });
  }

  const sending = new WeakMap();
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!form?.matches?.("form[data-draft]") || !textOf(form)) return;
    const [key, draft] = [keyOf(form), read(keyOf(form))];
    sending.set(ctx, { key, text: textOf(form).value });
    if (draft && form.elements.client_uuid) put(key, { ...draft, uuid: form.elements.client_uuid.value });
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const sent = sending.get(ctx);
    if (!sent || ctx.response.status >= 400) return;
    drop(sent.key);
    // A field that loses the focus with its form says once more that it was changed.
    settled.delete(ctx.sourceElement);
    // Whoever went elsewhere and came back meanwhile has the sent words before them again.
    for (const form of forms()) {
      const isAgain = form !== ctx.sourceElement && keyOf(form) === sent.key && textOf(form)?.value === sent.text;
      if (isAgain) fill(form, { text: "", quick: [] });
    }
  });

  // ---- Taking up again ----------------------------------------------------------------------------------------------------

  // The newest draft for a customer, but for conversations that are open beside this one.
  const newest = (customer, others) =>
    keys(`${ofStaff()}${customer}:`)
      .filter((key) => !others.includes(key.split(":").at(-1)) && read(key))
      .sort((a, b) => read(b).at - read(a).at)[0];

  const keyToTakeUp = (form) => {
    const own = keyOf(form);
    if (read(own)) return own;
    const area = form.closest("[data-open]");
    // What was begun for a conversation that has ended meanwhile goes on in the next one.
    return area ? newest(form.dataset.draft, area.dataset.open.split(" ")) : undefined;
  };

  const takeUp = (form) => {
    const textarea = textOf(form);
    if (!textarea || settled.get(form) === idOf(form)) return;
    settled.set(form, idOf(form));
    fresh.delete(form);
    const key = keyToTakeUp(form);
    const draft = key && read(key);
    if (textarea.value.trim() && textarea.value !== draft?.text) return save(form);
    // Files that the page came with stay beside those of the draft; what it refused has those that are still there.
    const quick = textarea.matches("[aria-invalid]") ? undefined : [...quickOf(form), ...(draft?.quick ?? [])];
    if (!draft || !fill(form, { ...draft, quick })) return;
    if (key !== keyOf(form)) drop(key);
    if (draft.uuid && form.elements.client_uuid) {
      fresh.set(form, form.elements.client_uuid.value);
      form.elements.client_uuid.value = draft.uuid;
      settled.set(form, idOf(form));
    }
    const there = filesOf(form);
    const missing = (draft.files ?? []).filter((name) => !there.includes(name));
    const lost = form.querySelector("[data-files-lost]");
    if (!lost || !missing.length) return;
    lost.querySelector("bdi").textContent = missing.join(", ");
    lost.hidden = false;
  };

  const showKept = (place) => {
    const customer = place.dataset.draftKept;
    const key = newest(customer, []);
    const draft = key && read(key);
    place.hidden = !draft?.text;
    if (!draft) return;
    place.querySelector("bdi").textContent = draft.text;
    // Nothing is open: the next conversation, or the form that opens one, takes it up.
    if (key === keyFor(customer, 0)) return;
    put(keyFor(customer, 0), draft);
    drop(key);
  };

  const lookRound = () => {
    for (const form of forms()) takeUp(form);
    for (const place of document.querySelectorAll("[data-draft-kept]")) showKept(place);
    markCards();
  };

  // Another tab writes or sends the same: unless somebody types here, this one follows.
  addEventListener("storage", ({ key, oldValue, newValue }) => {
    if (!key?.startsWith(PREFIX)) return;
    const textIn = (value) => (value ? (JSON.parse(value).text ?? "") : "");
    for (const form of forms()) {
      const isTyped = document.hasFocus() && form.contains(document.activeElement);
      if (keyOf(form) !== key || isTyped) continue;
      if (textOf(form)?.value === textIn(oldValue)) fill(form, newValue ? JSON.parse(newValue) : { text: "", mode: "", quick: [] });
    }
    markCards();
  });

  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action='/logout']")) keys(PREFIX).forEach(drop);
  });

  const all = keys(PREFIX).sort((a, b) => (read(b)?.at ?? 0) - (read(a)?.at ?? 0));
  all.forEach((key, index) => {
    if (index >= KEPT || Date.now() - (read(key)?.at ?? 0) > KEPT_FOR) drop(key);
  });
  document.addEventListener("htmx:after:swap", lookRound);
  lookRound();
})();
