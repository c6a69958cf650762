// A form that comes back refused still has the files that were chosen: browsers cannot put them into the new form, this can.
(() => {
  "use strict";

  const chosen = new WeakMap();
  const inputs = (form) => [...form.querySelectorAll("input[type=file][name]")];

  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (ctx.response?.status !== 422 || !form?.matches?.("form[id]")) return;
    const files = inputs(form).filter((input) => input.files.length > 0);
    if (files.length > 0) chosen.set(ctx, { form: form.id, files: files.map(({ name, files }) => [name, files]) });
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const kept = chosen.get(ctx);
    const form = kept && document.getElementById(kept.form);
    if (!form) return;
    for (const [name, files] of kept.files) {
      const input = inputs(form).find((other) => other.name === name && other.files.length === 0);
      if (!input) continue;
      input.files = files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
})();
