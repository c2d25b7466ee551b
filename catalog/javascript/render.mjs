// node render.mjs FILE: opens an HTML page as a browser without a network would, and prints the text that it shows.
// Ends with 1 where the page's scripts fail or ask for anything from outside.
import { readFile } from "node:fs/promises";
import { JSDOM, VirtualConsole } from "jsdom";

const SETTLED = 15_000;
const problems = [];
const virtualConsole = new VirtualConsole().on("jsdomError", (error) => {
  // jsdom draws nothing; what only concerns looks is not a problem of the page.
  if (!/Not implemented|Could not parse CSS/.test(error.message)) problems.push(error.detail?.stack ?? error.message);
});
const outside = (what) => () => {
  problems.push(`asks for something from outside by ${what}`);
  throw new Error("there is no network here");
};
const { window } = new JSDOM(await readFile(process.argv[2], "utf8"), {
  url: "file:///page.html",
  runScripts: "dangerously",
  pretendToBeVisual: true,
  virtualConsole,
  beforeParse(window) {
    // What every browser has and jsdom has not.
    Object.assign(window, { TextDecoder, TextEncoder, structuredClone });
    window.fetch = outside("fetch");
    window.XMLHttpRequest.prototype.open = outside("XMLHttpRequest");
    window.matchMedia ??= () => ({ matches: false, addListener() {}, removeListener() {}, addEventListener() {} });
    window.scrollTo = () => {};
    window.IntersectionObserver = window.ResizeObserver = class { observe() {} disconnect() {} unobserve() {} };
  },
});

const page = window.document.getElementById("page");
const end = Date.now() + SETTLED;
let length = -1;
while (Date.now() < end && (page.textContent.length === 0 || page.textContent.length !== length)) {
  length = page.textContent.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
}
console.log(page.textContent);
problems.forEach((problem) => console.error(problem));
process.exit(problems.length ? 1 : 0);
