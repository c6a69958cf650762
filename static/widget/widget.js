// The launcher of the web chat: a button on somebody's site that opens our panel in an iframe.
//
//   <script src="https://desk.example/chat/widget.js" data-channel="KEY" async></script>
//
// data-external-id with data-hmac (hex HMAC-SHA-256 of the ID with the channel's identity secret, made on the site's
// server) says who is signed in there; data-name, data-email, data-phone tell more of them. data-language (en, ru) and
// data-theme (light, dark) are the page's and the device's if they are left out.
// Everything stands in a shadow tree, so the host's styles do not reach it, and adds no style or markup to the host.
// From scripts: SwitchboardChat.open(), .close(), .logout().
(() => {
  "use strict";

  const script = document.currentScript;
  const key = script?.dataset.channel;
  if (!key || window.SwitchboardChat) return;

  const root = new URL(`./${encodeURIComponent(key)}/`, script.src);
  const said = script.dataset;
  const language = said.language || document.documentElement.lang || navigator.language || "";
  const theme = ["light", "dark"].includes(said.theme) ? said.theme : "";

  // The visitor's token lives in the host page's storage: the iframe's own is partitioned or blocked in most browsers.
  // Each who signs in on the host has a place of their own, so that tabs of theirs and of guests leave each other alone.
  const storeKey = () => `switchboard:${key}` + (said.externalId ? `:${said.externalId}` : "");
  const memory = { token: "" };
  const load = () => {
    try {
      memory.token = JSON.parse(localStorage.getItem(storeKey()))?.token ?? "";
    } catch {
      // Without storage the visit lasts as long as the page.
    }
  };
  const save = () => {
    try {
      localStorage.setItem(storeKey(), JSON.stringify(memory));
    } catch {
      // As above.
    }
  };
  const forget = () => {
    memory.token = "";
    try {
      // The place goes with what is in it: its name says who was signed in.
      localStorage.removeItem(storeKey());
    } catch {
      // As above.
    }
  };

  const STYLE = `
    :host { all: initial !important; }
    * { box-sizing: border-box; }
    button {
      all: initial; position: fixed; inset-block-end: max(20px, env(safe-area-inset-bottom)); z-index: 2147483000;
      inline-size: 56px; block-size: 56px; border-radius: 50%; background: var(--accent); color: #fff; cursor: pointer;
      display: grid; place-items: center; box-shadow: 0 6px 20px -4px #0006;
      -webkit-tap-highlight-color: transparent;
    }
    button:hover { filter: brightness(1.08); }
    button:focus-visible { outline: 3px solid #fff; outline-offset: -6px; box-shadow: 0 0 0 3px var(--accent); }
    .end { inset-inline-end: max(20px, env(safe-area-inset-right)); }
    .start { inset-inline-start: max(20px, env(safe-area-inset-left)); }
    svg { inline-size: 26px; block-size: 26px; fill: none; stroke: currentColor; stroke-width: 1.8;
      stroke-linecap: round; stroke-linejoin: round; pointer-events: none; }
    .count {
      position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-inline-size: 20px; block-size: 20px;
      padding-inline: 5px; border-radius: 10px; background: #c5221f; color: #fff; font: 600 12px/20px system-ui, sans-serif;
      text-align: center;
    }
    [hidden] { display: none !important; }
    iframe {
      all: initial; position: fixed; z-index: 2147483001; inset-block-end: 92px; inline-size: 376px; max-inline-size: calc(100vw - 40px);
      block-size: min(640px, calc(100vh - 116px)); block-size: min(640px, calc(100dvh - 116px)); border: 0; border-radius: 14px;
      background: transparent; box-shadow: 0 16px 48px -12px #0007, 0 0 0 1px #0001;
    }
    .dark { color-scheme: dark; }
    .light { color-scheme: light; }
    @media (max-width: 560px), (max-height: 420px) {
      iframe { inset: 0; inline-size: 100%; max-inline-size: none; block-size: 100%; block-size: 100dvh; border-radius: 0; box-shadow: none; }
      .is-open button { display: none; }
    }
    @media print { :host { display: none !important; } }
    @media (prefers-reduced-motion: no-preference) {
      iframe:not([hidden]) { animation: rise 0.16s ease-out; }
      @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
    }`;

  const CHAT = ["M3 20l1.3 -3.9c-2.3 -3.4 -1.4 -7.8 2.1 -10.2c3.5 -2.5 8.5 -2.3 11.7 .4c3.2 2.7 3.7 7.1 1.1 10.3c-2.6 3.2 -7.4 4.2 -11.3 2.3l-4.9 1.1"];
  const DOWN = ["M6 9l6 6l6 -6"];

  const make = (tag, attributes = {}) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const icon = (paths) => {
    const NS = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(NS, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const d of paths) {
      const path = document.createElementNS(NS, "path");
      path.setAttribute("d", d);
      svg.append(path);
    }
    return svg;
  };

  const host = make("div", { "data-switchboard": "" });
  const shadow = host.attachShadow({ mode: "closed" });
  const box = make("div");
  const button = make("button", { type: "button", "aria-expanded": "false" });
  const count = make("span", { class: "count", "aria-hidden": "true", hidden: "" });
  let frame = null;
  let ready = false;
  let words = null;
  let isOpen = false;
  let unread = 0;
  let focusAfter = false;
  let waiting = 0;
  let patience = 8000;

  const label = () => {
    const what = isOpen ? words.close : words.open;
    button.setAttribute("aria-label", unread ? `${what}, ${words.unread.replace("{n}", unread)}` : what);
    button.setAttribute("aria-expanded", String(isOpen));
    count.textContent = unread > 99 ? "99+" : String(unread);
    count.toggleAttribute("hidden", unread === 0);
    button.replaceChildren(icon(isOpen ? DOWN : CHAT), count);
    box.classList.toggle("is-open", isOpen);
  };

  const tell = (message) => {
    if (ready) frame.contentWindow.postMessage({ switchboard: 1, ...message }, root.origin);
  };
  const where = () => ({ page: location.href, referrer: document.referrer });

  const hello = (more = {}) => {
    const { externalId = "", hmac = "", name = "", email = "", phone = "" } = said;
    const who = { external_id: externalId, hmac, name, email, phone };
    tell({ type: "hello", token: memory.token, who, shown: isOpen, ...more, ...where() });
  };

  const makeFrame = () => {
    if (frame) return;
    const url = new URL("frame", root);
    if (language) url.searchParams.set("lang", language.slice(0, 2).toLowerCase());
    if (theme) url.searchParams.set("theme", theme);
    frame = make("iframe", { title: words.panel, allow: "clipboard-write", class: `${words.side} ${theme}`, hidden: "" });
    frame.src = url.href;
    box.append(frame);
    // A desk that restarts leaves an error page of the browser in the frame, which nothing but a new one mends.
    waiting = setTimeout(() => {
      patience = Math.min(patience * 2, 60000);
      frame.remove();
      frame = null;
      makeFrame();
      frame.toggleAttribute("hidden", !isOpen);
    }, patience);
  };

  const show = (open, focus = true) => {
    if (!words || open === isOpen) return;
    isOpen = open;
    focusAfter = open && focus;
    if (open) makeFrame();
    frame.toggleAttribute("hidden", !open);
    label();
    if (open && focus && ready) frame.focus();
    tell({ type: "shown", shown: open, focus: focusAfter, ...where() });
    if (!open && focus) button.focus();
  };

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== root.origin) return;
    const message = event.data;
    if (message?.switchboard !== 1) return;
    if (message.type === "ready") {
      ready = true;
      clearTimeout(waiting);
      hello({ focus: focusAfter });
      if (focusAfter) frame.focus();
    } else if (message.type === "token") {
      memory.token = message.token;
      save();
    } else if (message.type === "unread") {
      unread = Number(message.count) || 0;
      label();
    } else if (message.type === "close") {
      show(false);
    }
  });

  button.addEventListener("click", () => show(!isOpen));
  // Another tab of the same site has begun the visit: both are one visitor.
  addEventListener("storage", (event) => {
    if (event.key !== storeKey()) return;
    const before = memory.token;
    load();
    if (memory.token && before !== memory.token) hello();
  });

  const restart = () => {
    clearTimeout(waiting);
    frame?.remove();
    frame = null;
    ready = false;
    isOpen = false;
    unread = 0;
    if (words) label();
  };

  const begin = async () => {
    const url = new URL("look", root);
    if (language) url.searchParams.set("lang", language.slice(0, 2).toLowerCase());
    const answer = await fetch(url, { credentials: "omit" });
    // A desk that restarts, or has much to do, answers soon.
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    if (!answer.ok) return;
    const look = await answer.json();
    words = { ...look.words, side: look.position === "start" ? "start" : "end" };
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
    box.style.setProperty("--accent", /^#[0-9a-f]{6}$/i.test(look.accent) ? look.accent : "#0b6b86");
    button.classList.add(words.side);
    box.append(button);
    shadow.append(box);
    label();
    document.body.append(host);
    // Whoever has written before hears of answers without opening the panel.
    if (memory.token) (window.requestIdleCallback ?? setTimeout)(makeFrame);
    if (wanted) show(true, false);
  };

  let wanted = false;
  window.SwitchboardChat = Object.freeze({
    open: () => {
      wanted = true;
      show(true);
    },
    close: () => {
      wanted = false;
      show(false);
    },
    logout: () => {
      // Whoever uses the device next is neither who was signed in nor the guest of before.
      forget();
      for (const name of ["externalId", "hmac", "name", "email", "phone"]) delete said[name];
      forget();
      restart();
    },
  });

  load();
  const start = () => begin().catch(() => setTimeout(start, 15000));
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
