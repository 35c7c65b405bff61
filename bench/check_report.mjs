// Opens a report of `liebig report --html` in Chromium and checks it.
//
//     npm install playwright-core axe-core vnu-jar
//     node bench/check_report.mjs REPORT.html [FOLDER FOR PICTURES]
//
// Ends with exit code 1 if the page asks for anything, writes an error to its console, is wider than its window, breaks a rule
// of axe-core, is not valid HTML (by the W3C's checker, which needs Java), or is larger than 3 MB.

import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

// Packages are those of the folder that this is run in.
const require = createRequire(resolve(process.cwd(), "package.json"));
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core");
const vnu = require("vnu-jar");

const [file, pictures] = process.argv.slice(2);
const page_url = pathToFileURL(resolve(file)).href;
const wrong = [];

if (statSync(file).size > 3e6) wrong.push(`${statSync(file).size} bytes`);
try {
  execFileSync("java", ["-jar", vnu, "--errors-only", resolve(file)], { stdio: "pipe" });
} catch (error) {
  wrong.push(`HTML: ${error.stderr}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
for (const [width, scheme] of [[400, "light"], [400, "dark"], [1400, "light"], [1400, "dark"]]) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  const name = `${width} ${scheme}`;
  page.on("console", (message) => message.type() === "error" && wrong.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${name}: ${error}`));
  page.on("request", (request) => {
    if (request.url() !== page_url && !request.url().startsWith("data:")) wrong.push(`${name}: asks for ${request.url()}`);
  });
  await page.goto(page_url);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) wrong.push(`${name}: ${wide} pixels wider than the window`);
  for (const table of await page.$$("table")) {
    const head = await table.$("th:nth-child(4) button");
    await head.click();
    const values = await table.$$eval("tbody td:nth-child(4)", (cells) => cells.map((cell) => Number(cell.dataset.value)));
    if (values.some((value, place) => place > 0 && !(values[place - 1] <= value))) wrong.push(`${name}: a table does not sort`);
  }
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, help, nodes } of violations) wrong.push(`${name}: ${id}: ${help}: ${nodes[0].html}`);
  if (pictures) await page.screenshot({ path: resolve(pictures, `report-${width}-${scheme}.png`), fullPage: true });
  await page.close();
}
await browser.close();
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
console.log("no request, no error, valid, accessible");
