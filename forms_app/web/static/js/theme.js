// Runs before the first paint (a classic script in <head>), so that a chosen theme does not flash.
// Without a choice the system's preference holds.
(function () {
  "use strict";
  try {
    const chosen = window.localStorage.getItem("fieldhand-theme");
    if (chosen === "light" || chosen === "dark") {
      document.documentElement.dataset.theme = chosen;
    }
  } catch {
    // Storage may be switched off: the system's preference holds.
  }
})();
