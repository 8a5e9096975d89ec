// Draws the API reference from the server's own OpenAPI and AsyncAPI documents.
import { blocks, el, heading, inline } from "./docs-dom.js";
import { frameEntry, routeEntry } from "./docs-entries.js";
import { resolve } from "./docs-schema.js";

const main = document.getElementById("content");
const contents = document.getElementById("contents");
const groups = [];

async function read(path, how) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
  return answer[how]();
}

function slug(text) {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** A chapter, and its place in the contents. `entries` are [id, label, words to find it by, element]. */
function chapter(id, title, lead, entries, tag = "h1") {
  const section = el("section", { id }, el("div", { class: "chapter" }, heading(tag, id, title), ...[lead].flat()), ...entries.map((entry) => entry[3]));
  groups.push({ id, title, entries });
  main.append(section);
}

function routeLabel(method, path) {
  const short = path.replace("/api/v1", "").replace(/\{\w*_id\}/g, "{id}");
  return [el("code", {}, short), el("span", { class: "method " + method }, method.toUpperCase())];
}

function drawRoutes(api, errors) {
  for (const tag of api.tags) {
    const entries = [];
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, route] of Object.entries(methods)) {
        if (!route.tags?.includes(tag.name)) continue;
        const id = slug(route.operationId.replace(/([a-z])([A-Z])/g, "$1-$2"));
        const words = `${method} ${path} ${route.summary}`;
        entries.push([id, routeLabel(method, path), words, routeEntry(id, method, path, route, api, errors)]);
      }
    }
    if (entries.length > 0) chapter(slug(tag.name), tag.name, el("p", { class: "lead" }, ...inline(tag.description ?? "")), entries);
  }
}

function drawSocket(socket, errors) {
  const name = (reference) => resolve(resolve(reference, socket), socket).name;
  const replies = new Map();
  for (const operation of Object.values(socket.operations)) {
    if (operation.action === "receive") replies.set(name(operation.messages[0]), (operation.reply?.messages ?? []).map(name));
  }
  const messages = Object.entries(socket.components.messages);
  const entriesOf = (kind, prefix) => messages.filter(([key]) => key.endsWith(kind)).map(([, message]) => {
    const id = prefix + message.name;
    const element = frameEntry(id, message, prefix === "command-" ? replies.get(message.name) ?? [] : [], socket, errors);
    return [id, [el("code", {}, message.name)], `${message.name} ${message.summary ?? ""}`, element];
  });
  chapter("socket", "The socket", el("div", { class: "prose" }, ...blocks(socket.info.description, { 2: "h3" })), []);
  chapter("commands", "Commands", el("p", { class: "lead" }, "What a client sends. The fields stand beside ", el("code", {}, "type"), "."), entriesOf("Command", "command-"));
  chapter("events", "Events", el("p", { class: "lead" }, "What the server sends: ", el("code", {}, "type"), " and ", el("code", {}, "data"), "."), entriesOf("Event", "event-"));
}

function table(head, rows) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((cell, i) => el("td", { class: i === 0 ? "number" : null }, ...[cell].flat()))))));
}

function drawTables(api, socket) {
  const plain = (element) => el("div", { class: "plain" }, element);
  chapter("errors", "Error codes", [
    el("p", { class: "lead" }, "One meaning and one status each. Over the socket they come as ", el("code", {}, "error"), " events."),
    plain(table(["Status", "Code and meaning"], api["x-error-codes"].map((error) => [String(error.status), [el("code", {}, error.code), el("br"), ...inline(error.meaning)]]))),
  ], []);
  chapter("close-codes", "Close codes", [
    el("p", { class: "lead" }, "Why the server closes a socket, and whether to come back with what one has."),
    plain(table(["Code", "Meaning", "Come back"], socket["x-close-codes"].map((code) => [String(code.code), inline(code.meaning), code.may_return ? "yes" : "mend it first"]))),
  ], []);
  const span = (seconds) => (seconds === 0 ? "at once" : seconds % 3600 === 0 ? `in ${seconds / 3600 === 1 ? "an hour" : seconds / 3600 + " hours"}` : seconds % 60 === 0 ? `in ${seconds / 60 === 1 ? "a minute" : seconds / 60 + " minutes"}` : `in ${seconds} s`);
  chapter("limits", "Rate limits", [
    el("p", { class: "lead" }, "As this server has them by default; each is a setting. Refused attempts don't count."),
    plain(table(["At most", "What", "Counted for each"], api["x-rate-limits"].map((limit) => [`${limit.size.toLocaleString("en")} ${span(limit.window_seconds)}`, limit.name.replaceAll("-", " "), limit.over]))),
  ], []);
}

function drawFirstSteps(markdown) {
  const [lead, ...steps] = markdown.split(/^## /m);
  const title = (step) => step.slice(0, step.indexOf("\n"));
  const entries = steps.map((step) => {
    const id = "step-" + slug(title(step));
    return [id, [title(step)], title(step), el("div", { class: "step prose plain", id }, heading("h2", id, title(step)), ...blocks(step.slice(title(step).length)))];
  });
  chapter("first-steps", "First steps", el("div", { class: "prose lead" }, ...blocks(lead)), [
    ["", "", "", el("div", { class: "steps" }, ...entries.map((entry) => entry[3]))],
  ]);
  groups.at(-1).entries = entries;
}

function drawContents() {
  contents.replaceChildren(...groups.map((group) => el("section", { "data-group": group.id },
    el("h2", {}, el("a", { href: "#" + group.id }, group.title)),
    el("ul", {}, ...group.entries.map(([id, label, words]) =>
      el("li", { "data-words": words.toLowerCase() }, el("a", { href: "#" + id }, ...[label].flat())))))));
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let any = false;
  for (const group of contents.children) {
    const title = group.querySelector("h2").textContent.toLowerCase();
    let here = words.every((word) => title.includes(word));
    const whole = here;
    for (const item of group.querySelectorAll("li")) {
      item.hidden = !whole && !words.every((word) => item.dataset.words.includes(word));
      here ||= !item.hidden;
    }
    group.hidden = !here;
    any ||= here;
  }
  document.getElementById("nothing").hidden = any;
}

/** Marks in the contents what is being read. */
function follow() {
  const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const order = [...main.querySelectorAll("[id]")].filter((element) => links.has(element.id));
  let current = null;
  const observer = new IntersectionObserver((changes) => {
    for (const change of changes) change.isIntersecting ? seen.add(change.target) : seen.delete(change.target);
    const deepest = order.filter((element) => seen.has(element)).find((element) => element.tagName !== "SECTION") ?? order.find((element) => seen.has(element));
    const link = deepest && links.get(deepest.id);
    if (!link || link === current) return;
    current?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    current = link;
    link.scrollIntoView({ block: "nearest" });
  }, { rootMargin: "-70px 0px -65% 0px" });
  for (const element of order) observer.observe(element);
}

function listen() {
  const search = document.getElementById("search");
  const menu = document.querySelector(".menu");
  const open = (isOpen) => {
    document.body.classList.toggle("open", isOpen);
    menu.setAttribute("aria-expanded", String(isOpen));
  };
  search.addEventListener("input", () => find(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      find("");
    } else if (event.key === "Enter") {
      contents.querySelector("section:not([hidden]) li:not([hidden]) a")?.click();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && document.activeElement?.tagName !== "INPUT") {
      event.preventDefault();
      open(true);
      search.focus();
    } else if (event.key === "Escape") {
      open(false);
    }
  });
  menu.addEventListener("click", () => open(!document.body.classList.contains("open")));
  contents.addEventListener("click", (event) => event.target.closest("a") && open(false));
  main.addEventListener("click", () => open(false));
}

try {
  const [api, socket, steps] = await Promise.all([read("/openapi/v1.json", "json"), read("/asyncapi/v1.json", "json"), read("/pages/first-steps.md", "text")]);
  const errors = new Map([...api["x-error-codes"], ...socket["x-error-codes"]].map((error) => [error.code, error]));
  document.getElementById("loading").remove();
  document.getElementById("version").textContent = api.info.version;
  chapter("overview", "Overview", el("div", { class: "prose" }, ...blocks(api.info.description)), []);
  drawFirstSteps(steps);
  drawRoutes(api, errors);
  drawSocket(socket, errors);
  drawTables(api, socket);
  drawContents();
  listen();
  follow();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (fault) {
  document.getElementById("loading")?.replaceChildren("The documents could not be read: " + fault.message + " Reload to try again.");
}
