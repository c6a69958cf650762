// Gives htmx its Trusted Types policy and takes its eval away.
//
// The content security policy lets only the policy named "htmx" make HTML, and nothing make code. So hx-on, js: values
// and trigger filters in brackets throw instead of running, and a <script> in a fragment never runs.
(() => {
  "use strict";

  function refuse() {
    throw new Error("htmx may not run code from markup");
  }

  const asIs = { createHTML: (html) => html };

  htmx.registerExtension("tt", {
    init: (api) => {
      const policy = window.trustedTypes?.createPolicy("htmx", asIs) ?? asIs;
      api.initSecurity({ createHTML: (html) => policy.createHTML(html), createScript: refuse }, refuse, refuse);
    },
  });
})();
