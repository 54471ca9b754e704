// A run as it goes on: the server's events say what is new, and all of it again after a break. Every text is set as text.
(() => {
  const MOST_FAULTS = 200, MOST_LINES = 500, at = id => document.getElementById(id);
  const rows = new Map(), lines = [];
  const PLACES = { accuracy: "accuracy-views", latency: "latency-views", timeline: "timeline-views", training: "training-views" };
  let ended = false, offered = null, played = null;
  const make = (name, text, kind) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const number = (value, digits) => value === null || value === undefined ? "–" : value.toFixed(digits);
  const percent = (value, digits) => value === null || value === undefined ? "–" : (100 * value).toFixed(digits) + "%";

  function clear() {
    rows.clear();
    for (const id of ["rows", "faults"]) at(id).replaceChildren();
    at("faults").hidden = true;
    at("none").hidden = false;
    at("pace").hidden = true;
    showTraining();
    at("trained").replaceChildren();
    [offered, played] = [null, null];
    at("offer").hidden = true;
  }

  // News and figures come each at its own time: the section is there while one of them has something in it.
  function showTraining() {
    at("training").hidden = at("pace").hidden && !at("training").querySelector("figure");
  }

  function named(text) {
    const cell = make("td");
    cell.append(make("bdi", text));
    return cell;
  }

  function row(data) {
    let known = rows.get(data.row);
    if (!known) {
      const line = make("tr"), cell = make("td", "", "wide"), bar = make("progress"), share = make("span", "", "share");
      bar.max = 1;
      bar.setAttribute("aria-label", `${data.model}, ${data.condition}, ${data.policy}`);
      cell.append(bar, " ", share);
      const numbers = ["Trials", "Completed", "Top-1", "p50 ms", "p95 ms"].map(name => {
        const made = make("td", "", "number");
        made.dataset.name = name;
        return made;
      });
      line.append(named(data.model), named(data.condition), named(data.policy), cell, ...numbers);
      at("rows").append(line);
      rows.set(data.row, known = { bar, share, numbers });
    }
    known.bar.value = data.share;
    known.share.textContent = percent(data.share, 0);
    const texts = [`${data.done} of ${data.trials}`, data.done ? `${data.completed} of ${data.requests}` : "–", percent(data.top1, 1),
      number(data.p50, 1), number(data.p95, 1)];
    known.numbers.forEach((cell, i) => { cell.textContent = texts[i]; });
  }

  function fault(data) {
    const line = make("li");
    line.append(make("time", `${data.ms.toFixed(0)} ms`), " ", make("bdi", data.fault ? `${data.fault} (${data.kind})` : data.kind), ": ",
      make("bdi", data.target), ` ${data.effect}`);
    if (data.trial) line.append(" · ", make("bdi", data.trial));
    at("faults").prepend(line);
    while (at("faults").childElementCount > MOST_FAULTS) at("faults").lastChild.remove();
    at("faults").hidden = false;
    at("none").hidden = true;
  }

  function training(data, beside) {
    at("pace").hidden = false;
    showTraining();
    at("steps").max = data.steps || 1;
    at("steps").value = data.step;
    const facts = [["Model", data.model], ["Step", `${data.step} of ${data.steps}`], ["Epoch", `${data.epoch} of ${data.epochs}`], ["Loss", number(data.loss, 3)],
      ["Pace", data.pace || "–"], ...beside.map(other => ["Beside it", `${other.model}, step ${other.step} of ${other.steps}, loss ${number(other.loss, 3)}`])];
    at("trained").replaceChildren(...facts.map(([name, value]) => {
      const pair = make("div"), said = make("dd");
      said.append(make("bdi", value));
      pair.append(make("dt", name), said);
      return pair;
    }));
  }

  function said(added) {
    lines.push(...added);
    lines.splice(0, Math.max(0, lines.length - MOST_LINES));
    const log = at("log"), below = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.textContent = lines.join("\n");
    if (below) log.scrollTop = log.scrollHeight;
  }

  function end(data) {
    ended = true;
    source.close();
    at("doing").textContent = "";
    const words = { done: "The run is done", failed: "The run has failed", interrupted: "The run was interrupted" };
    at("status").textContent = `${words[data.state] || "The run is over"}, exit code ${data.code}.${data.message ? " " + data.message : ""}`
      + (data.report ? " Opening its report." : "");
    document.body.dataset.ended = data.state;
    if (data.report) setTimeout(() => location.replace("report" + location.search), 300);
  }

  // The report's figures, of what is measured so far.
  function views(event) {
    const shown = JSON.parse(event.data).figures, ids = new Set(shown.map(figure => `figure-${figure.id}`));
    document.querySelectorAll("main figure").forEach(element => { if (!ids.has(element.id)) element.remove(); });
    for (const figure of shown) {
      const place = at(PLACES[figure.id.split("-")[0]]);
      if (!place) continue;
      place.closest("section").hidden = false;
      putFigure(figure, place);
    }
    showTraining();
  }

  // The last finished trial can be played. The first one is there at once, later ones when somebody asks: nobody's replay is taken away.
  async function fetchReplay() {
    const wanted = offered;
    at("newer").disabled = true;
    try {
      const answer = await fetch("replay" + location.search);
      if (!answer.ok) return;
      offerTrials((await answer.json()).trials);
      played = wanted.trial;
      if (offered.trial === played) at("offer").hidden = true;
    } catch {
      at("offer").hidden = true; // the run is over
    } finally {
      at("newer").disabled = false;
    }
  }

  function offer(trial) {
    if (offered && offered.trial === trial.trial) return;
    offered = trial;
    at("replay").hidden = false;
    at("newer-name").textContent = trial.name;
    if (played === null) {
      played = trial.trial;
      fetchReplay();
    } else at("offer").hidden = false;
  }

  function show(event) {
    const data = JSON.parse(event.data);
    if (data.fresh) clear();
    if (data.replay) offer(data.replay);
    if (data.again) lines.length = 0;
    if (data.title) {
      at("title").textContent = data.title;
      document.title = data.title + ": live";
    }
    at("status").textContent = data.done < data.trials || !data.trials ? "The run goes on." : "All trials are done; the results are being written.";
    at("doing").textContent = data.doing;
    at("share").value = data.share;
    at("trials").textContent = data.trials ? `${data.done} of ${data.trials} trials (${percent(data.share, 0)})` : "None is planned yet.";
    data.rows.forEach(row);
    data.faults.forEach(fault);
    if (data.training) training(data.training, data.beside);
    if (data.lines.length) said(data.lines);
    if (data.end) end(data.end);
  }

  const source = new EventSource("events" + location.search);
  at("newer").addEventListener("click", fetchReplay);
  source.addEventListener("views", views);
  source.addEventListener("state", show);
  source.addEventListener("error", () => {
    if (!ended) at("status").textContent = "The run cannot be reached; trying again. It may have ended: its folder holds the report.";
  });
})();
