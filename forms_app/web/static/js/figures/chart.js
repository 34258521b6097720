// One measure over days: a line with a point for each day, in the colours of the theme.

import { tokenColor } from "../tokens.js";

const HEIGHT_PX = 150;
const AXIS_PX = 52;
const POINT_PX = 6;
const ROOM_ABOVE = 1.1;
const ROOM_RIGHT_PX = 40;
const THIN_SPACE = "\u202f";
// Nothing here is worth a tick between whole numbers.
const STEPS = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((n) => n * 10 ** power));

const dayOf = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Draw `series` into the figure's plot; `repaint` after a change of theme, `fit` of width. */
export function createChart(figure, series) {
  const plot = figure.querySelector(".chart-plot");
  const output = figure.querySelector("output");
  const { suffix } = figure.dataset;
  const top = figure.dataset.top ? Number(figure.dataset.top) : null;
  let chart = draw();

  function draw() {
    return new window.uPlot(optionsOf(), [series.days, series.values], plot);
  }

  function optionsOf() {
    return {
      width: plot.clientWidth,
      height: HEIGHT_PX,
      tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: POINT_PX + 4 } },
      hooks: { setCursor: [(drawn) => show(drawn.cursor.idx)] },
      scales: { y: { range: (_, __, most) => [0, top ?? (most || 1) * ROOM_ABOVE] } },
      padding: [8, ROOM_RIGHT_PX, 0, 0],
      axes: [
        axis({ size: 28, space: 96, values: (_, days) => days.map(dayOf) }),
        axis({ size: AXIS_PX, incrs: STEPS, values: (_, steps) => steps.map(withUnit) }),
      ],
      series: [{}, line()],
    };
  }

  function withUnit(step) {
    return `${step.toLocaleString("en").replaceAll(",", THIN_SPACE)}${suffix}`;
  }

  function axis(more) {
    const font = `12px ${window.getComputedStyle(plot).fontFamily}`;
    const grid = { stroke: tokenColor("--line"), width: 1 };
    return { stroke: tokenColor("--text-muted"), font, grid, ticks: { show: false }, ...more };
  }

  function line() {
    const stroke = tokenColor("--accent");
    return {
      stroke,
      width: 2,
      spanGaps: true,
      points: { show: true, size: POINT_PX, fill: stroke },
    };
  }

  function show(place) {
    output.value =
      place == null ? "" : `${dayOf(series.days[place])}: ${series.texts[place]}`;
  }

  return {
    fit: () => chart.setSize({ width: plot.clientWidth, height: HEIGHT_PX }),
    repaint() {
      chart.destroy();
      chart = draw();
    },
  };
}
