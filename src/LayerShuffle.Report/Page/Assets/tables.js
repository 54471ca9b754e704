// Tables: a click on a heading sorts, words in the field above filter.
function sortable(table) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((head, column) => head.querySelector("button")?.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending", numeric = head.classList.contains("number");
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = row => {
      const cell = row.cells[column];
      return numeric ? (cell.dataset.sort === undefined || cell.dataset.sort === "" ? NaN : +cell.dataset.sort) : cell.textContent;
    };
    const rows = [...body.rows].map((row, i) => [value(row), i, row]);
    rows.sort((a, b) => {
      if (numeric && (isNaN(a[0]) || isNaN(b[0]))) return isNaN(a[0]) - isNaN(b[0]) || a[1] - b[1];
      const order = numeric ? a[0] - b[0] : a[0].localeCompare(b[0], "en", { numeric: true });
      return (down ? -order : order) || a[1] - b[1];
    });
    body.append(...rows.map(row => row[2]));
  }));
}

function filterable(place) {
  const field = place.querySelector("[data-filter]"), table = place.querySelector("table"), count = place.querySelector(".count");
  field?.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(word => word);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${table.tBodies[0].rows.length} rows`;
  });
}

document.querySelectorAll("table[data-sortable]").forEach(sortable);
document.querySelectorAll(".table").forEach(filterable);
document.querySelectorAll("[data-copy]").forEach(button => button.addEventListener("click", async () => {
  const text = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text); // no clipboard for files: it is selected instead
    button.textContent = "Selected";
  }
}));
