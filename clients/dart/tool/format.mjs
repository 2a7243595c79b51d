// Formats Dart files with the formatter given by its module: node format.mjs MODULE VERSION [--check] PATH…

import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [module, version, ...rest] = process.argv.slice(2);
const { format } = await import(pathToFileURL(module));
const check = rest[0] === "--check";

function* dartFiles(path) {
  if (statSync(path).isFile()) yield path;
  else for (const name of readdirSync(path)) {
    const inside = join(path, name);
    if (!name.startsWith(".") && (statSync(inside).isDirectory() || name.endsWith(".dart"))) yield* dartFiles(inside);
  }
}

let files = 0;
let changed = 0;
for (const path of rest.slice(check ? 1 : 0)) {
  for (const file of dartFiles(path)) {
    const text = readFileSync(file, "utf8");
    let formatted;
    try {
      formatted = format(text, file, { language_version: `${version}.0`, line_width: 120 });
    } catch (error) {
      console.error(`${file}: ${error.message ?? error}`);
      process.exitCode = 1;
      continue;
    }
    files += 1;
    if (formatted === text) continue;
    changed += 1;
    if (check) console.error(`${file} is not formatted as dart format would`);
    else writeFileSync(file, formatted);
  }
}
console.log(`${files} files, ${changed} ${check ? "to format" : "formatted"}`);
if (check && changed > 0) process.exitCode = 1;
