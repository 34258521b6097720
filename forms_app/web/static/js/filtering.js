// A box that filters a list of choices as one types: `data-filters` names the list. What is ticked
// stays in sight.

document.addEventListener("input", (event) => {
  const list = document.getElementById(event.target.dataset.filters ?? "");
  if (!list) return;
  const wanted = event.target.value.trim().toLowerCase();
  const rows = [...list.querySelectorAll(".check-row")];
  for (const row of rows) {
    const isTicked = row.querySelector("input").checked;
    row.hidden = !isTicked && !row.textContent.toLowerCase().includes(wanted);
  }
  list.querySelector("[data-none]").hidden = rows.some((row) => !row.hidden);
});
