// Short notes in the corner: what was done, and what went wrong.
//
// The server says HX-Trigger: {"toast":"Saved"} or {"toast":{"text":"Closed","more":"Anna"}}, with "bad":true for
// what went wrong (JSON in ASCII: a header is not UTF-8). An element [data-flash] says what the page before did. Failed
// requests speak with the words in the data-text-* attributes of <body>.
// The markup is <template id="toast">, so that words and icons stay with the templates.
(() => {
  "use strict";

  const SHORT = 6000;
  const LONG = 12000;

  const show = ({ text, more = "", bad = false, way = "" }) => {
    const box = document.getElementById("toasts");
    const template = document.getElementById("toast");
    if (!text || !box || !template) return;
    for (const old of box.querySelectorAll(".toastx")) {
      if (old.dataset.text === text + more) old.remove();
    }
    const toast = template.content.firstElementChild.cloneNode(true);
    toast.dataset.text = text + more;
    toast.querySelector(bad ? ".ok" : ".bad").remove();
    toast.querySelector("b").textContent = text;
    const line = toast.querySelector("[data-more]");
    if (more) line.textContent = more;
    else line.remove();
    const wayOn = toast.querySelector("[data-way]");
    if (way) wayOn.href = way;
    else wayOn.remove();
    toast.querySelector("[data-dismiss]").addEventListener("click", () => toast.remove());
    box.append(toast);

    let timer = 0;
    const start = () => {
      timer = setTimeout(() => toast.remove(), bad ? LONG : SHORT);
    };
    const stop = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
    start();
  };

  const WORDS = {
    401: "textSignedOut",
    403: "textForbidden",
    404: "textGone",
    409: "textConflict",
    413: "textTooLarge",
    429: "textBusy",
  };
  const complain = (word) => show({ text: document.body.dataset[word], bad: true });
  // A region refreshes by itself: nobody has asked for anything.
  const inBackground = (event) => event.detail.ctx?.sourceElement?.matches?.("[data-region]") ?? false;

  // A message that was refused after one has gone on: its composer, which says why, is not before anybody.
  const notSent = (customer) => {
    const name = document.querySelector(`#k${customer} .cc-a`)?.textContent ?? "";
    show({ text: document.body.dataset.textNotSent, more: name, bad: true, way: `/inbox/${customer}` });
  };

  const flash = () => {
    for (const left of document.querySelectorAll("[data-flash]")) {
      show({ text: left.textContent.trim() });
      left.remove();
    }
  };
  flash();
  document.addEventListener("htmx:after:swap", flash);

  document.addEventListener("toast", (event) => {
    const { value, text } = event.detail ?? {};
    show(text ? event.detail : { text: value });
  });

  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    const { status } = ctx.response;
    if (inBackground(event)) return delete ctx.hx.trigger;
    if (status === 422) {
      const customer = /^\/inbox\/(\d+)\/messages$/.exec(ctx.request.action)?.[1];
      return customer && ctx.target?.isConnected === false ? notSent(customer) : undefined;
    }
    if (event.detail.ctx.hx?.trigger?.includes("toast")) return;
    complain(WORDS[status] ?? "textError");
  });

  document.addEventListener("htmx:error", (event) => {
    const ctx = event.detail.ctx;
    // Without an answer the network failed or the time ran out; anything else is a fault of ours, for the console.
    if (ctx && !ctx.response && !inBackground(event)) complain("textOffline");
  });
})();
