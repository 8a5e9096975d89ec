// One entry for each route, command and event: what is told on the left, what is shown on the right.
import { blocks, codeBox, el, heading, inline, jsonBox } from "./docs-dom.js";
import { field, fields, resolve } from "./docs-schema.js";

const access = {
  anyone: "no token",
  user: "token",
  device: "token of a device",
  admin: "administrators",
};

// Every route may answer these; they are said once.
const general = new Set(["INVALID_TOKEN", "TOKEN_EXPIRED", "DEVICE_REVOKED", "MALFORMED_JSON", "VALIDATION_ERROR", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNAVAILABLE", "INTERNAL_ERROR"]);

function address(path) {
  return path.split(/(\{[^}]+\})/).filter(Boolean).map((part) => (part.startsWith("{") ? el("span", { class: "name" }, part) : part));
}

/** The codes that an entry may refuse with, as rows of the table of errors. */
export function refusals(codes, errors) {
  const rows = (codes ?? []).filter((code) => !general.has(code)).map((code) => {
    const error = errors.get(code);
    return el("tr", {},
      el("td", { class: "number" }, error ? String(error.status) : ""),
      el("td", {}, el("code", {}, code), el("br"), ...inline(error?.meaning ?? "")));
  });
  if (rows.length === 0) return null;
  return [el("h4", {}, "May refuse with"), el("table", { class: "refusals" }, el("tbody", {}, ...rows))];
}

function curl(method, path, route, root) {
  const lines = [`curl -X ${method} "$base${path.replace("/api/v1", "")}"`];
  if (!path.startsWith("/api/v1")) lines[0] = `curl -X ${method} "http://localhost:8080${path}"`;
  if (route["x-access"] !== "anyone") lines.push(`  -H "Authorization: Bearer $token"`);
  const example = route.requestBody && resolve(route.requestBody, root).content?.["application/json"]?.example;
  if (example) {
    lines.push(`  -H "Content-Type: application/json"`);
    lines.push(`  -d '${JSON.stringify(example, null, 2).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(" \\\n");
}

/** A REST route. */
export function routeEntry(id, method, path, route, root, errors) {
  const parameters = (route.parameters ?? []).map((one) => resolve(one, root));
  const body = route.requestBody && resolve(route.requestBody, root);
  const asked = body?.content?.["application/json"]?.schema;
  const answers = Object.entries(route.responses).filter(([status]) => status < 400).map(([status, answer]) => [status, resolve(answer, root)]);
  const told = [
    heading("h3", id, route.summary.replace(/\.$/, "")),
    el("p", { class: "address" },
      el("span", { class: "method " + method }, method.toUpperCase()), el("code", {}, ...address(path)),
      el("span", { class: "chip" }, access[route["x-access"]] ?? route["x-access"] ?? "token")),
    ...(route.description ? blocks(route.description) : []),
  ];
  for (const [place, title] of [["path", "In the path"], ["query", "In the query"], ["header", "In the headers"]]) {
    const here = parameters.filter((one) => one.in === place);
    if (here.length === 0) continue;
    told.push(el("h4", {}, title),
      el("ul", { class: "fields" }, ...here.map((one) =>
        field(one.name, { ...resolve(one.schema, root), description: one.description }, place !== "path" && one.required, root))));
  }
  if (asked) told.push(el("h4", {}, body.required === false ? "Body (optional)" : "Body"), fields(asked, root) ?? el("p", {}, "Any JSON."));
  for (const [status, answer] of answers) {
    const schema = answer.content?.["application/json"]?.schema;
    const list = schema && fields(schema, root, 0, false);
    told.push(el("h4", {}, `Answer ${status}`), answer.description ? el("p", { class: "general" }, ...inline(answer.description)) : null, list);
  }
  told.push(...(refusals(route["x-error-codes"], errors) ?? []));

  const shown = [codeBox("Request", [{ language: "sh", text: curl(method.toUpperCase(), path, route, root) }])];
  for (const [status, answer] of answers) {
    const example = answer.content?.["application/json"]?.example;
    if (example !== undefined) shown.push(jsonBox([el("span", { class: "status" }, status), " Answer"], example));
  }
  return el("article", { class: "entry", id }, el("div", { class: "told" }, ...told.filter(Boolean)), el("div", { class: "shown" }, ...shown));
}

/** A frame of the socket: a command with what answers it, or an event. */
export function frameEntry(id, message, replies, root, errors) {
  const payload = resolve(message.payload, root);
  const isCommand = id.startsWith("command-");
  const data = isCommand ? payload : resolve(payload.properties?.data, root);
  const { type, ...rest } = data.properties ?? {};
  const list = fields(isCommand ? { ...data, properties: rest } : data, root, 0, isCommand);
  const answer = replies.filter((name) => name !== "error");
  const told = [
    heading("h3", id, el("code", {}, message.name)),
    el("p", {}, ...inline(message.summary ?? "")),
    list ? el("h4", {}, isCommand ? "Fields" : "Data") : null,
    list,
    answer.length > 0 ? el("p", { class: "general" }, "Answered with ", ...answer.flatMap((name, i) => [i ? " or " : "", el("a", { href: "#event-" + name }, el("code", {}, name))]), ".") : null,
    ...(refusals(message["x-error-codes"], errors) ?? []),
  ];
  const example = message.examples?.[0]?.payload;
  return el("article", { class: "entry", id },
    el("div", { class: "told" }, ...told.filter(Boolean)),
    el("div", { class: "shown" }, example ? jsonBox(isCommand ? "Client sends" : "Server sends", example) : null));
}
