// node validate.mjs FILE…: checks AsyncAPI documents with the official parser, examples against their schemas too.
// Prints each complaint with file and path; ends with 1 where there is an error.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const SEVERITY = ["error", "warning", "information", "hint"];
const parser = new Parser();
let errors = 0;

for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(await readFile(file, "utf8"), { source: file });
  for (const { severity, code, path, message } of diagnostics) {
    console.log(`${file}: ${SEVERITY[severity]} ${code} at ${path.join("/")}: ${message}`);
    errors += severity === 0;
  }
  if (document) {
    console.log(`${file}: AsyncAPI ${document.version()}, ${document.allOperations().length} operations`);
  }
}
process.exitCode = errors ? 1 : 0;
