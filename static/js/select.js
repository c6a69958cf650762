// Marking customers: the box on the row of actions marks every card that is loaded, and after an action nobody is marked.
// Everything else about it is check boxes and CSS, which counts them where there are no scripts.
(() => {
  "use strict";

  const boxes = () => [...document.querySelectorAll("#clist input[name=row]")];
  const settle = () => {
    const whole = document.querySelector("[data-select-all]");
    if (!whole) return;
    const all = boxes();
    const marked = all.filter((box) => box.checked).length;
    whole.checked = marked > 0 && marked === all.length;
    whole.indeterminate = marked > 0 && marked < all.length;
    // Browsers go on counting what a change of the list took away.
    const number = document.querySelector("#bulk .n");
    if (number) number.dataset.n = String(marked);
  };
  const mark = (checked) => {
    for (const box of boxes()) box.checked = checked;
    settle();
  };

  document.addEventListener("change", ({ target }) => {
    if (target.matches?.("[data-select-all]")) mark(target.checked);
    else if (target.matches?.("#clist input[name=row]")) settle();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-select-none]")) mark(false);
  });
  document.addEventListener("htmx:after:swap", settle);
  // The answer leads on to another page: it is done.
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const led = ctx.response?.headers?.get?.("HX-Location");
    if (led && ctx.request?.action?.startsWith("/inbox/bulk")) mark(false);
  });
})();
