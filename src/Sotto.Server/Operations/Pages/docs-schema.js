// Fields of JSON Schemas.
import { el, inline } from "./docs-dom.js";

const deepest = 4;

/** Follows a reference, and merges `allOf`, so that every schema says itself what it holds. */
export function resolve(schema, root) {
  if (!schema || typeof schema !== "object") return {};
  if (schema.$ref) {
    const { $ref, ...beside } = schema;
    const target = $ref.slice(2).split("/").reduce((at, step) => at?.[step], root);
    return { ...resolve(target, root), ...beside };
  }
  if (schema.allOf) {
    const parts = schema.allOf.map((part) => resolve(part, root));
    return {
      ...schema,
      allOf: undefined,
      type: "object",
      properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})),
      required: parts.flatMap((part) => part.required ?? []),
    };
  }
  return schema;
}

function isNull(schema) {
  return schema.type === "null" || schema.const === null;
}

/** One schema without its `null`: answers leave null out, and a null in a request counts as absent. */
function real(schema, root) {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const rest = choices.map((one) => resolve(one, root)).filter((one) => !isNull(one));
    return rest.length === 1 ? { ...rest[0], description: schema.description ?? rest[0].description } : { ...schema, choices: rest };
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((one) => one !== "null");
    return { ...schema, type: types.length === 1 ? types[0] : types };
  }
  return schema;
}

const formats = { uuid: "UUID", "date-time": "time", uri: "address", byte: "base64" };

/** What a value is, in a word or two: `string`, `UUID`, `list of objects`. */
function kind(schema, root) {
  if (schema.choices) return schema.choices.map((one) => kind(real(one, root), root)).join(" or ");
  if (schema.type === "array") return "list of " + plural(kind(real(resolve(schema.items, root), root), root));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return "one of";
  if (schema.format && formats[schema.format]) return formats[schema.format];
  return [schema.type ?? (schema.properties ? "object" : "any")].flat().join(" or ");
}

function plural(word) {
  return word === "any" || word === "one of" || word.endsWith("s") ? word : word + "s";
}

function limits(schema) {
  const said = [];
  if (schema.minLength > 1) said.push(`at least ${schema.minLength} characters`);
  if (schema.maxLength) said.push(`at most ${schema.maxLength.toLocaleString("en")} characters`);
  if (schema.minItems) said.push(`at least ${schema.minItems}`);
  if (schema.maxItems) said.push(`at most ${schema.maxItems.toLocaleString("en")}`);
  if (schema.minimum !== undefined && schema.maximum !== undefined) said.push(`${schema.minimum} to ${schema.maximum}`);
  else if (schema.minimum !== undefined) said.push(`at least ${schema.minimum}`);
  else if (schema.maximum !== undefined) said.push(`at most ${schema.maximum}`);
  if (schema.default !== undefined) said.push(`${JSON.stringify(schema.default)} by default`);
  return said;
}

/** One named value. `must` says whether it has to be there; null where that means nothing. */
export function field(name, unresolved, must, root, depth = 0) {
  const schema = real(resolve(unresolved, root), root);
  const items = schema.type === "array" ? real(resolve(schema.items, root), root) : schema;
  const inner = items.properties && depth < deepest ? fields(items, root, depth + 1, must !== null) : null;
  const values = items.enum?.filter((value) => value !== null);
  return el("li", { class: "field" },
    el("div", { class: "head" },
      el("b", {}, name),
      el("span", { class: "kind" }, [kind(schema, root), ...limits(schema)].join(", ")),
      must ? el("span", { class: "must" }, "required") : null),
    schema.description ? el("p", {}, ...inline(schema.description)) : null,
    values ? el("div", { class: "values" }, ...values.map((value) => el("code", {}, String(value)))) : null,
    inner ? el("details", { class: "inner" }, el("summary", {}, "Its fields"), inner) : null);
}

/** The fields of an object. `asks` says whether it is a request, where required fields are marked. */
export function fields(unresolved, root, depth = 0, asks = true) {
  const schema = real(resolve(unresolved, root), root);
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {});
  return entries.length === 0 ? null
    : el("ul", { class: "fields" }, ...entries.map(([name, one]) => field(name, one, asks ? required.has(name) : null, root, depth)));
}
