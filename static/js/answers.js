// Which answers the page takes in, and in which order.
//
// - An answer that says that it did not work changes nothing on the page, its address least of all: what stands there may
//   hold what somebody is writing, and a proxy's words are no composer and no list. A form that the desk refused comes back.
// - Of all ways to another page the newest counts. A slow answer takes nobody back from where they have gone since.
// - Nor does a slow answer take a region back that stands for something else by now: the list of another page or of what has
//   been typed since, a log that has grown. It is asked for anew.
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

  // What a region stood for when it was asked for: the address that it is fetched from.
  const stoodFor = new WeakMap();
  const addressOf = (region) => (region?.matches?.("[data-region]") ? region.getAttribute("hx-get") : null);
  const isOutdated = ({ request, target }, address) =>
    address !== null && request.method?.toUpperCase() === "GET" && target.isConnected && addressOf(target) !== address;
  // Whatever asked for the region asks again, if it does so by itself; the list's filter with what is typed there by now.
  const askAgain = ({ sourceElement, target, swap }) => {
    if (!sourceElement.isConnected || !sourceElement.matches("[data-region], form")) return;
    htmx.ajax("GET", sourceElement.getAttribute("hx-get"), { source: sourceElement, target, swap }).catch(() => {});
  };

  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    asked.set(ctx, (count += 1));
    stoodFor.set(ctx, addressOf(ctx.target));
  });
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    if (!leadsOn(ctx)) return;
    if (isLate(ctx)) return event.preventDefault();
    newest?.request?.abort?.();
    newest = ctx;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const { status } = ctx.response;
    const failed = status >= 400;
    if (!failed && isOutdated(ctx, stoodFor.get(ctx) ?? null)) {
      event.preventDefault();
      askAgain(ctx);
      return;
    }
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
