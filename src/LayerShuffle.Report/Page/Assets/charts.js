"use strict";
// Charts: SVG from the figures in the page's data, as wide as there is room, so that letters stay as large as they are.
const data = JSON.parse(document.getElementById("data").textContent);
const svgSpace = "http://www.w3.org/2000/svg";
const colour = i => `var(--c${i < 0 ? -1 : i % 8})`;

function svg(name, attributes, parent, text) {
  const element = document.createElementNS(svgSpace, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

function html(name, attributes, parent, text) {
  const element = document.createElement(name);
  for (const key in attributes || {}) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

const shapes = [
  r => `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0`, r => `M${-r},${-r}h${2 * r}v${2 * r}h${-2 * r}z`,
  r => `M0,${-1.2 * r}L${1.15 * r},${r}H${-1.15 * r}z`, r => `M0,${-1.3 * r}L${1.2 * r},0 0,${1.3 * r} ${-1.2 * r},0z`,
  r => `M0,${1.2 * r}L${1.15 * r},${-r}H${-1.15 * r}z`, r => `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0`,
  r => `M${-r},${-r}h${2 * r}v${2 * r}h${-2 * r}z`, r => `M${-r},0H${r}M0,${-r}V${r}M${-r * .7},${-r * .7}L${r * .7},${r * .7}M${-r * .7},${r * .7}L${r * .7},${-r * .7}`];

function mark(series, r) {
  if (series.look === "crosses") return { d: `M${-r},${-r}L${r},${r}M${-r},${r}L${r},${-r}`, fill: "none", stroke: colour(series.colour), "stroke-width": 2 };
  const i = series.colour < 0 ? 0 : series.colour % 8;
  return { d: shapes[i](r), fill: i > 4 ? "none" : colour(series.colour), stroke: colour(series.colour), "stroke-width": i > 4 ? 1.8 : .5 };
}

function roundTicks(from, to, wanted) {
  if (!(to > from)) return [from];
  const rough = (to - from) / Math.max(1, wanted), power = 10 ** Math.floor(Math.log10(rough)), share = rough / power;
  const step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 2.5 ? 2.5 : share <= 5 ? 5 : 10), ticks = [];
  for (let i = Math.ceil(from / step - 1e-9); i <= to / step + 1e-9; i++) ticks.push(+(i * step).toPrecision(12));
  return ticks;
}

function logTicks(from, to) {
  const low = Math.floor(Math.log10(from)), high = Math.ceil(Math.log10(to)), ticks = [];
  for (let power = low; power <= high; power++)
    for (const step of high - low > 2 ? [1] : [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= from * .999 && tick <= to * 1.001) ticks.push(tick);
    }
  return ticks;
}

function tickText(value, share) {
  if (share) return +(100 * value).toFixed(2) + "%";
  const size = Math.abs(value);
  if (size >= 1e9) return +(value / 1e9).toFixed(2) + "G";
  if (size >= 1e6) return +(value / 1e6).toFixed(2) + "M";
  if (size >= 1e4) return +(value / 1e3).toFixed(2) + "k";
  return size && size < 1e-3 ? value.toExponential(1) : String(+value.toFixed(4));
}

// What an axis spans, and where its values are.
function scale(axis, values, vertical, from, to) {
  let low, high;
  if (axis.names) [low, high] = [-.5, axis.names.length - .5];
  else {
    const finite = values.filter(v => v !== null && isFinite(v) && (!axis.isLog || v > 0));
    low = axis.min ?? (finite.length ? Math.min(...finite) : 0);
    high = axis.max ?? (finite.length ? Math.max(...finite) : 1);
    if (axis.isLog) [low, high] = [Math.log10(low), Math.log10(high)];
    const room = high > low ? (high - low) * .04 : Math.max(.5, Math.abs(high) * .1);
    low = axis.min !== null && axis.min >= 0 ? low - (axis.isShare ? room / 2 : 0) : low - room;
    high += axis.max === null ? room * 1.5 : room;
  }
  const down = vertical && !axis.names;
  const at = v => {
    const share = ((axis.isLog ? Math.log10(v) : v) - low) / (high - low);
    return down ? to - share * (to - from) : from + share * (to - from);
  };
  const ticks = wanted => axis.names ? axis.names.map((name, i) => [at(i), name])
    : (axis.isLog ? logTicks(10 ** low, 10 ** high) : roundTicks(Math.max(low, axis.min ?? low), Math.min(high, axis.max ?? high), wanted))
      .filter(v => (!axis.isShare || v >= 0 && v <= 1) && (!axis.isWhole || v % 1 === 0)).map(v => [at(v), tickText(v, axis.isShare)]);
  return { at, ticks };
}

const canvasForText = document.createElement("canvas").getContext("2d");
function textWidth(text) {
  canvasForText.font = "12.5px " + getComputedStyle(document.body).fontFamily;
  return canvasForText.measureText(text).width;
}

// Without its middle: names of one sweep differ mostly at their ends.
function fitText(text, room) {
  if (textWidth(text) <= room) return text;
  const letters = Array.from(text);
  const cut = kept => letters.slice(0, Math.ceil(kept / 2)).join("") + "…" + letters.slice(letters.length - Math.floor(kept / 2)).join("");
  let kept = letters.length - 1;
  while (kept > 4 && textWidth(cut(kept)) > room) kept--;
  return cut(kept);
}

function drawFigure(figure, place, width) {
  place.replaceChildren();
  const rows = !!figure.panels[0].y.names, all = figure.panels.flatMap(panel => panel.series);
  const bars = all.some(series => series.look === "bars");
  const names = figure.panels.flatMap(panel => panel.y.names || []);
  const left = rows ? Math.min(width * .42, 14 + Math.max(...names.map(textWidth))) : Math.max(58, 36 + Math.max(...figure.panels.map(tickWidth)));
  const right = 16, foot = 44;
  const heights = figure.panels.map(panel => rows ? Math.max(2, panel.y.names.length) * Math.max(26, 15 * Math.min(6, bars ? 1 : panel.series.length)) + 10
    : (figure.panels.length === 1 ? 1.35 : panel.weight) * (width < 500 ? 170 : 200));
  const height = heights.reduce((a, b) => a + b, 0) + foot + 24 * (figure.panels.length - 1) + 10;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${figure.title}. ${figure.subtitle} The table below has its numbers.` }, place);
  const ends = rows && !bars ? all.flatMap(s => [...(s.low || []), ...(s.high || [])]) : [];
  const totals = {};
  if (bars) for (const s of all) s.y.forEach((row, i) => totals[row] = (totals[row] || 0) + s.x[i]);
  const x = scale(figure.x, [...all.flatMap(s => s.x), ...ends, ...Object.values(totals)], false, left, width - right);
  let top = 8;
  figure.panels.forEach((panel, i) => {
    const bottom = top + heights[i];
    drawPanel(picture, figure, panel, x, { left, right: width - right, top, bottom, last: i === figure.panels.length - 1, width });
    top = bottom + 24;
  });
  svg("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, picture, figure.x.label);
}

function ends(panel) { return panel.series.flatMap(s => [...s.y, ...(s.low || []), ...(s.high || [])]); }

// The room that the numbers beside a panel take.
function tickWidth(panel) { return Math.max(0, ...scale(panel.y, ends(panel), true, 0, 100).ticks(4).map(tick => textWidth(tick[1]))); }

function drawPanel(picture, figure, panel, x, box) {
  const rows = !!panel.y.names;
  const y = scale(panel.y, rows ? panel.series.flatMap(s => s.y) : ends(panel), true, box.top, box.bottom);
  for (const band of figure.bands) {
    const from = Math.max(box.left, x.at(band.from)), to = Math.min(box.right, x.at(band.to));
    const shade = svg("rect", { x: from, y: box.top, width: Math.max(1, to - from), height: box.bottom - box.top, style: `fill:${colour(band.colour)};opacity:.16` }, picture);
    svg("title", {}, shade, band.label);
  }
  let lastEnd = -1e9;
  for (const [at, text] of x.ticks(Math.max(3, Math.floor((box.right - box.left) / (box.width < 500 ? 55 : 90))))) {
    if (!rows || !figure.x.names) svg("line", { x1: at, x2: at, y1: box.top, y2: box.bottom, style: "stroke:var(--grid)" }, picture);
    const half = textWidth(text) / 2;
    if (box.last && at - half > lastEnd + 4) {
      svg("text", { x: Math.min(at, box.width - half), y: box.bottom + 17, "text-anchor": "middle" }, picture, text);
      lastEnd = at + half;
    }
  }
  for (const [at, text] of y.ticks(4)) {
    if (!rows) svg("line", { x1: box.left, x2: box.right, y1: at, y2: at, style: "stroke:var(--grid)" }, picture);
    const label = svg("text", { x: box.left - 7, y: at + 4, "text-anchor": "end" }, picture, rows ? fitText(text, box.left - 10) : text);
    if (rows) svg("title", {}, label, text);
  }
  if (!rows) svg("text", { transform: `translate(13 ${(box.top + box.bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, picture, fitText(panel.y.label, box.bottom - box.top + 20));
  svg("path", { d: `M${box.left},${box.top}V${box.bottom}H${box.right}`, style: "stroke:var(--soft);fill:none" }, picture);
  const before = {}, written = [];
  for (const series of panel.series) drawSeries(picture, series, x, y, rows, before);
  for (const series of panel.series) if (series.showsWords) drawWords(picture, series, x, y, box, written);
}

// Words beside points; one that would lie over another, or over a point, is told where somebody points at it.
function drawWords(picture, series, x, y, box, written) {
  series.words.forEach((word, i) => {
    const px = x.at(series.x[i]), py = y.at(series.y[i]), wide = textWidth(word) * .9;
    if (!word || !isFinite(px) || !isFinite(py)) return;
    for (const [from, base] of [[px + 8, py - 4], [px - 8 - wide, py - 4], [px + 8, py + 13], [px - 8 - wide, py + 13]]) {
      const place = [from, base - 10, from + wide, base + 3];
      if (from < box.left || from + wide > box.width || base - 10 < box.top - 8 || base > box.bottom - 2) continue;
      if (written.some(w => w[0] < place[2] && place[0] < w[2] && w[1] < place[3] && place[1] < w[3])) continue;
      written.push(place);
      svg("text", { x: from, y: base, class: "word" }, picture, word);
      return;
    }
  });
}

function drawSeries(picture, series, x, y, rows, before) {
  const stroke = `stroke:${colour(series.colour)}`, count = series.x.length;
  const fine = i => isFinite(x.at(series.x[i])) && isFinite(y.at(series.y[i]));
  if (series.look === "bars") {
    for (let i = 0; i < count; i++) {
      const row = series.y[i], from = before[row] || 0, to = before[row] = from + series.x[i];
      const bar = svg("rect", { x: x.at(from), y: y.at(row - .36), width: Math.max(0, x.at(to) - x.at(from)), height: y.at(row + .36) - y.at(row - .36), style: `fill:${colour(series.colour)}` }, picture);
      svg("title", {}, bar, `${series.name}: ${+series.x[i].toFixed(3)}`);
    }
    return;
  }
  if (series.low) for (let i = 0; i < count; i++) {
    const low = series.low[i], high = series.high[i];
    if (low === null || high === null) continue;
    const [a, b] = rows ? [[x.at(low), y.at(series.y[i])], [x.at(high), y.at(series.y[i])]] : [[x.at(series.x[i]), y.at(low)], [x.at(series.x[i]), y.at(high)]];
    if ([...a, ...b].every(isFinite)) svg("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], style: stroke + ";stroke-width:2" }, picture);
  }
  if (["line", "plain", "steps", "dashes"].includes(series.look)) {
    let path = "";
    for (let i = 0; i < count; i++) {
      if (!fine(i)) continue;
      const [px, py] = [x.at(series.x[i]).toFixed(1), y.at(series.y[i]).toFixed(1)];
      path += path === "" ? `M${px},${py}` : series.look === "steps" ? `H${px}V${py}` : `L${px},${py}`;
    }
    svg("path", { d: path, style: `${stroke};stroke-width:2;fill:none${series.look === "dashes" ? ";stroke-dasharray:6 4" : ""}` }, picture);
  }
  if (["dots", "line", "crosses"].includes(series.look)) {
    const shape = mark(series, count > 300 ? 2 : 4.5);
    for (let i = 0; i < count; i++) {
      if (!fine(i)) continue;
      const point = svg("path", { ...shape, transform: `translate(${x.at(series.x[i]).toFixed(1)} ${y.at(series.y[i]).toFixed(1)})` }, picture);
      if (series.words) svg("title", {}, point, `${series.name ? series.name + ", " : ""}${series.words[i]}`);
    }
  }
}

function drawLegend(figure, place) {
  place.replaceChildren();
  const seen = new Set();
  const entries = figure.panels.flatMap(panel => panel.series).filter(s => s.name && !seen.has(s.name) && seen.add(s.name));
  const bands = figure.bands.filter(band => !seen.has(band.legend) && seen.add(band.legend));
  if (entries.length + bands.length < 2 && !bands.length) return;
  const entry = (name, paint) => {
    const item = html("span", {}, place), swatch = svg("svg", { width: 26, height: 14, "aria-hidden": "true" }, item);
    paint(swatch);
    html("bdi", {}, item, name);
  };
  for (const s of entries) entry(s.name, swatch => {
    if (["line", "plain", "steps", "dashes"].includes(s.look))
      svg("line", { x1: 0, x2: 26, y1: 7, y2: 7, style: `stroke:${colour(s.colour)};stroke-width:2${s.look === "dashes" ? ";stroke-dasharray:6 4" : ""}` }, swatch);
    if (s.look === "bars") svg("rect", { x: 3, y: 2, width: 20, height: 10, style: `fill:${colour(s.colour)}` }, swatch);
    if (["dots", "line", "crosses"].includes(s.look)) svg("path", { ...mark(s, 4.5), transform: "translate(13 7)" }, swatch);
  });
  for (const band of bands.slice(0, 8)) entry(band.legend, swatch => svg("rect", { x: 2, y: 1, width: 22, height: 12, style: `fill:${colour(band.colour)};opacity:.3` }, swatch));
  if (bands.length > 8) html("span", {}, place, `and ${bands.length - 8} more`);
}

const figures = Object.fromEntries(data.figures.map(figure => [figure.id, figure]));
const drawn = new Map();

function show(element, width) {
  const figure = figures[element.dataset.figure];
  if (!figure) return;
  const place = element.querySelector(".plot"), room = Math.round(width || place.clientWidth);
  const key = figure.id + "/" + room;
  if (room < 50 || drawn.get(element) === key) return;
  drawn.set(element, key);
  drawLegend(figure, element.querySelector(".legend"));
  drawFigure(figure, place, room);
}

const watcher = new ResizeObserver(entries => entries.forEach(entry => show(entry.target)));
document.querySelectorAll("figure[data-figure]").forEach(element => { show(element); watcher.observe(element); });
// Puts a figure into a place, or in the stead of an older one: those of the live page change.
function putFigure(figure, place) {
  const id = `figure-${figure.id}`, known = figures[figure.id], same = known && JSON.stringify(known) === JSON.stringify(figure);
  let element = document.getElementById(id);
  if (element && same) return;
  figures[figure.id] = figure;
  if (!element) {
    element = html("figure", { id, "data-figure": figure.id }, place);
    const caption = html("figcaption", {}, element);
    html("strong", {}, caption);
    caption.append(" ");
    html("span", { dir: "auto" }, caption);
    html("div", { class: "legend" }, element);
    html("div", { class: "plot" }, element);
    watcher.observe(element);
  }
  element.querySelector("figcaption strong").textContent = figure.title;
  element.querySelector("figcaption span").textContent = figure.subtitle;
  element.querySelectorAll(".note").forEach(note => note.remove());
  figure.notes.forEach(note => html("p", { class: "note", dir: "auto" }, element, note));
  drawn.delete(element);
  show(element);
}

addEventListener("beforeprint", () => document.querySelectorAll("figure[data-figure]").forEach(element => show(element, 660)));
addEventListener("afterprint", () => document.querySelectorAll("figure[data-figure]").forEach(element => show(element)));

document.querySelectorAll("select[data-choose]").forEach(choice => choice.addEventListener("change", () => {
  const element = document.querySelector(`#${CSS.escape(choice.dataset.choose)} figure`), figure = figures[choice.value];
  element.dataset.figure = choice.value;
  element.querySelector("figcaption span").textContent = figure.subtitle;
  element.querySelectorAll(".note").forEach(note => note.remove());
  figure.notes.forEach(note => html("p", { class: "note", dir: "auto" }, element, note));
  show(element);
}));
