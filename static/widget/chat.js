// The panel of the web chat. It runs in an iframe of ours; the launcher on the host page hands it the visitor's token.
//
// The server is the truth: events say only that something changed, and the panel then asks for what is newer. What the
// visitor sends waits in a queue, each message under a UUID of its own, until the server has it: a lost answer or a
// reload sends it again, and the server stores it once.
(() => {
  "use strict";

  const FILES = 10;
  const FIRST_WAIT = 1000;
  const LONGEST_WAIT = 30000;
  const TYPING_SHOWN = 6000;
  const TYPING_TOLD = 3000;
  // Numbers of messages may become visible out of order, so each look goes some messages back.
  const OVERLAP = 8;

  const data = document.body.dataset;
  const key = data.key;
  const origins = data.origins.split(" ").filter(Boolean);
  const $ = (id) => document.getElementById(id);
  const word = (name, values = {}) =>
    Object.entries(values).reduce((text, [k, v]) => text.replace(`{${k}}`, v), data["w" + name]);
  const clone = (id) => $(id).content.firstElementChild.cloneNode(true);
  const path = (rest) => `/chat/${encodeURIComponent(key)}/${rest}`;
  const language = document.documentElement.lang;

  if (/^#[0-9a-f]{6}$/i.test(data.accent)) document.documentElement.style.setProperty("--accent", data.accent);

  let parentOrigin = "";
  let token = "";
  let who = {};
  let where = { page: "", referrer: "" };
  let shown = false;
  let wantsFocus = false;
  let settings = null;
  let known = false;
  let vouched = false;
  let about = null;
  let online = true;
  let conversation = null;
  let skipped = 0;
  let seen = 0;
  let read = 0;
  let hasOlder = false;
  /** Messages by number, oldest first in `order`. */
  const messages = new Map();
  const order = () => [...messages.keys()].sort((a, b) => a - b);
  const nodes = new Map();
  /** What has not arrived yet, oldest first. */
  let outbox = [];
  /** Whose it is: the token and the site's ID of the visit. */
  let visitor = null;

  // ---- The launcher -------------------------------------------------------------------------------------------------

  const tell = (message) => {
    if (parentOrigin) parent.postMessage({ switchboard: 1, ...message }, parentOrigin);
  };

  addEventListener("message", (event) => {
    if (event.source !== parent || event.data?.switchboard !== 1) return;
    if (origins.length && !origins.some((o) => o.toLowerCase() === event.origin.toLowerCase())) return;
    parentOrigin = event.origin;
    const { type } = event.data;
    if (type !== "hello" && type !== "shown") return;
    where = { page: event.data.page ?? "", referrer: event.data.referrer ?? "" };
    const opens = !shown && event.data.shown;
    shown = Boolean(event.data.shown);
    // A panel that was hidden has had no height to scroll in.
    if (opens) requestAnimationFrame(toEnd);
    wantsFocus = Boolean(event.data.focus);
    if (type === "hello") {
      token = event.data.token ?? "";
      who = event.data.who ?? {};
      begin();
    } else {
      focusNow();
      markRead();
      if (shown) refresh("end");
    }
  });

  const close = () => tell({ type: "close" });
  $("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) close();
  });

  const focusNow = () => {
    if (!shown || !wantsFocus || !settings) return;
    wantsFocus = false;
    const target = !$("about").hidden
      ? $("about").querySelector(".f:not([hidden]) input")
      : !$("rate").hidden
        ? $("rate-title")
        : $("text");
    target?.focus({ preventScroll: true });
  };

  // ---- Requests -----------------------------------------------------------------------------------------------------

  class Refused extends Error {
    constructor(status, error, after) {
      super(error?.message ?? word("Failed"));
      this.status = status;
      this.wait = 1000 * after || 0;
      this.field = error?.field ?? "";
      this.fields = error?.fields ?? {};
    }
  }

  const call = async (method, rest, body) => {
    const headers = { Authorization: `Bearer ${token}`, "Accept-Language": language };
    const isForm = body instanceof FormData;
    if (body && !isForm) headers["Content-Type"] = "application/json";
    const answer = await fetch(path(rest), {
      method,
      headers,
      body: isForm || !body ? body : JSON.stringify(body),
      credentials: "omit",
    });
    if (answer.status === 204) return null;
    const json = await answer.json().catch(() => null);
    if (!answer.ok) throw new Refused(answer.status, json?.error, answer.headers.get("Retry-After"));
    return json;
  };

  const lasting = (error) => error instanceof Refused && error.status >= 400 && error.status < 500 && error.status !== 429;

  /** Runs `work` until it succeeds or is refused for good, waiting longer each time. */
  const insist = async (work) => {
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        const answer = await work();
        lost(false);
        return answer;
      } catch (error) {
        if (lasting(error)) throw error;
        lost(true);
        await pause(Math.max(wait * (0.7 + 0.6 * Math.random()), error.wait ?? 0));
      }
    }
  };

  let wake = () => {};
  const pause = (time) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  let losing = 0;
  const lost = (is) => {
    if (is) {
      // Each further failure counts from the first.
      losing ||= setTimeout(() => ($("lost").hidden = false), 3000);
      return;
    }
    clearTimeout(losing);
    losing = 0;
    $("lost").hidden = true;
  };
  addEventListener("online", () => {
    wake();
    if (settings) follow();
  });

  // ---- The visit ----------------------------------------------------------------------------------------------------

  let visit = 0;
  const begin = async () => {
    const mine = ++visit;
    const hello = { token, external_id: who.external_id ?? "", hmac: who.hmac ?? "" };
    let session;
    try {
      session = await insist(() => call("POST", "session", hello));
    } catch (error) {
      // What is wrong concerns whoever put the chat on the site.
      console.error(`Switchboard: ${error.message}`);
      $("status").textContent = word("Unavailable");
      $("about").hidden = $("rate").hidden = $("write").hidden = true;
      return;
    }
    if (mine !== visit) return;
    // A visit that begins anew, with the desk or in another tab, is the same visitor's; as long as nobody has written as a
    // guest, all guests of the site are one.
    const same = visitor?.id === hello.external_id && (visitor.token === hello.token || hello.external_id !== "" || !known);
    ({ token, settings, online, known, vouched } = session);
    visitor = { token, id: hello.external_id };
    tell({ type: "token", token });
    if (settings.title) $("title").textContent = settings.title;
    messages.clear();
    nodes.clear();
    $("log").replaceChildren();
    if (same) {
      // What was refused because of the token that is gone goes out with the new one.
      for (const item of outbox) if (item.status === 401) item.error = "";
      keepOutbox();
      keepDraft();
    } else {
      outbox = restoreOutbox();
      restoreDraft();
    }
    prepareAbout();
    // What the site says of a visitor is told as it is where the visitor is not asked.
    about = vouched || !settings.asks ? { name: who.name ?? "", email: who.email ?? "", phone: who.phone ?? "" } : null;
    drawAll();
    if (known) await refresh("end").catch(() => {});
    if (mine !== visit) return;
    state();
    focusNow();
    follow();
    pump();
  };

  const apply = (view) => {
    if (!view) return;
    online = view.online;
    conversation = view.conversation;
    seen = Math.max(seen, view.seen);
    read = Math.max(read, view.read);
    for (const message of view.messages) {
      messages.set(message.id, message);
      outbox = outbox.filter((item) => item.uuid !== message.client_uuid);
    }
    keepOutbox();
  };

  /** Asks for what is newer, or for the newest; misses nothing, draws nothing twice. */
  let asking = Promise.resolve();
  const refresh = (what) => {
    const mine = visit;
    asking = asking
      .catch(() => {})
      .then(async () => {
        if (!known || mine !== visit) return;
        const numbers = order();
        const from = what === "newer" ? numbers.at(-OVERLAP) : undefined;
        for (let after = from; ; ) {
          const view = await insist(() => call("GET", after === undefined ? "messages" : `messages?after=${after}`));
          if (mine !== visit) return;
          const gap = after === undefined && numbers.length && view.messages.length && view.messages[0].id > numbers.at(-1);
          if (after === undefined && !numbers.length) hasOlder = view.more;
          apply(view);
          // So much has come that the newest page does not reach what is known: fetch what lies between.
          if (gap && view.more) {
            after = numbers.at(-1);
            continue;
          }
          if (after === undefined || !view.more) break;
          after = view.messages.at(-1).id;
        }
        drawAll();
        state();
        markRead();
      });
    return asking;
  };

  $("older").addEventListener("click", async () => {
    const first = order()[0];
    const scroll = $("scroll");
    const below = scroll.scrollHeight - scroll.scrollTop;
    const view = await insist(() => call("GET", `messages?before=${first}`)).catch(() => null);
    if (!view) return;
    hasOlder = view.more;
    apply(view);
    drawAll(false);
    scroll.scrollTop = scroll.scrollHeight - below;
  });

  // ---- Events -------------------------------------------------------------------------------------------------------

  let stream = null;
  const follow = async () => {
    stream?.abort();
    if (!known || document.hidden) return;
    const mine = (stream = new AbortController());
    for (let wait = FIRST_WAIT; !mine.signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      try {
        const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
        const answer = await fetch(path("events"), { headers, signal: mine.signal, credentials: "omit", cache: "no-store" });
        if (answer.status === 401 && vouched) {
          // The site vouches anew: its secret may be another one now.
          await pause(FIRST_WAIT);
          return mine.signal.aborted ? undefined : begin();
        }
        if (answer.status === 401 || answer.status === 404) {
          // A channel on pause is back one day, and who was deleted is known again by their next words.
          await pause(LONGEST_WAIT);
          continue;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        wait = FIRST_WAIT / 2;
        lost(false);
        await listen(answer.body.getReader());
      } catch {
        if (mine.signal.aborted) return;
        lost(true);
      }
      await pause(wait * (0.7 + 0.6 * Math.random()));
    }
  };

  const SILENCE = 40000;
  const listen = async (reader) => {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      // The server speaks every 15 seconds; silence means that the way is broken and nobody has said so.
      let timer;
      const silent = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("silent")), SILENCE)));
      const { value, done } = await Promise.race([reader.read(), silent]).finally(() => clearTimeout(timer));
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r?\n\r?\n/);
      text = blocks.pop();
      for (const block of blocks) {
        const name = /^event: ?(.*)$/m.exec(block)?.[1];
        if (name === "sync") refresh("end").catch(() => {});
        else if (name === "chat") {
          staffTypes(false);
          refresh("newer").catch(() => {});
        }
        else if (name === "typing") staffTypes();
      }
    }
  };
  let hiddenFor = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenFor);
    if (document.hidden) {
      // Browsers allow few connections to one server: a tab that is not looked at gives its own up.
      hiddenFor = setTimeout(() => stream?.abort(), 60000);
      return;
    }
    if (!stream || stream.signal.aborted) follow();
    markRead();
  });

  let typingTimer = 0;
  const staffTypes = (is = true) => {
    // The same line thanks for a rating; that is not taken away.
    if (!is && !typingTimer) return;
    clearTimeout(typingTimer);
    typingTimer = 0;
    const name = conversation?.with?.name;
    $("typing").textContent = !is ? "" : name ? word("Typing", { name }) : word("TypingSomebody");
    if (is) {
      typingTimer = setTimeout(() => staffTypes(false), TYPING_SHOWN);
      if (nearEnd()) toEnd();
    }
  };

  const markRead = () => {
    const theirs = order().filter((id) => messages.get(id).kind !== "customer");
    const newest = theirs.at(-1) ?? 0;
    if (shown && !document.hidden && newest > read) {
      read = newest;
      call("POST", "read", { up_to: newest }).catch(() => {});
    }
    tell({ type: "unread", count: theirs.filter((id) => id > read).length });
  };

  // ---- What is shown ------------------------------------------------------------------------------------------------

  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const dayName = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });
  const dayOfYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
  const dayOf = (date) => {
    const start = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
    const days = Math.round((start(new Date()) - start(date)) / 86400000);
    if (days === 0 || days === 1) return word(days === 0 ? "Today" : "Yesterday");
    return (date.getFullYear() === new Date().getFullYear() ? dayName : dayOfYear).format(date);
  };

  const scroll = $("scroll");
  const nearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const toEnd = () => (scroll.scrollTop = scroll.scrollHeight);

  const avatar = (node, person) => {
    node.textContent = person?.initials ?? "";
    node.className = `av u${person?.hue ?? 1}`;
    node.hidden = !person;
  };

  // Links are made of text, never of markup.
  const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,:;!?)\]»]/g;
  const write = (node, text) => {
    let at = 0;
    for (const found of text.matchAll(LINK)) {
      const link = document.createElement("a");
      link.href = found[0];
      link.textContent = found[0];
      link.target = "_blank";
      link.rel = "noopener nofollow";
      node.append(text.slice(at, found.index), link);
      at = found.index + found[0].length;
    }
    node.append(text.slice(at));
  };

  const fileNode = (file) => {
    const node = clone(file.picture ? "t-picture" : "t-file");
    if (file.url) node.href = file.url;
    if (file.picture) {
      const image = node.querySelector("img");
      image.src = file.url;
      image.alt = file.name;
      image.addEventListener("load", () => nearEnd() && toEnd());
    } else {
      node.querySelector("bdi").textContent = file.name;
      node.querySelector("small").textContent = file.size;
      if (file.url) node.download = file.name;
    }
    return node;
  };

  const messageNode = ({ kind, text, at, author, files = [] }) => {
    const node = clone("t-message");
    const own = kind === "customer";
    node.classList.toggle("out", own);
    const face = node.querySelector(".av");
    if (own || !author) face.remove();
    else avatar(face, author);
    const bubble = node.querySelector(".bub");
    const p = bubble.querySelector("p");
    if (text) write(p, text);
    else p.remove();
    for (const file of files) bubble.append(fileNode(file));
    const name = node.querySelector(".meta bdi");
    name.textContent = own ? word("You") : (author?.name ?? $("title").textContent);
    if (own) name.className = "hidden";
    node.querySelector(".when").textContent = at ? clock.format(new Date(at)) : "";
    return node;
  };

  const greetingNodes = () => {
    const texts = [settings.greeting || word("Greeting")];
    if (!online) texts.push(settings.offline_note || word("OfflineNote"));
    return texts.map((text) => {
      const node = messageNode({ kind: "bot", text, at: "" });
      node.classList.add("is-note");
      return node;
    });
  };

  /** Puts the nodes in order, keeping those that are there: a screen reader hears only what is new. */
  const drawAll = (mayScroll = true) => {
    if (!settings) return;
    const wasAtEnd = nearEnd();
    const wanted = [];
    const keep = (id, create) => {
      if (!nodes.has(id)) nodes.set(id, create());
      wanted.push(nodes.get(id));
      return nodes.get(id);
    };
    // Until somebody answers: whoever writes to an empty desk goes on seeing that nobody is here.
    if (!hasOlder && order().every((id) => messages.get(id).kind === "customer")) {
      const id = `greeting-${online}`;
      for (const [i, node] of greetingNodes().entries()) keep(`${id}-${i}`, () => node);
    }
    let day = "";
    for (const id of order()) {
      const message = messages.get(id);
      const date = new Date(message.at);
      if (date.toDateString() !== day) {
        day = date.toDateString();
        const line = keep(`day-${day}`, () => {
          const line = document.createElement("p");
          line.className = "sys";
          return line;
        });
        // Today is yesterday when the panel stays open.
        const named = dayOf(date);
        if (line.textContent !== named) line.textContent = named;
      }
      // What was waiting becomes what has arrived, in place.
      const waiting = message.client_uuid && nodes.get(message.client_uuid);
      const node = keep(`m${id}`, () => messageNode(message));
      if (waiting) nodes.delete(message.client_uuid);
      if (message.kind === "customer") node.querySelector(".state").textContent = id <= seen ? word("Seen") : "";
    }
    for (const item of outbox) {
      const node = keep(item.uuid, () => messageNode({ kind: "customer", text: item.text, at: item.at, files: item.files.map(pickedFile) }));
      node.classList.toggle("is-waiting", !item.error);
      node.classList.toggle("is-failed", Boolean(item.error));
      node.querySelector(".state").textContent = item.error || !$("about").hidden ? "" : navigator.onLine ? word("Sending") : word("Waiting");
      const failed = node.querySelector(".failed");
      if (!item.error) failed?.remove();
      else if (!failed) node.append(failedNode(item));
    }
    const log = $("log");
    for (const child of [...log.children]) if (!wanted.includes(child)) child.remove();
    wanted.forEach((node, i) => {
      if (log.children[i] !== node) log.insertBefore(node, log.children[i] ?? null);
    });
    $("older").hidden = !hasOlder;
    if (mayScroll && wasAtEnd) toEnd();
  };

  const pickedFile = (file) => ({ name: file.name, size: sizeText(file.size), picture: false, url: "" });
  const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const sizeText = (size) => {
    if (size < 1024) return word("B", { n: size });
    return size < 1048576 ? word("Kb", { n: Math.floor(size / 1024) }) : word("Mb", { n: tenths.format(size / 1048576) });
  };

  const failedNode = (item) => {
    const node = clone("t-failed");
    node.querySelector("span").textContent = item.error;
    if (item.isFinal) node.querySelector("[data-do=retry]").remove();
    node.addEventListener("click", (event) => {
      const what = event.target.closest("button")?.dataset.do;
      if (!what) return;
      if (what === "discard") outbox = outbox.filter((other) => other !== item);
      else item.error = "";
      keepOutbox();
      drawAll();
      pump();
    });
    return node;
  };

  /** The head, and which of the three forms stands at the foot. */
  const state = () => {
    if (!settings) return;
    const ended = conversation && !conversation.open;
    const withWhom = conversation?.with ?? null;
    // Until somebody answers, it is the house that one writes to.
    avatar($("who"), withWhom ?? (settings.initials ? { initials: settings.initials, hue: 5 } : null));
    $("status").textContent = ended
      ? word("Ended")
      : withWhom && conversation
        ? word("With", { name: withWhom.name })
        : online
          ? word("Online")
          : word("Offline");
    const rates = Boolean(ended && !conversation.rated && withWhom && skipped !== conversation.id && !outbox.length);
    if (rates && $("rate").hidden) {
      $("rate").reset();
      $("rate-err").textContent = "";
      $("rate-with").textContent = word("RateWith", { name: withWhom.name });
    }
    const asks = !rates && !known && !vouched && !about && settings.asks;
    $("rate").hidden = !rates;
    $("about").hidden = !asks;
    $("write").hidden = rates || asks;
    if (nearEnd()) toEnd();
  };

  // ---- Before the chat ----------------------------------------------------------------------------------------------

  const FIELDS = ["name", "email", "phone"];
  const prepareAbout = () => {
    settings.asks = false;
    for (const name of FIELDS) {
      const rule = settings[`ask_${name}`];
      const field = $("about").querySelector(`[data-field=${name}]`);
      field.hidden = rule === "hidden";
      field.querySelector("small").hidden = rule !== "optional";
      const input = field.querySelector("input");
      input.required = rule === "required";
      if (!input.value) input.value = who[name] ?? "";
      if (rule !== "hidden") settings.asks = true;
    }
  };

  const fieldError = (name, text) => {
    const input = $(`about-${name}`);
    $(`about-${name}-err`).textContent = text;
    if (text) {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", `about-${name}-err`);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  };
  const fieldErrors = (errors) => {
    for (const name of FIELDS) fieldError(name, errors[name] ?? "");
    const wrong = FIELDS.find((name) => errors[name]);
    if (wrong) $(`about-${wrong}`).focus();
    return wrong !== undefined;
  };
  $("about").addEventListener("input", ({ target }) => fieldError(target.name, ""));

  let checking = false;
  $("about").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (checking) return;
    const mine = visit;
    const told = Object.fromEntries(FIELDS.map((name) => [name, $(`about-${name}`).value]));
    checking = true;
    try {
      // All that is wrong comes at once, before anything is written.
      await insist(() => call("POST", "about", told));
    } catch (error) {
      if (mine !== visit) return;
      // What the host's page says, and is not asked for here, nobody can put right.
      for (const name of FIELDS.filter((name) => settings[`ask_${name}`] === "hidden")) {
        if (error.fields[name]) told[name] = "";
        delete error.fields[name];
      }
      if (fieldErrors(error.fields)) return;
    } finally {
      checking = false;
    }
    if (mine !== visit) return;
    about = told;
    state();
    drawAll();
    text.focus();
    pump();
  });

  // ---- Writing ------------------------------------------------------------------------------------------------------

  const text = $("text");
  let picked = [];
  const complain = (sentence) => ($("write-err").textContent = sentence);

  const grow = () => {
    text.style.blockSize = "auto";
    text.style.blockSize = `${Math.min(text.scrollHeight + 2, 140)}px`;
  };

  let typingTold = 0;
  text.addEventListener("input", () => {
    grow();
    keepDraft();
    complain("");
    const now = Date.now();
    if (known && text.value.trim() && now - typingTold > TYPING_TOLD) {
      typingTold = now;
      call("POST", "typing", { typing: true }).catch(() => {});
    }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("write").requestSubmit();
  });

  const pick = (files) => {
    complain("");
    for (const file of files) {
      if (file.size > settings.file_limit) {
        complain(word("TooLarge", { name: file.name, limit: Math.round(settings.file_limit / 1048576) }));
      } else if (picked.length >= FILES) {
        complain(word("TooMany"));
        break;
      } else {
        picked.push(file);
      }
    }
    drawPicked();
  };
  const drawPicked = () => {
    $("picked").replaceChildren(
      ...picked.map((file) => {
        const node = clone("t-picked");
        node.querySelector("bdi").textContent = file.name;
        const remove = node.querySelector("button");
        remove.setAttribute("aria-label", word("Remove", { name: file.name }));
        remove.addEventListener("click", () => {
          picked = picked.filter((other) => other !== file);
          drawPicked();
          text.focus();
        });
        return node;
      }),
    );
  };
  $("attach").addEventListener("click", () => $("files").click());
  $("files").addEventListener("change", (event) => {
    pick(event.target.files);
    event.target.value = "";
    text.focus();
  });
  // Office lays a picture of the words beside them, and a file manager the names of its files: only what has words of its own
  // is words.
  const isWords = (data) => {
    const lines = data.getData("text/plain").split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean);
    const names = [...data.files].flatMap(({ name }) => [name, encodeURI(name)]);
    return !lines.every((line) => names.includes(line.split(/[\\/]/).at(-1)));
  };
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length || isWords(event.clipboardData)) return;
    event.preventDefault();
    pick(event.clipboardData.files);
  });
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files") || $("write").hidden) return;
      event.preventDefault();
      if (name === "drop") pick(event.dataTransfer.files);
    });
  }

  const uuid = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    // Pages without TLS have no randomUUID.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  $("write").addEventListener("submit", (event) => {
    event.preventDefault();
    const body = text.value.trim();
    if (!body && !picked.length) return text.focus();
    outbox.push({ uuid: uuid(), text: body, files: picked, at: new Date().toISOString(), error: "" });
    text.value = "";
    picked = [];
    if (typingTold) call("POST", "typing", { typing: false }).catch(() => {});
    typingTold = 0;
    // Thanks for a rating are for what was before.
    if (!typingTimer) $("typing").textContent = "";
    keepDraft();
    grow();
    drawPicked();
    keepOutbox();
    drawAll();
    toEnd();
    text.focus();
    pump();
  });

  // Text that has not arrived outlives a change of page; files cannot be kept.
  const boxKey = `switchboard-outbox:${key}`;
  const keepOutbox = () => {
    try {
      const kept = outbox.filter((item) => !item.files.length).map(({ uuid, text, at }) => ({ uuid, text, at, token }));
      sessionStorage.setItem(boxKey, JSON.stringify(kept));
    } catch {
      // Storage of frames may be blocked.
    }
  };
  const restoreOutbox = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(boxKey)) ?? [];
      // Another visitor's words must not go out under this one's name.
      const own = kept.filter((item) => item.token === token);
      return own.map(({ uuid, text, at }) => ({ uuid, text, at, files: [], error: "" }));
    } catch {
      return [];
    }
  };

  // So does what is half written, for the same visitor.
  const draftKey = `switchboard-draft:${key}`;
  const keepDraft = () => {
    try {
      if (text.value) sessionStorage.setItem(draftKey, JSON.stringify({ text: text.value, token }));
      else sessionStorage.removeItem(draftKey);
    } catch {
      // As above.
    }
  };
  const restoreDraft = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(draftKey));
      if (text.value || kept?.token !== token) return;
      text.value = kept.text;
      grow();
    } catch {
      // As above.
    }
  };

  let pumping = false;
  const pump = async () => {
    if (pumping || !settings || !$("about").hidden) return;
    pumping = true;
    const mine = visit;
    try {
      for (let item; (item = outbox.find((other) => !other.error)); ) {
        await deliver(item);
        if (mine !== visit || !$("about").hidden) return;
      }
    } finally {
      pumping = false;
      // The visit that began meanwhile found it at work.
      if (mine !== visit) pump();
      state();
    }
  };

  const deliver = async (item) => {
    try {
      const answer = await insist(() => call("POST", "messages", formOf(item)));
      const isFirst = !known;
      known = true;
      about = vouched ? about : {};
      item.id = answer.id;
      if (isFirst) {
        tell({ type: "token", token });
        follow();
      } else {
        wake();
      }
      await refresh("newer");
      outbox = outbox.filter((other) => other !== item);
      keepOutbox();
      drawAll();
    } catch (error) {
      const asksAgain = FIELDS.includes(error.field) && settings.asks && !known && !vouched;
      if (asksAgain) {
        // It waits until the field is put right, and goes out by itself then.
        about = null;
        state();
        fieldErrors({ [error.field]: error.message });
      } else if (about?.[error.field]) {
        // What the site says of the visitor is wrong: they cannot mend it, and their words go without it.
        console.error(`Switchboard: ${error.message}`);
        about[error.field] = "";
      } else {
        item.error = error.status === 404 ? word("Unavailable") : error.message;
        item.status = error.status;
        // The same file is refused each time.
        item.isFinal = item.files.length > 0 && ![401, 404].includes(error.status) && lasting(error);
      }
      drawAll();
      toEnd();
    }
  };

  const formOf = (item) => {
    const form = new FormData();
    form.set("client_uuid", item.uuid);
    form.set("text", item.text);
    form.set("page", where.page);
    form.set("referrer", where.referrer);
    for (const name of FIELDS) if (about?.[name]) form.set(name, about[name]);
    for (const file of item.files) form.append("file", file, file.name);
    return form;
  };

  // ---- Rating -------------------------------------------------------------------------------------------------------

  $("rate").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const rating = Number(form.get("rating"));
    if (!rating) {
      $("rate-err").textContent = word("RateMissing");
      return $("star5").focus();
    }
    const body = { conversation: conversation.id, rating, comment: form.get("comment") };
    try {
      await insist(() => call("POST", "rating", body));
      conversation.rated = true;
      $("typing").textContent = word("Thanks");
      state();
      text.focus();
    } catch (error) {
      $("rate-err").textContent = error.message;
    }
  });
  $("rate-skip").addEventListener("click", () => {
    skipped = conversation?.id ?? 0;
    state();
    text.focus();
  });

  // The launcher answers with the token; its origin is not known yet, so nothing is told but that we are here.
  if (parent !== window) parent.postMessage({ switchboard: 1, type: "ready" }, origins.length === 1 ? origins[0] : "*");
})();
