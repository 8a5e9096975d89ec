// Makes the first administrator with the code of the one-time link.
const form = document.getElementById("form");
const alertBox = document.getElementById("alert");
const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
const hints = Object.fromEntries([...form.querySelectorAll("input")].map((input) => [input.name, document.getElementById(input.name + "-hint").textContent]));

// It is behind the hash, so that no server or proxy on the way writes it into a log, and it must not stay in the history of a browser that others use too.
history.replaceState(null, "", location.pathname);

function show(id) {
  for (const part of ["form", "done", "spent"]) document.getElementById(part).hidden = part !== id;
}

function refuse(why) {
  document.getElementById("why").textContent = why;
  show("spent");
}

function mark(problems, message = "") {
  for (const input of form.querySelectorAll("input")) {
    const problem = problems[input.name];
    const hint = document.getElementById(input.name + "-hint");
    hint.textContent = problem ?? hints[input.name];
    hint.classList.toggle("bad", Boolean(problem));
    input.setAttribute("aria-invalid", String(Boolean(problem)));
  }
  alertBox.textContent = message;
  alertBox.hidden = !message;
  form.querySelector("[aria-invalid=true]")?.focus();
}

function check(values) {
  const problems = {};
  if (!/^[a-z0-9._-]{3,32}$/i.test(values.username)) problems.username = "Takes 3 to 32 letters, digits, dots, underscores or hyphens.";
  if (values.password.length < 8) problems.password = "Takes at least 8 characters.";
  else if (values.password !== values.again) problems.again = "Is not the same as above.";
  return problems;
}

async function register(values) {
  const answer = await fetch("/api/v1/auth/register", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      username: values.username,
      password: values.password,
      ...(values.display_name && { display_name: values.display_name }),
      device: { name: "Set-up page", platform: "web" },
      setup_code: code,
    }),
  });
  const body = await answer.json();
  if (answer.ok) {
    // This page needs no session of its own: what it was given ends with it.
    await fetch("/api/v1/auth/logout", { method: "POST", headers: { Authorization: `Bearer ${body.access_token}` } });
    document.getElementById("who").textContent = body.user.username;
    show("done");
    document.querySelector("#done h1").focus();
    return;
  }
  const { error_code: error, detail, extra_info: fields } = body;
  if (error === "SETUP_DONE") refuse("This server has its first administrator already.");
  else if (error === "INVALID_CREDENTIALS") refuse("Its code is not the one that the server printed.");
  else if (error === "USERNAME_TAKEN") mark({ username: "Somebody has this name already." });
  else if (error === "VALIDATION_ERROR") mark(Object.fromEntries(Object.entries(fields).map(([name, why]) => [name, why[0].toUpperCase() + why.slice(1) + "."])), detail);
  else mark({}, detail);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  const problems = check(values);
  mark(problems);
  if (Object.keys(problems).length > 0) return;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await register(values);
  } catch {
    mark({}, "The server can't be reached. Is it still running?");
  } finally {
    button.disabled = false;
  }
});

if (code) {
  show("form");
  document.getElementById("username").focus();
} else {
  refuse("It lacks the code at its end.");
}
