// Which answers the page takes in, and in which order.
//
// - An answer that says that it did not work changes nothing on the page, its address least of all: what stands there may
//   hold what somebody is writing, and a proxy's words are no composer and no list. A form that the desk refused comes back.
// - Of all ways to another page the newest counts. A slow answer takes nobody back from where they have gone since.
// - Back that did not arrive is a fresh load of where one is by then.
(() => {
  "use strict";

  const REFUSED_FORM = 422;

  const keepPage = (ctx) => {
    ctx.swap = "none";
    ctx.push = ctx.replace = "false";
    for (const name of ["location", "pushurl", "replaceurl", "reswap"]) delete ctx.hx[name];
  };
  const leadsOn = ({ target, request }) =>
    request?.method?.toUpperCase() === "GET" && (target === document.body || target?.id === "app");

  // When each request was asked for, and the newest of those that lead on, as long as it has not failed.
  let count = 0;
  const asked = new WeakMap();
  let newest = null;
  const isLate = (ctx) => newest !== null && newest !== ctx && asked.get(newest) > asked.get(ctx);

  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => asked.set(ctx, (count += 1)));
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (!leadsOn(ctx)) return;
    if (isLate(ctx)) return event.preventDefault();
    newest?.request?.abort?.();
    newest = ctx;
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const { status } = ctx.response;
    const failed = status >= 400;
    if (failed && ctx === newest) newest = null;
    const leads = leadsOn(ctx) || ctx.hx.location !== undefined;
    if ((failed && status !== REFUSED_FORM) || (leads && isLate(ctx))) keepPage(ctx);
  });

  const isBack = (ctx) => ctx?.request?.headers?.["HX-History-Restore-Request"] === "true";
  let missed = false;
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (isBack(ctx) && !ctx.hx.redirect) location.reload();
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (!ctx) return;
    if (ctx === newest) newest = null;
    if (isBack(ctx) && !ctx.response) missed = true;
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (leadsOn(ctx) && ctx.swap !== "none") missed = false;
  });
  // The server is there again.
  document.addEventListener("live:sync", () => {
    if (missed) location.reload();
  });
})();
