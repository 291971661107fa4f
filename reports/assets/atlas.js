"use strict";
// Search, filters and sorting of the table of papers. Without this script the table is complete.
(() => {
  const find = (id) => document.getElementById(id);
  const body = find("papers").tBodies[0];
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const fields = ["q", "lab", "level", "scale", "verdict"];
  const rows = [...body.rows].map((row, place) => {
    const cells = [...row.cells];
    const mark = cells[3].querySelector(".v");
    return {
      row, place,
      q: plain(`${cells[0].textContent} ${cells[0].querySelector("a")?.getAttribute("href") ?? ""}`),
      lab: cells[1].textContent, level: cells[2].textContent,
      scale: `${cells[3].querySelector("small")?.textContent ?? ""} ${cells[4].textContent}`,
      verdict: mark.classList[1],
      keys: [cells[0].textContent, cells[1].textContent, cells[2].textContent,
        "rcinp".indexOf(mark.classList[1]) + mark.textContent, cells[4].textContent || "~"],
    };
  });
  const matches = (one, wanted) =>
    wanted.q.every((word) => one.q.includes(word)) &&
    (!wanted.lab || one.lab === wanted.lab) &&
    (!wanted.level || one.level === wanted.level) &&
    (!wanted.scale || one.scale.split(/[^a-z]+/).includes(wanted.scale)) &&
    (!wanted.verdict || one.verdict === wanted.verdict);
  const apply = () => {
    const wanted = Object.fromEntries(fields.map((name) => [name, find(name).value]));
    const kept = fields.filter((name) => wanted[name]);
    wanted.q = plain(wanted.q).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      one.row.hidden = !matches(one, wanted);
      shown += !one.row.hidden;
    }
    find("found").textContent =
      shown === rows.length ? `${shown} papers` : `${shown} of ${rows.length} papers`;
    find("none").hidden = shown > 0;
    const state = new URLSearchParams(kept.map((name) => [name, find(name).value])).toString();
    history.replaceState(null, "", state ? `#${state}` : location.pathname + location.search);
  };
  const clear = () => {
    for (const name of fields) find(name).value = "";
    apply();
    find("q").focus();
  };
  const sort = (column, heading) => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const order = (a, b) => a.keys[column].localeCompare(b.keys[column]) || a.place - b.place;
    rows.sort((a, b) => (down ? order(b, a) : order(a, b)));
    body.append(...rows.map((one) => one.row));
  };
  [...find("papers").tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sort(column, heading));
    heading.replaceChildren(button);
  });
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    if (fields.includes(name)) find(name).value = value;
  }
  for (const name of fields) find(name).addEventListener("input", apply);
  for (const name of ["reset", "again"]) find(name).addEventListener("click", clear);
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      find("q").focus();
    } else if (event.key === "Escape" && event.target === find("q")) clear();
  });
  find("filters").hidden = false;
  apply();
})();
