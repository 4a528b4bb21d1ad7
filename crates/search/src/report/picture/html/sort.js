// A click on a column's head sorts by it: numbers from the greatest, texts from the first; another click the other way round.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numeric = head.classList.contains("n");
      const usual = numeric ? "descending" : "ascending";
      const other = numeric ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === usual ? other : usual;
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const text = (row) => row.cells[column].textContent;
      const number = (row) => Number(text(row).replaceAll(",", ""));
      const sign = order === "ascending" ? 1 : -1;
      const compare = numeric
        ? (a, b) => number(a) - number(b)
        : (a, b) => (text(a) < text(b) ? -1 : Number(text(a) > text(b)));
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => sign * compare(a, b)));
    });
  });
}
