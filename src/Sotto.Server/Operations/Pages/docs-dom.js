// Elements, Markdown and code boxes. Text from the documents only ever becomes text nodes.

/** Makes an element. `props` are attributes; functions are listeners; null and false are left out. */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Code, bold and links of one line of Markdown. Links lead to this page or to this host only. */
export function inline(text) {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/);
  return parts.filter(Boolean).map((part) => {
    const link = /^\[([^\]]+)\]\(((?:#|\/)[^)]*)\)$/.exec(part);
    if (link) return el("a", { href: link[2] }, ...inline(link[1]));
    if (part.startsWith("`")) return el("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return el("strong", {}, ...inline(part.slice(2, -2)));
    return part;
  });
}

/** Blocks of Markdown: paragraphs, lists, headings and fenced code. Fences that follow one another are one box with a choice. */
export function blocks(markdown, headings = { 2: "h2", 3: "h3" }) {
  const nodes = [];
  const lines = markdown.replaceAll("\r", "").split("\n");
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    const heading = /^(#{1,4}) (.*)$/.exec(line);
    if (!line.trim()) {
      at++;
    } else if (heading) {
      nodes.push(el(headings[heading[1].length] ?? "h4", {}, ...inline(heading[2])));
      at++;
    } else if (line.startsWith("```")) {
      const samples = [];
      while (at < lines.length && lines[at].startsWith("```")) {
        const end = lines.indexOf("```", at + 1);
        samples.push({ language: lines[at].slice(3), text: lines.slice(at + 1, end).join("\n") });
        at = end + 1;
        if (lines[at] === "" && lines[at + 1]?.startsWith("```")) at++;
      }
      nodes.push(codeBox("", samples));
    } else if (line.startsWith("- ")) {
      const items = [];
      for (; at < lines.length && lines[at].startsWith("- "); at++) items.push(el("li", {}, ...inline(lines[at].slice(2))));
      nodes.push(el("ul", {}, ...items));
    } else {
      const words = [];
      for (; at < lines.length && lines[at].trim() && !/^(#|```|- )/.test(lines[at]); at++) words.push(lines[at]);
      nodes.push(el("p", {}, ...inline(words.join(" "))));
    }
  }
  return nodes;
}

const languages = { sh: "Shell", js: "JavaScript", json: "JSON" };
const token = {
  json: /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\b\d[\d.eE+-]*\b)|\b(true|false|null)\b/g,
  js: /("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)()|(\b\d+\b)|\b(const|let|await|async|function|return|if|throw|new|null|true|false)\b|(\/\/[^\n]*)/g,
  sh: /("(?:[^"\\]|\\.)*"|'[^']*')()|(\$\$\$)|\b(curl|echo|grep|cut|head)\b|((?:^|\s)#[^\n]*)/g,
};

/** Text with its strings, words and numbers in colour. */
function coloured(text, language) {
  const pattern = token[language];
  if (!pattern) return [text];
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    const [all, string, colon, number, word, comment] = found;
    nodes.push(text.slice(end, found.index));
    const kind = comment ? "comment" : word ? "word" : number ? "number" : colon ? "key" : "string";
    const shown = string && colon ? string : all;
    nodes.push(el("span", { class: "t-" + kind }, shown), all.slice(shown.length));
    end = found.index + all.length;
  }
  return [...nodes, text.slice(end)];
}

/** A box with code to copy; with several samples, one of them is chosen for the whole page. */
export function codeBox(title, samples) {
  let shown = samples[0];
  const code = el("code", {});
  const copy = el("button", {
    type: "button",
    click: async () => {
      await navigator.clipboard.writeText(shown.text);
      copy.textContent = "Copied";
      setTimeout(() => (copy.textContent = "Copy"), 1500);
    },
  }, "Copy");
  const choices = samples.length < 2 ? [] : samples.map((sample) => el("button", {
    type: "button",
    "data-language": sample.language,
    click: () => document.dispatchEvent(new CustomEvent("language", { detail: sample.language })),
  }, languages[sample.language] ?? sample.language));
  const show = (sample) => {
    shown = sample;
    code.replaceChildren(...coloured(sample.text, sample.language));
    for (const choice of choices) choice.setAttribute("aria-pressed", String(choice.dataset.language === sample.language));
  };
  show(shown);
  if (choices.length) {
    document.addEventListener("language", (event) => show(samples.find((sample) => sample.language === event.detail) ?? shown));
  }
  const named = title || (choices.length ? "" : languages[shown.language] ?? "");
  return el("div", { class: "code" },
    el("div", { class: "bar" }, el("span", { class: "title" }, ...[named].flat()), el("span", { class: "right" }, ...choices, copy)),
    el("pre", { tabindex: "0" }, code));
}

/** An object as a code box. */
export function jsonBox(title, value) {
  return codeBox(title, [{ language: "json", text: JSON.stringify(value, null, 2) }]);
}

/** A heading that links to itself. */
export function heading(tag, id, ...children) {
  return el(tag, {}, el("a", { class: "here", href: "#" + id }, ...children));
}
