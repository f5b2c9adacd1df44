"use strict";
// Makes the finished page handier: nothing that it says depends on this script.
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, text, css = "") => {
    const node = document.createElement(tag);
    node.textContent = text;
    if (css) node.className = css;
    return node;
  };

  // --- language: as chosen before, else as the reader's browser prefers ---
  const remembered = (name, value) => {
    try {
      if (value !== undefined) localStorage.setItem(name, value);
      return localStorage.getItem(name);
    } catch {
      return null; // storage may be forbidden to a page from disk
    }
  };
  const speak = (language) => {
    const radio = document.getElementById(`speak-${language}`);
    if (!radio) return false;
    radio.checked = true;
    root.lang = language;
    document.title = document.getElementById(language).dataset.title;
    return true;
  };
  const choose = () => {
    const linked = location.hash.slice(1).split("-")[0];
    const wanted = [linked, remembered("shipways-language"), ...navigator.languages];
    wanted.some((each) => each && speak(each.slice(0, 2)));
  };
  for (const radio of all("input[name=language]")) {
    radio.addEventListener("change", () => {
      speak(radio.value);
      remembered("shipways-language", radio.value);
    });
  }

  // --- evidence: a figure opens the details that it came from ---
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    speak(target.closest("main")?.lang);
    for (let node = target.parentElement; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    target.scrollIntoView();
    if (target.tabIndex === -1) target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);

  // --- the table ---
  const number = (cell) => (cell?.dataset.value === undefined ? null : Number(cell.dataset.value));
  const sortable = (table) => {
    const heads = all("thead th", table);
    const body = table.tBodies[0];
    const original = [...body.rows];
    heads.forEach((head, place) => {
      const button = make("button", head.textContent);
      button.type = "button";
      head.replaceChildren(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", next);
        body.append(...(next === "none" ? original : sorted(original, place, next === "descending")));
      });
    });
  };
  const sorted = (rows, place, down) => {
    const key = (row) => (place ? number(row.cells[place]) : row.dataset.format);
    const known = rows.filter((row) => key(row) !== null);
    known.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (down ? -1 : 1));
    return [...known, ...rows.filter((row) => key(row) === null)]; // what is not known comes last
  };
  const compare = (main, table, format) => {
    const base = format && table.querySelector(`tr[data-format="${CSS.escape(format)}"]`);
    const digits = (ratio) => new Intl.NumberFormat(main.lang, ratio < 0.1
      ? { maximumSignificantDigits: 2 }
      : { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(ratio);
    for (const cell of all("td[data-ratio]", table)) {
      const link = cell.querySelector("a");
      link.dataset.plain ??= link.textContent;
      const to = base ? number(base.cells[cell.cellIndex]) : null;
      link.textContent = to ? main.dataset.times.replace("{ratio}", digits(number(cell) / to)) : link.dataset.plain;
    }
    table.classList.toggle("ratios", Boolean(base));
  };

  // --- questions ---
  const answer = (section) => {
    const form = section.querySelector(".chooser");
    const { formats } = JSON.parse(section.querySelector(".answers-data").textContent);
    const wanted = all("input:checked", form).map((input) => input.value).filter(Boolean);
    const order = form.querySelector("select")?.value;
    const rank = (format) => format.ranks[order]?.[0] ?? Infinity;
    const reasons = (format, state) => [...new Set(wanted.map((key) => format.answers[key])
      .filter((each) => each && each[0] === state).map((each) => each[1]))];
    const judged = formats.map((format) => ({
      format,
      against: format.missing ? [format.missing] : reasons(format, "no"),
      open: format.missing ? [] : reasons(format, "unknown"),
      why: format.missing ? [] : reasons(format, "yes"),
    }));
    const fitting = judged.filter((each) => !each.against.length);
    fitting.sort((a, b) => a.open.length - b.open.length || rank(a.format) - rank(b.format));
    const item = ({ format }, figure, notes) => {
      const line = document.createElement("li");
      const link = make("a", format.name, "name");
      link.href = `#${format.anchor}`;
      line.append(link, [figure && `: ${figure}`, notes.length && ` – ${notes.join("; ")}`].filter(Boolean).join(""));
      return line;
    };
    section.querySelector(".fitting").replaceChildren(
      ...fitting.map((each) => item(each, order && each.format.ranks[order][1], [...each.open, ...each.why])));
    const excluded = judged.filter((each) => each.against.length);
    section.querySelector(".excluded").replaceChildren(...excluded.map((each) => item(each, "", each.against)));
    section.querySelector(".out").hidden = !excluded.length;
    section.querySelector(".none-fits").hidden = fitting.length > 0;
  };

  // --- copying ---
  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code); // no clipboard: select it, and copy the old way
      document.execCommand("copy");
    }
    const { copied, copy: again } = button.closest("main").dataset;
    button.textContent = copied;
    setTimeout(() => { button.textContent = again; }, 2000);
  };

  for (const main of all("main")) {
    for (const table of all("table.figures", main)) {
      sortable(table);
      const tools = main.querySelector(".tools");
      tools.querySelector(".baseline").addEventListener("change", (event) => compare(main, table, event.target.value));
      tools.querySelector(".rows").addEventListener("change", ({ target }) => {
        table.querySelector(`tr[data-format="${CSS.escape(target.value)}"]`).hidden = !target.checked;
      });
    }
    for (const form of all(".chooser", main)) {
      const section = form.closest("section");
      form.addEventListener("change", () => answer(section));
      answer(section);
    }
  }
  for (const button of all(".copy")) button.addEventListener("click", () => copy(button));

  // --- print what is folded, too ---
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));

  root.classList.add("scripts");
  choose();
  reveal();
})();
