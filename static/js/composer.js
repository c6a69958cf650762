// Writing a message: the field grows, files come by drop (anywhere in #thread) and paste, the customer sees that somebody is
// typing.
//
// form[data-composer], its textarea, input[type=file][data-attach], and an element [data-files] (with data-remove, the
// words of the remove button, and data-icons, where the icons are) that lists the chosen files. data-typing is the
// address that hears of typing. Files of quick replies that go along are ticked in [data-quick]. It says `composer:changed`
// where no field does, and takes words by `composer:fill` ({text, mode, mail, quick}), which it refuses by cancelling, and
// files of quick replies by `composer:attach` ([{value, name}]).
(() => {
  "use strict";

  const TYPING_EVERY = 3000;
  const told = new WeakMap();

  const composerOf = (event) => event.target.closest?.("form[data-composer]") ?? null;

  const grow = (textarea) => {
    if (CSS.supports("field-sizing: content")) return;
    textarea.style.height = "auto";
    textarea.style.height = `${textarea.scrollHeight}px`;
  };

  const tellTyping = (form, textarea) => {
    const address = form.dataset.typing;
    const now = Date.now();
    if (!address || !textarea.value.trim() || now - (told.get(form) ?? 0) < TYPING_EVERY) return;
    told.set(form, now);
    const typed = new FormData(form);
    const body = new URLSearchParams({ mode: typed.get("mode") ?? "", conversation: typed.get("conversation") ?? "" });
    fetch(address, { method: "POST", body, keepalive: true }).catch(() => {});
  };

  document.addEventListener("input", (event) => {
    const form = composerOf(event);
    if (!form || event.target.tagName !== "TEXTAREA") return;
    grow(event.target);
    tellTyping(form, event.target);
  });

  // What is said before anything is written: a comment goes to nobody.
  document.addEventListener("change", (event) => {
    const textarea = event.target.name === "mode" && composerOf(event)?.querySelector("textarea[data-said]");
    if (textarea) textarea.placeholder = event.target.value === "comment" ? textarea.dataset.saidNote : textarea.dataset.said;
  });

  const changed = (form) => form.dispatchEvent(new CustomEvent("composer:changed", { bubbles: true }));

  // Whom the words are for: "reply", "comment" or "template".
  const modeOf = (form) => form.querySelector("[name=mode]:checked")?.value ?? "";
  const radioOf = (form, mode) => form.querySelector(`input[type=radio][name=mode][value="${CSS.escape(mode)}"]`);

  // What makes a message a mail: whoever was to get a copy still is.
  const MAIL = ["sender", "subject", "bcc"];
  const mailOf = (form) => {
    const fields = MAIL.map((name) => form.elements[name]).filter(Boolean);
    return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  };
  const fillMail = (form, mail) => {
    for (const [name, value] of Object.entries(mail ?? {})) {
      const field = form.elements[name];
      const fits = field?.options ? [...field.options].some((option) => option.value === value) : field;
      if (!fits || field.value === value) continue;
      field.value = value;
      const folded = field.closest("details");
      if (folded) folded.open = true;
    }
  };

  // The files of quick replies that go along: what the form calls each, and its name.
  const quickOf = (form) =>
    [...form.querySelectorAll("[data-quick] input:checked")].map(({ value, parentElement }) => ({ value, name: parentElement.textContent.trim() }));
  const attach = (form, files) => {
    const box = form.querySelector("[data-quick]");
    for (const { value, name } of files) {
      if (!box || box.querySelector(`input[value="${CSS.escape(value)}"]`)) continue;
      const label = document.createElement("label");
      label.className = "file check";
      const input = document.createElement("input");
      input.type = "checkbox";
      input.className = "form-check-input";
      input.name = "quick";
      input.value = value;
      input.checked = true;
      const said = document.createElement("bdi");
      said.textContent = name;
      label.append(input, said);
      box.append(label);
      box.hidden = false;
    }
    changed(form);
  };
  const fillQuick = (form, files) => {
    const box = form.querySelector("[data-quick]");
    if (!files || !box) return;
    box.replaceChildren();
    box.hidden = true;
    attach(form, files);
  };
  document.addEventListener("composer:attach", ({ target, detail }) => attach(target, detail));

  // Puts words where they were being written, for whom they were meant. What is for colleagues alone goes into no form that
  // would send it to the customer: then nothing is done, and the answer is no.
  const fill = (form, { text, mode, mail, quick }) => {
    const textarea = form.querySelector("textarea[name=text], textarea[name=body]");
    const radio = mode ? radioOf(form, mode) : null;
    if (!textarea || (mode === "comment" && !radio)) return false;
    textarea.value = text;
    grow(textarea);
    if (radio && !radio.checked) {
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }
    fillMail(form, mail);
    fillQuick(form, quick);
    changed(form);
    return true;
  };
  document.addEventListener("composer:fill", (event) => {
    if (!fill(event.target, event.detail)) event.preventDefault();
  });

  const attachOf = (form) => form.querySelector("input[type=file][data-attach]:not([disabled])");
  // What each field holds. Browsers put a second choice in the place of the first; here it comes beside it.
  const held = new WeakMap();
  const heldIn = (input) => held.get(input) ?? [];
  const filesOf = (form) => heldIn(attachOf(form));

  const choose = (input, files) => {
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    input.files = chosen.files;
    held.set(input, files);
    list(input);
  };

  const measured = (value, unit, unitDisplay = "short") =>
    new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay, maximumFractionDigits: 1 }).format(value);
  const sizeOf = (bytes) => {
    if (bytes < 1024) return measured(bytes, "byte", "long");
    return bytes < 1048576 ? measured(bytes / 1024, "kilobyte") : measured(bytes / 1048576, "megabyte");
  };

  const SVG = "http://www.w3.org/2000/svg";
  const icon = (box, name) => {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "i i-s");
    svg.setAttribute("aria-hidden", "true");
    const use = svg.appendChild(document.createElementNS(SVG, "use"));
    use.setAttribute("href", `${box.dataset.icons}#${name}`);
    return svg;
  };

  // For whom files were chosen. A field may outlive the page of its customer.
  const chosenFor = new WeakMap();
  const list = (input) => {
    chosenFor.set(input, input.form.dataset.draft);
    const box = input.form.querySelector("[data-files]");
    if (!box) return;
    const rows = [...input.files].map((file, index) => {
      const row = document.createElement("span");
      row.className = "file";
      const name = document.createElement("bdi");
      name.textContent = file.name;
      const size = document.createElement("small");
      size.textContent = sizeOf(file.size);
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn btn-ghost btn-icon btn-sm";
      remove.append(icon(box, "x"));
      remove.setAttribute("aria-label", `${box.dataset.remove ?? ""} ${file.name}`.trim());
      remove.addEventListener("click", () => {
        choose(input, heldIn(input).toSpliced(index, 1));
        input.form.querySelector("textarea")?.focus();
      });
      row.append(icon(box, "file-text"), name, size, remove);
      return row;
    });
    box.replaceChildren(...rows);
    box.hidden = rows.length === 0;
    changed(input.form);
  };

  // Those that may be sent (data-limit, in bytes): what the server would refuse after minutes is said at once.
  const within = (input, files) => {
    const { limit, tooLarge } = input.dataset;
    const large = limit ? files.filter(({ size }) => size > Number(limit)) : [];
    if (large.length === 0) return files;
    const more = large.map(({ name }) => name).join(", ");
    document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text: tooLarge, more, bad: true } }));
    return files.filter((file) => !large.includes(file));
  };

  const isSame = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
  const addTo = (input, files) => {
    const before = heldIn(input);
    const more = within(input, files.filter((file) => !before.some((other) => isSame(file, other))));
    choose(input, input.multiple ? [...before, ...more] : [...more, ...before].slice(0, 1));
  };
  const add = (form, event, files) => {
    const input = form && attachOf(form);
    if (!input || !files?.length) return;
    event.preventDefault();
    addTo(input, [...files]);
  };

  document.addEventListener("change", (event) => {
    const isChoice = composerOf(event) && event.target.matches("input[type=file][data-attach]");
    if (isChoice) addTo(event.target, [...event.target.files]);
  });
  document.addEventListener("reset", (event) => {
    const form = composerOf(event);
    const input = form && attachOf(form);
    if (input) setTimeout(() => choose(input, []));
  });
  // Office lays a picture of the words beside them, and a file manager the names of its files: only what has words of its own
  // is words.
  const isWords = (data) => {
    const lines = data.getData("text/plain").split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean);
    const names = [...data.files].flatMap(({ name }) => [name, encodeURI(name)]);
    return !lines.every((line) => names.includes(line.split(/[\\/]/).at(-1)));
  };
  document.addEventListener("paste", (event) => {
    if (event.clipboardData && !isWords(event.clipboardData)) add(composerOf(event), event, event.clipboardData.files);
  });
  // Files are let go over what somebody reads, as over what they write: beside the form the browser would open them, and leave.
  const threadOf = (event) => event.target.closest?.("#thread") ?? null;
  const aimedAt = (event) => threadOf(event)?.querySelector("form[data-composer]") ?? null;
  document.addEventListener("drop", (event) => {
    aimedAt(event)?.classList.remove("is-drop");
    add(aimedAt(event), event, event.dataTransfer?.files);
  });
  document.addEventListener("dragover", (event) => {
    const form = aimedAt(event);
    if (!form || !attachOf(form) || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("is-drop");
  });
  document.addEventListener("dragleave", (event) => {
    if (!threadOf(event)?.contains(event.relatedTarget)) aimedAt(event)?.classList.remove("is-drop");
  });

  // An answer of the server brings another composer. What is half written meanwhile goes along: when a colleague takes
  // the conversation, and when one writes on while the last message is still under way.
  const underWay = new WeakMap();
  const halfWritten = new WeakMap();
  // The answer to a message finds its place by the form that it left from. A refresh in between would take that form
  // away, and the answer with it, so it waits; the form that stands in the way is kept here, with whether one waits.
  const sending = new WeakMap();
  const isForm = (element) => element?.matches?.("form[data-composer]") ?? false;
  const formOf = (element) => {
    if (isForm(element)) return element;
    return element?.matches?.(".composer-area") ? element.querySelector("form[data-composer]") : null;
  };
  const waits = (element) => {
    const form = isForm(element) ? null : formOf(element);
    if (!form || !sending.has(form)) return false;
    sending.set(form, true);
    return true;
  };
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (waits(ctx.sourceElement)) return event.preventDefault();
    if (!isForm(ctx.sourceElement)) return;
    const form = ctx.sourceElement;
    const quick = quickOf(form).map(({ value }) => value);
    underWay.set(ctx, { form, sent: form.querySelector("textarea").value, files: filesOf(form), quick });
    sending.set(form, false);
  });
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (waits(ctx.sourceElement)) return event.preventDefault();
    const form = formOf(ctx.sourceElement);
    const textarea = form?.querySelector("textarea");
    if (!textarea) return;
    const went = underWay.get(ctx);
    const sent = went?.sent;
    // Files that were sent are not sent again. A refused form gets back all that were chosen (files.js).
    const isRefused = went && ctx.response?.status >= 400;
    const files = isRefused ? [] : filesOf(form).filter((file) => !went?.files.includes(file));
    const quick = quickOf(form).filter(({ value }) => !went?.quick.includes(value));
    if (textarea.value === sent && files.length + quick.length === 0) return;
    // Whom it is for goes along, too, unless nobody chose: an empty composer for comments alone.
    const chosen = textarea.value.trim() !== "" || form.querySelectorAll("[name=mode]").length > 1;
    const mode = chosen ? modeOf(form) : "";
    halfWritten.set(ctx, { sent, text: textarea.value, mode, files, quick, mail: sent === undefined ? mailOf(form) : null, typing: document.activeElement === textarea });
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const form = underWay.get(ctx)?.form;
    const missed = form && sending.get(form);
    if (form) sending.delete(form);
    if (missed) document.querySelector(".composer-area")?.dispatchEvent(new CustomEvent("composer:missed"));
  });
  const goOn = (half) => {
    const form = half && document.querySelector(".composer-area form[data-composer]");
    const textarea = form?.querySelector("textarea");
    // With text in it, it came back refused, or is one's own of another page.
    if (!textarea || (textarea.value && textarea.value !== half.sent)) return;
    const goesOn = half.sent && !textarea.value && half.text.startsWith(half.sent);
    if (!fill(form, { text: goesOn ? half.text.slice(half.sent.length).trimStart() : half.text, mode: half.mode, mail: half.mail })) return;
    if (half.files.length && attachOf(form)) choose(attachOf(form), half.files);
    if (half.quick.length) attach(form, half.quick);
    if (half.typing) textarea.focus();
  };

  // A message that went out is no longer typed.
  document.addEventListener("htmx:after:swap", (event) => {
    goOn(halfWritten.get(event.detail.ctx));
    for (const textarea of document.querySelectorAll("form[data-composer] textarea")) grow(textarea);
    // The page brings an empty list of files, and leaves the field with those that were chosen.
    for (const input of document.querySelectorAll("form[data-composer] input[data-attach]")) {
      if (input.files.length === 0) continue;
      if (chosenFor.get(input) !== input.form.dataset.draft) choose(input, []);
      else if (input.form.querySelector("[data-files]")?.hidden) list(input);
    }
  });
})();
