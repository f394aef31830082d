// Saves a workbook with SheetJS as .xlsx, .xls and .ods: node save_sheetjs.mjs SOURCE TARGET, run where xlsx is installed.
import { createRequire } from "node:module";
import { join } from "node:path";

const XLSX = createRequire(join(process.cwd(), "package.json"))("xlsx");
const book = XLSX.readFile(process.argv[2], {});
XLSX.writeFile(book, `${process.argv[3]}.xls`, { bookType: "biff8" });
XLSX.writeFile(book, `${process.argv[3]}.ods`, { bookType: "ods", compression: true });
