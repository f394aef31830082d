// Fills and saves workbooks with SheetJS: node fill_sheetjs.mjs JOBS.json, run where xlsx is installed.
// With `values_only` the first sheet's values, without any hidden row or column, go into a new book.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const XLSX = createRequire(join(process.cwd(), "package.json"))("xlsx");
const jobs = JSON.parse(readFileSync(process.argv[2], "utf8"));

for (const { source, target, cells, kind, values_only, without } of jobs) {
  const book = XLSX.readFile(source, values_only ? { cellStyles: true } : {});
  const sheet = book.Sheets[book.SheetNames[0]];
  for (const [address, text] of Object.entries(cells)) {
    if (typeof text !== "string") throw new Error(`${address}: ${JSON.stringify(text)}`);
    sheet[address] = { t: "s", v: text };
  }
  if (without) {
    delete book.Sheets[without];
    book.SheetNames.splice(book.SheetNames.indexOf(without), 1);
  }
  if (!values_only) {
    XLSX.writeFile(book, target, { bookType: kind, compression: true });
    continue;
  }
  const rows = XLSX.utils.sheet_to_json(sheet, { header: 1, skipHidden: true, blankrows: true, defval: "" });
  const wanted = rows.slice(values_only.first, values_only.last).map((row) => row.slice(0, values_only.columns));
  const fresh = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(fresh, XLSX.utils.aoa_to_sheet(wanted), "Sheet1");
  XLSX.writeFile(fresh, target, { bookType: "xlsx", compression: true });
}
