// Runs in a copy of the page, after its own script, and tells the frame around it what it found.
addEventListener("load", () => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const found = { tables: {}, notes: {}, bars: {}, numbers: {}, timeline: [], sorted: [], strays: [], beyond: [] };
  const cells = (row) => [...row.cells].map((cell) => cell.textContent);
  const width = (box, name) => all(name, box).reduce((sum, rect) => sum + rect.getBoundingClientRect().width, 0);
  found.title = document.title;
  found.window = innerWidth;
  found.scroll = document.documentElement.scrollWidth;
  found.resources = performance.getEntriesByType("resource").length;
  for (const section of all("section")) {
    const id = section.getAttribute("aria-labelledby");
    found.notes[id] = section.querySelector(".note")?.textContent ?? "";
    const table = section.querySelector("table");
    found.tables[id] = table ? [...table.tBodies[0].rows].map(cells) : [];
    found.bars[id] = all(".bar", section).map((bar) => {
      const whole = bar.getBoundingClientRect().width;
      return { events: width(bar, ".e") / whole, failed: width(bar, ".f") / whole };
    });
  }
  for (const item of all(".numbers li")) {
    found.numbers[item.querySelector("span").textContent] = item.querySelector("b").textContent;
  }
  for (const group of all(".timeline > g")) {
    const title = group.querySelector("title")?.textContent;
    if (!title) continue;
    const [, events, failed] = title.match(/: ([\d,]+) events?, ([\d,]+) failed$/).map((text) => Number(text.replaceAll(",", "")));
    const bar = group.querySelector(".e").getBoundingClientRect();
    const failedHeight = group.querySelector(".f")?.getBoundingClientRect().height ?? 0;
    found.timeline.push({ events, failed, height: bar.height, width: bar.width, left: bar.left, failedHeight });
  }
  // what a panel's height stands for: its first line is the top, its third the base, and a text says what the top is
  const lines = all(".timeline > line").map((line) => line.getBoundingClientRect().top);
  found.scales = all(".timeline > text").map((text, at) => ({ says: text.textContent, height: lines[3 * at + 2] - lines[3 * at] }));
  // what a parser made of markup that is not ours
  const ours = "html head meta title style body header h1 h2 p main section ul li span b svg g line text rect details summary table thead tbody tr th td button div footer script".split(" ");
  found.strays = all("*").map((one) => one.localName).filter((name) => !ours.includes(name));
  const hidden = (one) => one.closest("details, .wide thead, svg");
  found.beyond = all("body *").filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5 && !hidden(one))
    .map((one) => `${one.localName}.${one.className}: ${one.textContent.slice(0, 60)}`).slice(0, 5);
  for (const table of all("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const click = () => {
        head.querySelector("button").click();
        return { order: head.getAttribute("aria-sort"), rows: [...table.tBodies[0].rows].map((row) => row.cells[column].textContent) };
      };
      const numeric = head.classList.contains("n");
      // the column that is sorted from the beginning is turned first
      if (head.hasAttribute("aria-sort")) click();
      found.sorted.push({ numeric, first: click(), second: click() });
    });
  }
  parent.postMessage(JSON.stringify(found), "*");
});
