// The replay: a trial's hops on a canvas, and the journeys of its requests.
const player = document.getElementById("player");
const format = ms => ms >= 10000 ? (ms / 1000).toFixed(2) + " s" : (ms >= 100 ? ms.toFixed(0) : ms.toFixed(1)) + " ms";
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const lost = new Set(["lost", "corrupted", "queue_full", "link_down", "receiver_down"]);

const SLOTS = 2048; // of a trial's time: a frame looks at the hops of one

class Replay {
  constructor(stage) {
    this.stage = stage;
    this.ink = stage.getContext("2d");
    this.now = 0;
    this.speed = 1;
    this.playing = false;
    this.frame = this.frame.bind(this);
  }

  load(trial) {
    this.trial = trial;
    this.now = 0;
    const h = trial.hops, unit = trial.unit, count = h.s.length;
    // Where a hop ends: delivered, or for one that is lost, about as long after its sending as the others take.
    const ways = h.d.filter(d => d > 0).sort((a, b) => a - b), usual = (ways[ways.length >> 1] || trial.end / unit / 50) * unit;
    this.usual = usual;
    this.sent = h.s.map(s => s * unit);
    this.arrives = h.s.map((s, i) => h.d[i] >= 0 ? (s + h.d[i]) * unit : s * unit + usual);
    this.begins = h.s.map((s, i) => h.c[i] >= 0 ? (s + h.c[i]) * unit : NaN);
    this.ends = h.s.map((s, i) => h.e[i] >= 0 ? (s + h.e[i]) * unit : NaN);
    this.onWay = this.slots(this.sent, this.arrives, i => h.f[i] !== h.t[i]);
    this.computing = this.slots(this.begins, this.ends, i => this.ends[i] > this.begins[i]);
    this.isLost = h.x.map(x => lost.has(trial.fates[x]));
    this.layers = trial.endpoints.map(() => new Set());
    for (let i = 0; i < count; i++) if (h.l[i] >= 0) this.layers[h.t[i]].add(h.l[i]);
    this.layers = this.layers.map(set => [...set].sort((a, b) => a - b));
    this.links = new Map();
    for (let i = 0; i < count; i++) if (h.f[i] !== h.t[i]) {
      const key = h.f[i] * 10000 + h.t[i];
      this.links.set(key, (this.links.get(key) || 0) + 1);
    }
    const r = trial.requests, rising = (a, b) => a - b, all = r.n.map((_, i) => i);
    this.submitted = r.s.map(s => s * unit).sort(rising);
    this.done = all.filter(i => r.l[i] >= 0).map(i => (r.s[i] + r.l[i]) * unit).sort(rising);
    this.failed = all.filter(i => r.l[i] < 0).map(i => r.s[i] * unit).sort(rising);
    // Which endpoints a fault strikes: a node, or those of a link or of a partition's groups.
    this.hit = trial.strikes.map(s => {
      const words = new Set(s[2].split(/[ |,]+|->|<-/));
      return trial.endpoints.map((name, i) => name === s[2] || words.has(name) ? i : -1).filter(i => i >= 0);
    });
    this.most = Math.max(1, ...this.links.values());
    this.resize();
  }

  // The hops that take place in each slot of time.
  slots(from, to, wanted) {
    const slots = Array.from({ length: SLOTS }, () => []);
    for (let i = 0; i < from.length; i++) {
      if (!wanted(i)) continue;
      for (let slot = this.slot(from[i]), last = this.slot(to[i]); slot <= last; slot++) slots[slot].push(i);
    }
    return slots;
  }

  slot(ms) { return Math.max(0, Math.min(SLOTS - 1, Math.floor(ms / this.trial.end * SLOTS))); }

  // On paper it is light and as wide as the charts, whatever the window is.
  print(on) {
    this.play(false);
    this.known = on ? { ground: "#fff", raised: "#fff", ink: "#000", soft: "#444", grid: "#bbb", busy: "#fff4e5", moving: "#0072b2", resent: "#c98a00", lost: "#d55e00" } : null;
    this.resize(on ? 660 : 0);
  }

  resize(paper) {
    const width = paper || this.stage.parentElement.clientWidth, ratio = devicePixelRatio || 1;
    if (!width || !this.trial) return;
    const nodes = this.trial.endpoints.length - 1, wide = width > 620;
    this.width = width;
    this.height = wide ? Math.min(560, Math.max(340, 200 + 26 * nodes)) : Math.min(620, Math.max(340, 260 + 16 * nodes));
    [this.stage.width, this.stage.height] = [width * ratio, this.height * ratio];
    this.stage.style.height = this.height + "px";
    this.ink.setTransform(ratio, 0, 0, ratio, 0, 0);
    const cx = width / 2, cy = this.height / 2 - 14, rx = Math.max(60, width / 2 - (wide ? 110 : 52)), ry = Math.max(60, this.height / 2 - 62);
    this.places = this.trial.endpoints.map((_, i) => {
      if (i === 0) return [cx, cy];
      const angle = -Math.PI / 2 + (i - 1) / nodes * 2 * Math.PI;
      return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
    });
    this.small = nodes > (wide ? 24 : 12);
    this.draw();
  }

  play(on) {
    this.playing = on;
    document.getElementById("play").textContent = on ? "Pause" : "Play";
    this.last = undefined;
    if (on) requestAnimationFrame(this.frame);
  }

  frame(at) {
    if (!this.playing) return;
    if (this.last !== undefined) this.now = Math.min(this.trial.end, this.now + (at - this.last) * this.speed);
    this.last = at;
    this.tell();
    this.draw();
    if (this.now >= this.trial.end) this.play(false);
    else requestAnimationFrame(this.frame);
  }

  seek(ms) {
    this.now = Math.max(0, Math.min(this.trial.end, ms));
    this.tell();
    this.draw();
  }

  struck() {
    const found = [];
    this.trial.strikes.forEach((s, i) => { if (s[0] <= this.now && this.now < s[1]) found.push(i); });
    return found;
  }

  tell() {
    const slider = document.getElementById("when");
    slider.value = this.now / this.trial.end * 1000;
    slider.setAttribute("aria-valuetext", format(this.now));
    const before = times => Replay.lowerBound(times, this.now + 1e-9);
    const submitted = before(this.submitted), done = before(this.done), failed = before(this.failed);
    const strikes = this.struck(), named = strikes.slice(0, 4).map(i => this.trial.strikes[i]).map(s => `${s[4] || s[3]}: ${s[3]} of ${s[2]}`).join("; ");
    document.getElementById("clock").textContent = `${format(this.now)} of ${format(this.trial.end)}. ${done} of ${submitted} submitted requests completed`
      + (failed ? `, ${failed} will not` : "") + (named ? `. In force: ${named}${strikes.length > 4 ? ` and ${strikes.length - 4} more` : ""}` : "") + ".";
  }

  draw() {
    if (!this.places) return;
    const ink = this.ink, h = this.trial.hops, now = this.now, colours = this.colours();
    ink.clearRect(0, 0, this.width, this.height);
    for (const [key, count] of this.links) {
      const [a, b] = [this.places[Math.floor(key / 10000)], this.places[key % 10000]];
      ink.strokeStyle = colours.grid;
      ink.lineWidth = .6 + 2 * count / this.most;
      ink.beginPath();
      ink.moveTo(...a);
      ink.lineTo(...b);
      ink.stroke();
    }
    const busy = new Map(), slot = this.slot(now), computing = this.computing[slot], onWay = this.onWay[slot];
    for (const i of computing) if (this.begins[i] <= now && now < this.ends[i]) busy.set(h.t[i], h.l[i]);
    this.drawNodes(busy, colours);
    let flying = 0;
    for (const i of onWay) {
      if (now < this.sent[i] || now > this.arrives[i]) continue;
      this.drawHop(i, (now - this.sent[i]) / (this.arrives[i] - this.sent[i] || 1), colours);
      flying++;
    }
    this.work = { looked: computing.length + onWay.length, flying };
    this.drawTime(colours);
  }

  drawHop(i, share, colours) {
    const ink = this.ink, h = this.trial.hops, [a, b] = [this.places[h.f[i]], this.places[h.t[i]]];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1, side = 4; // there and back keep to their sides
    const [nx, ny] = [-(b[1] - a[1]) / length * side, (b[0] - a[0]) / length * side];
    const gone = this.isLost[i], way = gone ? Math.min(share, .55) : share;
    const [x, y] = [a[0] + (b[0] - a[0]) * way + nx, a[1] + (b[1] - a[1]) * way + ny];
    ink.globalAlpha = gone && share > .55 ? Math.max(0, 1 - (share - .55) / .45) : 1;
    ink.fillStyle = ink.strokeStyle = gone ? colours.lost : h.a[i] > 0 ? colours.resent : colours.moving;
    ink.beginPath();
    if (gone && share > .55) {
      ink.lineWidth = 2.5;
      for (const d of [1, -1]) { ink.moveTo(x - 5, y - 5 * d); ink.lineTo(x + 5, y + 5 * d); }
      ink.stroke();
    } else if (h.a[i] > 0) { ink.rect(x - 4, y - 4, 8, 8); ink.fill(); }
    else { ink.arc(x, y, 4.6, 0, 7); ink.fill(); }
    ink.globalAlpha = 1;
  }

  drawNodes(busy, colours) {
    const ink = this.ink, strikes = this.trial.endpoints.map(() => []);
    for (const i of this.struck()) for (const endpoint of this.hit[i]) strikes[endpoint].push(this.trial.strikes[i]);
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    this.trial.endpoints.forEach((name, i) => {
      const [x, y] = this.places[i], own = strikes[i];
      const down = own.some(s => ["crash", "churn", "trace", "process"].includes(s[3])), hurt = own.length > 0;
      const half = this.small ? 13 : 46, high = this.small ? 11 : 19;
      ink.fillStyle = down ? colours.ground : busy.has(i) ? colours.busy : colours.raised;
      ink.strokeStyle = hurt ? colours.lost : i === 0 ? colours.moving : colours.soft;
      ink.lineWidth = hurt || i === 0 ? 2.4 : 1.2;
      ink.setLineDash(down ? [5, 4] : []);
      ink.beginPath();
      ink.roundRect(x - half, y - high, 2 * half, 2 * high, 7);
      ink.fill();
      ink.stroke();
      ink.setLineDash([]);
      ink.fillStyle = down ? colours.lost : colours.ink;
      ink.font = `${i === 0 ? 600 : 400} 12px system-ui, "DejaVu Sans", sans-serif`;
      const text = this.small && i > 0 ? String(i) : name;
      ink.fillText(this.fit(text, 2 * half - 8), x, this.small || i === 0 || !this.layers[i].length ? y : y - 7);
      if (!this.small && i > 0 && this.layers[i].length) {
        ink.font = "11px system-ui, \"DejaVu Sans\", sans-serif";
        ink.fillStyle = down ? colours.lost : busy.has(i) ? colours.ink : colours.soft;
        const said = down ? "down" : busy.has(i) && busy.get(i) >= 0 ? `layer ${busy.get(i)}` : hurt ? own[0][3] : `layer${this.layers[i].length > 1 ? "s" : ""} ${this.layers[i].join(" ")}`;
        ink.fillText(this.fit(said, 2 * half - 8), x, y + 8);
      }
    });
  }

  fit(text, room) {
    if (this.ink.measureText(text).width <= room) return text;
    while (text.length > 2 && this.ink.measureText(text + "…").width > room) text = text.slice(0, -1);
    return text + "…";
  }

  drawTime(colours) {
    const ink = this.ink, y = this.height - 22, left = 12, wide = this.width - 24, at = ms => left + ms / this.trial.end * wide;
    ink.fillStyle = colours.grid;
    ink.fillRect(left, y, wide, 10);
    ink.fillStyle = colours.lost;
    ink.globalAlpha = .35;
    for (const [from, to] of this.trial.strikes) ink.fillRect(at(from), y, Math.max(1, at(to) - at(from)), 10);
    ink.globalAlpha = 1;
    ink.fillStyle = colours.moving;
    ink.fillRect(at(this.now) - 1, y - 4, 2, 18);
  }

  // How many of some rising times lie before one.
  static lowerBound(times, time) {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < time) low = middle + 1; else high = middle;
    }
    return low;
  }

  colours() {
    return this.known ??= { ground: css("--ground"), raised: css("--ground"), ink: css("--ink"), soft: css("--soft"), grid: css("--line"), busy: css("--warn"),
      moving: css("--c0"), resent: css("--c4"), lost: css("--hit") };
  }
}

function cells(row, values, sorts) {
  values.forEach((value, i) => {
    const cell = html("td", sorts[i] === undefined ? {} : { class: "number", "data-sort": sorts[i] }, row);
    if (value instanceof Node) cell.append(value); else html("bdi", {}, cell, value);
  });
}

// A table of the traced requests, the slowest and the failed first.
function listRequests(trial) {
  const place = document.getElementById("requests"), r = trial.requests, most = 250;
  place.hidden = false;
  place.className = "table";
  place.replaceChildren();
  const order = r.n.map((_, i) => i).sort((a, b) => (r.l[b] < 0 ? Infinity : r.l[b]) - (r.l[a] < 0 ? Infinity : r.l[a]) || a - b).slice(0, most);
  const filter = html("p", { class: "filter" }, place), label = html("label", {}, filter, "Filter ");
  html("input", { type: "search", "data-filter": "", placeholder: "a request's number" }, label);
  html("span", { class: "count", "aria-live": "polite" }, filter);
  const table = html("table", {}, html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Traced requests" }, place));
  html("caption", {}, table, `Traced requests${r.n.length > most ? `: the ${most} that failed or were slowest, of ${r.n.length}` : ""}`);
  const head = html("tr", {}, html("thead", {}, table)), body = html("tbody", {}, table);
  for (const title of ["request", "submitted, ms", "latency, ms", "layers lost", "resends", "right"])
    html("button", { type: "button" }, html("th", { scope: "col", class: "number" }, head), title);
  html("th", { scope: "col" }, head, "journey");
  const decimals = r.n.some((_, i) => r.s[i] * trial.unit % 1 || r.l[i] * trial.unit % 1) ? 1 : 0;
  for (const i of order) {
    const open = html("button", { type: "button", "aria-label": `Open the journey of request ${r.n[i]}` }, null, "Open");
    open.addEventListener("click", () => openJourney(trial, i));
    const failed = r.l[i] < 0, ms = v => (v * trial.unit).toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    const right = r.c[i] < 0 ? "–" : `${r.c[i]} of ${r.i[i]}`;
    cells(html("tr", {}, body), [String(r.n[i]), ms(r.s[i]), failed ? "not completed" : ms(r.l[i]), failed ? "–" : String(r.k[i]), String(r.a[i]), right, open],
      [r.n[i], r.s[i], failed ? 1e15 : r.l[i], r.k[i], r.a[i], r.c[i]]);
  }
  sortable(table);
  filterable(place);
}

function openJourney(trial, i) {
  const dialog = document.getElementById("journey"), body = document.getElementById("journey-body"), r = trial.requests, h = trial.hops, number = r.n[i];
  document.getElementById("journey-title").textContent = `Journey of request ${number}`;
  body.replaceChildren();
  const hops = h.r.map((request, at) => request === number ? at : -1).filter(at => at >= 0);
  const start = r.s[i], ms = v => v * trial.unit, ends = hops.map(at => h.s[at] + Math.max(h.d[at], h.e[at], h.k[at], 0));
  const end = Math.max(r.l[i] < 0 ? 0 : start + r.l[i], ...ends, start + 1);
  html("p", {}, body, `Submitted at ${format(ms(start))}; ${r.l[i] < 0 ? "it did not complete" : `answered after ${format(ms(r.l[i]))}`}; `
    + `${hops.length} sendings, ${hops.filter(at => h.a[at] > 0).length} of them again, ${Math.max(0, r.k[i])} ${r.k[i] === 1 ? "layer" : "layers"} lost.`);
  dialog.showModal();
  drawJourney(body, trial, hops, start, end);
  const table = html("table", {}, html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Hops" }, body));
  html("caption", {}, table, "Sendings, in ms since it was submitted");
  const head = html("tr", {}, html("thead", {}, table)), rows = html("tbody", {}, table);
  for (const title of ["branch", "place", "try", "from", "to", "layer", "sent", "delivered", "acknowledged", "computed from", "to", "fate"]) html("th", { scope: "col" }, head, title);
  const time = (at, letter) => h[letter][at] < 0 ? "–" : String(+ms(h.s[at] + h[letter][at] - start).toFixed(3));
  for (const at of hops)
    cells(html("tr", {}, rows), [h.b[at], h.p[at], h.a[at], trial.endpoints[h.f[at]], trial.endpoints[h.t[at]], h.l[at] < 0 ? "answer" : h.l[at],
      +ms(h.s[at] - start).toFixed(3), time(at, "d"), time(at, "k"), time(at, "c"), time(at, "e"), trial.fates[h.x[at]].replaceAll("_", " ")].map(String), []);
}

function drawJourney(place, trial, hops, start, end) {
  const h = trial.hops, width = Math.max(280, place.clientWidth), shown = hops.slice(0, 60), left = Math.min(130, width * .3), line = 22, height = shown.length * line + 34;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "The sendings of the request over time; the table below has the same" }, html("div", { class: "plot" }, place));
  const at = v => left + (v - start) / (end - start) * (width - left - 12);
  for (const tick of roundTicks(0, (end - start) * trial.unit, width > 500 ? 6 : 3)) {
    const x = at(start + tick / trial.unit);
    svg("line", { x1: x, x2: x, y1: 0, y2: height - 24, style: "stroke:var(--grid)" }, picture);
    svg("text", { x: Math.min(x, width - 16), y: height - 8, "text-anchor": "middle" }, picture, `${tick} ms`);
  }
  shown.forEach((hop, i) => {
    const y = i * line + 3, gone = lost.has(trial.fates[h.x[hop]]), arrived = h.d[hop] >= 0 ? h.s[hop] + h.d[hop] : null;
    const name = h.l[hop] < 0 ? "answer" : `layer ${h.l[hop]} · ${trial.endpoints[h.t[hop]]}`;
    svg("title", {}, svg("text", { x: left - 6, y: y + 12, "text-anchor": "end" }, picture, fitText(name, left - 8)), name);
    const to = arrived ?? Math.min(end, h.s[hop] + (end - start) * .02), way = svg("rect", { x: at(h.s[hop]), y: y + 4, width: Math.max(2, at(to) - at(h.s[hop])), height: 7, rx: 2,
      style: `fill:${gone ? "var(--hit)" : h.a[hop] > 0 ? "var(--c4)" : "var(--c0)"}` }, picture);
    svg("title", {}, way, `${trial.endpoints[h.f[hop]]} to ${trial.endpoints[h.t[hop]]}: ${trial.fates[h.x[hop]].replaceAll("_", " ")}`);
    if (gone) svg("path", { d: `M${at(to) - 4},${y + 3}l9,9m0,-9l-9,9`, style: "stroke:var(--hit);stroke-width:2" }, picture);
    if (h.c[hop] >= 0 && h.e[hop] >= 0) {
      if (arrived !== null && h.c[hop] > h.d[hop]) svg("line", { x1: at(arrived), x2: at(h.s[hop] + h.c[hop]), y1: y + 7, y2: y + 7, style: "stroke:var(--soft);stroke-dasharray:2 2" }, picture);
      svg("rect", { x: at(h.s[hop] + h.c[hop]), y: y + 1, width: Math.max(2, at(h.s[hop] + h.e[hop]) - at(h.s[hop] + h.c[hop])), height: 13, rx: 2, style: "fill:var(--c2)" }, picture);
    }
  });
  const keys = html("ul", { class: "keys" }, place);
  for (const [paint, text] of [["--c0", "on its way"], ["--c4", "sent again"], ["--hit", "lost"], ["--c2", "computing"]]) {
    const key = html("li", {}, keys);
    html("i", { style: `background:var(${paint})` }, key);
    html("span", {}, key, text);
  }
  if (hops.length > shown.length) html("p", { class: "note" }, place, `The first ${shown.length} of ${hops.length} sendings; the table has all.`);
}

let replay = null;

function loadTrial(trial) {
  const speed = document.getElementById("speed"), keys = document.getElementById("keys");
  replay.load(trial);
  // At ×1 a usual hop takes half a second: what people can follow.
  replay.base = Math.min(replay.usual / 500, trial.end / 4000);
  const before = speed.value || "1";
  speed.replaceChildren();
  for (const factor of ["0.1", "0.25", "0.5", "1", "2", "5", "10", "50"]) html("option", { value: factor }, speed, `×${factor}`);
  speed.value = before;
  replay.speed = replay.base * +before;
  replay.seek(0);
  keys.replaceChildren();
  for (const [paint, text] of [["--c0", "activation"], ["--c4", "sent again (square)"], ["--hit", "lost; node struck"], ["--warn", "computing"]]) {
    const key = html("li", {}, keys);
    html("i", { style: `background:var(${paint});border:1px solid var(--soft)` }, key);
    html("span", {}, key, text);
  }
  if (trial.leftOut) html("li", {}, keys, trial.leftOut);
  listRequests(trial);
}

function listen(replay) {
  const speed = document.getElementById("speed");
  speed.addEventListener("change", () => replay.speed = replay.base * +speed.value);
  document.getElementById("play").addEventListener("click", () => {
    if (!replay.playing && replay.now >= replay.trial.end) replay.seek(0);
    replay.play(!replay.playing);
  });
  document.getElementById("when").addEventListener("input", event => { replay.play(false); replay.seek(event.target.value / 1000 * replay.trial.end); });
  document.getElementById("close").addEventListener("click", () => document.getElementById("journey").close());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { replay.known = null; replay.draw(); });
  let printing = false;
  addEventListener("beforeprint", () => { printing = true; replay.print(true); });
  addEventListener("afterprint", () => { printing = false; replay.print(false); });
  new ResizeObserver(() => printing || replay.resize()).observe(document.querySelector(".stage"));
}

// Offers trials to be played, the first of them at once.
function offerTrials(trials) {
  if (!player || !trials.length) return;
  const choice = document.getElementById("replay-trial");
  player.hidden = false;
  choice.replaceChildren();
  trials.forEach((trial, i) => html("option", { value: i }, choice, trial.name));
  if (!replay) {
    replay = window.layerShuffleReplay = new Replay(document.getElementById("stage"));
    listen(replay);
  }
  replay.play(false);
  choice.onchange = () => { replay.play(false); loadTrial(trials[choice.value]); };
  loadTrial(trials[0]);
}

offerTrials(data.trials);
