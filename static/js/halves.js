// Saving one row of the settings leaves what is half typed in the others: the answer brings the whole section, and this
// puts back what its other forms held.
(() => {
  "use strict";

  const halves = new WeakMap();
  const FIELDS = "input:not([type=hidden], [type=file], [type=password]), textarea, select";

  const isTyped = (field) => {
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected);
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  };
  const keyOf = (field) => [field.form.id, field.name, field.type === "checkbox" || field.type === "radio" ? field.value : ""].join("\n");
  const fieldsOf = (section) => [...section.querySelectorAll(FIELDS)].filter((field) => field.form?.id && field.name);

  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const section = document.getElementById("section");
    if (!section || ctx.target !== section || ctx.swap === "none") return;
    const others = fieldsOf(section).filter((field) => field.form !== ctx.sourceElement && isTyped(field));
    if (others.length > 0) halves.set(ctx, others.map((field) => [keyOf(field), field.value, field.checked]));
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const section = document.getElementById("section");
    const kept = halves.get(ctx);
    if (!section || !kept) return;
    const fields = new Map(fieldsOf(section).map((field) => [keyOf(field), field]));
    for (const [key, value, checked] of kept) {
      const field = fields.get(key);
      if (!field) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
      else field.value = value;
      const row = field.closest("details");
      if (row) row.open = true;
    }
  });
})();
