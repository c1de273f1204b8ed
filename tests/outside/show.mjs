// SPDX-License-Identifier: GPL-3.0-or-later
// `node show.mjs MODULES CHROMIUM PICTURES [--lit SIDE] FILE…`: three.js in a headless Chromium loads each GLB, says what
// it found (a JSON list on standard output) and leaves a screenshot of each in the folder PICTURES.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";

const [modules, chromium, pictures, ...rest] = process.argv.slice(2);
const lit = rest[0] === "--lit";
const side = lit ? Number(rest[1]) : 256;
const files = lit ? rest.slice(2) : rest;
const puppeteer = createRequire(`${modules}/`)("puppeteer-core");
const KINDS = { ".js": "text/javascript", ".html": "text/html", ".glb": "model/gltf-binary" };

const server = http.createServer((request, answer) => {
  const url = decodeURIComponent(request.url);
  const number = /^\/file\/(\d+)\.glb$/.exec(url);
  const file = number ? files[Number(number[1])]
    : url.startsWith("/three/") ? path.join(modules, "node_modules", url)
    : path.join(import.meta.dirname, "show.html");
  fs.readFile(file, (error, data) => {
    answer.writeHead(error ? 404 : 200, { "Content-Type": KINDS[path.extname(file)] ?? "application/octet-stream" });
    answer.end(data);
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const browser = await puppeteer.launch({
  executablePath: chromium,
  // Software drawing: there is no graphics card here, and root has no sandbox.
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--hide-scrollbars"],
});
try {
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => ["error", "warn"].includes(line.type()) && complaints.push(line.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction("window.ready === true", { timeout: 60000 });
  const seen = [];
  for (const [number, file] of files.entries()) {
    const found = await page.evaluate((url, side, lit) => window.show(url, side, lit), `/file/${number}.glb`, side, lit);
    const name = `${path.basename(path.dirname(file))}_${path.basename(file, ".glb")}.png`;
    fs.writeFileSync(path.join(pictures, name), Buffer.from(found.picture.split(",")[1], "base64"));
    seen.push({ file, parts: found.parts, middle: found.middle });
  }
  console.log(JSON.stringify({ seen, complaints }));
} finally {
  await browser.close();
  server.close();
}
