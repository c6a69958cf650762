// A pressed button says that it works, once it takes long enough to be wondered at: aria-busy, of which the style sheet makes
// the rest.
(() => {
  "use strict";

  const LONG = 400;
  const pressed = new WeakMap();
  const buttonOf = ({ sourceElement, request }) => {
    if (request.submitter?.matches) return request.submitter;
    if (sourceElement?.matches?.("button")) return sourceElement;
    // Sent by the keyboard: the button that would have done it.
    const isSent = request.method?.toUpperCase() === "POST" && sourceElement?.matches?.("form");
    return isSent ? [...sourceElement.elements].find((field) => field.type === "submit") : null;
  };

  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    const button = event.defaultPrevented ? null : buttonOf(ctx);
    if (!button) return;
    const timer = setTimeout(() => button.setAttribute("aria-busy", "true"), LONG);
    pressed.set(ctx, { button, timer });
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const { button, timer } = pressed.get(ctx) ?? {};
    clearTimeout(timer);
    button?.removeAttribute("aria-busy");
  });
})();
