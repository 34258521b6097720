// Charts over days, drawn from the table below them: it has every number that they show.

import { onThemeChange } from "../tokens.js";
import { createChart } from "./chart.js";
import { readSeries } from "./series.js";

const charts = document.getElementById("charts");
const table = document.getElementById("figures");

charts.hidden = false;
const drawn = [...charts.querySelectorAll("[data-column]")].map((figure) =>
  createChart(figure, readSeries(table, figure.dataset.column)),
);
onThemeChange(() => drawn.forEach((chart) => chart.repaint()));
new ResizeObserver(() => drawn.forEach((chart) => chart.fit())).observe(charts);
