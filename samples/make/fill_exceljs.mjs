// Fills and saves workbooks with exceljs: node fill_exceljs.mjs JOBS.json, run where exceljs is installed.
// A cell is a text, or {formula, result}, {error}, {date} (ISO).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const ExcelJS = createRequire(join(process.cwd(), "package.json"))("exceljs");
const jobs = JSON.parse(readFileSync(process.argv[2], "utf8"));

for (const { source, target, cells, without } of jobs) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(source);
  const sheet = book.worksheets[0];
  for (const [address, content] of Object.entries(cells)) {
    const cell = sheet.getCell(address);
    if (typeof content === "string") cell.value = content;
    else if (content.formula) cell.value = { formula: content.formula, result: content.result };
    else if (content.error) cell.value = { error: content.error };
    else if (content.date) {
      cell.value = new Date(`${content.date}T00:00:00Z`);
      cell.numFmt = "dd/mm/yyyy";
    } else throw new Error(`${address}: ${JSON.stringify(content)}`);
  }
  if (without) book.removeWorksheet(without);
  await book.xlsx.writeFile(target);
}
