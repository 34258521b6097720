// Buttons that open a dialog. A classic script in <head>: they work from the moment they are seen,
// also while the page's modules are still on their way.
(function () {
  "use strict";
  function open(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
    return dialog;
  }
  document.addEventListener("click", (event) => {
    const id = event.target.closest("[data-opens]")?.dataset.opens;
    if (!id || open(id)) return;
    document.addEventListener("DOMContentLoaded", () => open(id), { once: true });
  });
})();
