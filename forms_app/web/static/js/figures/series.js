// What a column of the table says, oldest day first.

/** `{ days, values, texts }`: seconds since 1970 (UTC), numbers or null, and the table's own words. */
export function readSeries(table, column) {
  const rows = [...table.tBodies[0].rows].reverse();
  const cells = rows.map((row) => row.querySelector(`[data-column="${CSS.escape(column)}"]`));
  return {
    days: rows.map((row) => Date.parse(row.dataset.day) / 1000),
    values: cells.map((cell) => ("value" in cell.dataset ? Number(cell.dataset.value) : null)),
    texts: cells.map((cell) => cell.innerText.trim().replace(/\s*\n\s*/g, " · ")),
  };
}
