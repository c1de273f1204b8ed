// SPDX-License-Identifier: GPL-3.0-or-later
// `node validate.mjs MODULES FILE…`: Khronos' glTF validator on each file; a JSON list on standard output.
import fs from "node:fs";
import { createRequire } from "node:module";

const [modules, ...files] = process.argv.slice(2);
const validator = createRequire(`${modules}/`)("gltf-validator");
const reports = [];
for (const file of files) {
  const { issues } = await validator.validateBytes(new Uint8Array(fs.readFileSync(file)));
  reports.push({ file, errors: issues.numErrors, warnings: issues.numWarnings, said: issues.messages.map((m) => m.code) });
}
console.log(JSON.stringify(reports));
