"use strict";
// What the bot sends is text to be shown: nothing of it ever becomes markup.

const SILENT_MS = 25000;
const WORDS = {
  pause: ["Pause trading?", "No new exposure until somebody resumes. Orders at work stay."],
  resume: ["Resume trading?", "Ends a pause, a halt, and halts of risk rules."],
  halt: ["Halt the bot?", "No new exposure, open entries are cancelled. Outlives a restart."],
  flatten: ["Close every position?", "At market, now. Then the bot is halted."],
};
const GOOD = new Set(["trading", "healthy"]);
const BAD = new Set(["failed", "halted", "degraded"]);
const byId = (id) => document.getElementById(id);
let heard = Date.now();
let source = null;

function show(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function badge(id, text) {
  show(id, text || "…");
  byId(id).className = `badge ${GOOD.has(text) ? "good" : BAD.has(text) ? "bad" : "warn"}`;
}

// Decimal text with thousands apart: digits are grouped, never computed.
function amount(text, places) {
  if (text === undefined || text === null) return "–";
  const [whole, rest = ""] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const cut = places === undefined ? rest : rest.slice(0, places);
  return cut ? `${grouped}.${cut}` : grouped;
}

// What is left to a limit: cents are noise in thousands, and all there is in a fraction.
function few(text) {
  return amount(text, Math.abs(Number(text)) < 1000 ? 8 : 2);
}

function when(ms) {
  return ms ? new Date(ms).toISOString().replace("T", " ").slice(0, 19) : "–";
}

function tone(element, number) {
  element.classList.toggle("gain", number > 0);
  element.classList.toggle("loss", number < 0);
}

function table(id, columns, rows, nothing) {
  const element = byId(id);
  const parts = [];
  if (rows.length) {
    const head = document.createElement("tr");
    for (const [title, , kind] of columns) {
      const cell = document.createElement("th");
      cell.textContent = title;
      cell.className = kind || "";
      head.append(cell);
    }
    parts.push(head);
  } else {
    const row = document.createElement("tr");
    const cell = document.createElement("td");
    cell.className = "muted";
    cell.textContent = nothing;
    row.append(cell);
    parts.push(row);
  }
  for (const one of rows) {
    const row = document.createElement("tr");
    for (const [, read, kind] of columns) {
      const cell = document.createElement("td");
      cell.textContent = read(one);
      cell.className = kind || "";
      if (kind === "number pnl") tone(cell, Number(cell.textContent.replaceAll(",", "")));
      row.append(cell);
    }
    parts.push(row);
  }
  element.replaceChildren(...parts);
}

function svg(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function curve(points, start) {
  const values = points.map((point) => Number(point[1]));
  if (values.length < 2) return;
  const low = Math.min(start, ...values);
  const high = Math.max(start, ...values);
  const height = (value) => 154 - ((value - low) / (high - low || 1)) * 148;
  const line = values
    .map((value, at) => `${((at / (values.length - 1)) * 600).toFixed(1)},${height(value).toFixed(1)}`)
    .join(" ");
  const level = height(start).toFixed(1);
  byId("curve").replaceChildren(
    svg("polygon", { class: "area", points: `0,160 ${line} 600,160` }),
    svg("line", { class: "start", x1: 0, x2: 600, y1: level, y2: level }),
    svg("polyline", { class: "line", points: line }),
  );
  const span = `${when(points[0][0])} to ${when(points.at(-1)[0])} UTC`;
  show("span", `${span}, from ${amount(String(low), 2)} to ${amount(String(high), 2)}`);
}

function conditions(found) {
  const items = found.map((one) => {
    const item = document.createElement("li");
    const mark = document.createElement("b");
    mark.textContent = one.type.replaceAll("_", " ");
    const state = document.createElement("span");
    state.textContent = one.message ? `${one.status}: ${one.message}` : one.status;
    state.className = GOOD.has(one.status) ? "gain" : BAD.has(one.status) ? "loss" : "muted";
    item.append(mark, state);
    return item;
  });
  byId("conditions").replaceChildren(...items);
}

function log(lines) {
  if (!lines.length) return;
  const element = byId("log");
  const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  const all = (element.textContent + lines.map((line) => `${line[1]}\n`).join("")).split("\n");
  element.textContent = all.slice(-300).join("\n");
  if (atEnd) element.scrollTop = element.scrollHeight;
}

function stands(rule) {
  if (!rule.halt) return rule.text || "no reading";
  const until = rule.halt.until_ms ? `${when(rule.halt.until_ms)} UTC` : "resumed";
  return `halted until ${until}: ${rule.halt.reason}`;
}

function account(now) {
  const currency = now.currency || "";
  show("equity", now.equity === undefined ? "–" : `${amount(now.equity, 2)} ${currency}`);
  const change = Number(now.equity) - Number(now.start_equity);
  if (Number.isFinite(change)) {
    const percent = Number(now.start_equity) ? (change / Number(now.start_equity)) * 100 : 0;
    const sign = change > 0 ? "+" : "";
    show("change", `${sign}${amount(change.toFixed(2))} (${sign}${percent.toFixed(2)} %) since the start`);
    tone(byId("change"), change);
  }
  show("drawdown", now.drawdown === undefined ? "–" : `${(Number(now.drawdown) * 100).toFixed(2)} %`);
  show("peak", now.peak_equity === undefined ? "" : `peak ${amount(now.peak_equity, 2)}`);
  show("cash", amount(now.cash, 2));
  show("fees", now.fees === undefined ? "" : `fees ${amount(now.fees, 2)}`);
  show("trades", now.trades === undefined ? "–" : String(now.trades));
  const slipped = now.slippage;
  show("slippage", slipped ? `slippage ${slipped.median} bps, at worst 5 % ${slipped.p95} bps` : "");
  show("bar", now.bar_ms ? `last bar ${when(now.bar_ms)} UTC` : "");
}

function render(now) {
  document.title = `${now.phase || ""} ${now.name}`.trim();
  show("name", now.name || "realtrade");
  show("what", `${now.mode || ""} · ${now.strategy || ""} · started ${when(now.started_ms)} UTC`);
  badge("phase", now.phase);
  badge("health", now.health.status);
  show("reason", now.reason || "");
  byId("reason").hidden = !now.reason;
  account(now);
  curve(now.curve || [], Number(now.start_equity));
  table(
    "positions",
    [
      ["Symbol", (p) => p.symbol],
      ["Quantity", (p) => amount(p.quantity), "number"],
      ["Entry", (p) => amount(p.price, 8), "number"],
      ["Last", (p) => amount(p.last, 8), "number"],
      ["Profit", (p) => amount(p.pnl, 2), "number pnl"],
    ],
    now.positions || [],
    "nothing is held",
  );
  table(
    "orders",
    [
      ["Symbol", (o) => o.symbol],
      ["Side", (o) => o.side],
      ["Type", (o) => o.type],
      ["Left", (o) => amount(o.quantity), "number"],
      ["Price", (o) => amount(o.price, 8), "number"],
      ["Id", (o) => o.client_order_id],
    ],
    now.orders || [],
    "no order is at work",
  );
  table(
    "rules",
    [
      ["Rule", (r) => r.rule],
      ["Stands", (r) => stands(r), "words"],
      ["Left", (r) => (r.left === null || Number(r.limit) === 0 ? "–" : few(r.left)), "number"],
      ["Denied", (r) => String(r.denied), "number"],
    ],
    now.rules || [],
    "the recipe has no rules",
  );
  table(
    "fills",
    [
      ["Time (UTC)", (f) => when(f.time_ms)],
      ["Symbol", (f) => f.symbol],
      ["Side", (f) => f.side],
      ["Quantity", (f) => amount(f.quantity), "number"],
      ["Price", (f) => amount(f.price, 8), "number"],
      ["Fee", (f) => amount(f.fee, 6), "number"],
      ["Slippage, bps", (f) => f.slippage_bps ?? "–", "number"],
    ],
    now.fills || [],
    "nothing was filled yet",
  );
  table(
    "events",
    [
      ["Time (UTC)", (e) => when(e.time_ms)],
      ["Event", (e) => e.type.replaceAll("_", " ")],
      ["What", (e) => e.message, "words"],
    ],
    (now.events || []).slice(0, 60),
    "nothing has happened yet",
  );
  conditions(now.health.conditions);
  log(now.log || []);
  document.documentElement.dataset.drawn = String(now.bar_ms || 0);
}

function listen() {
  if (source) source.close();
  source = new EventSource("/stream");
  source.onopen = () => show("log", ""); // a stream begins with the whole log
  source.onmessage = (message) => {
    heard = Date.now();
    byId("lost").hidden = true;
    render(JSON.parse(message.data));
  };
  source.onerror = async () => {
    byId("lost").hidden = false;
    const answer = await fetch("/status").catch(() => null);
    if (answer && answer.status === 401) login();
  };
}

function dialog(title, text, { token, reason, yes }) {
  show("ask-title", title);
  show("ask-text", text);
  show("ask-yes", yes);
  byId("ask-token").hidden = !token;
  byId("ask-reason").hidden = !reason;
  byId("why").value = "";
  const element = byId("ask");
  element.returnValue = "no";
  if (!element.open) element.showModal();
  return new Promise((resolve) => {
    element.onclose = () => resolve(element.returnValue === "yes");
  });
}

const bearer = () => ({ Authorization: `Bearer ${sessionStorage.getItem("token") || ""}` });

async function login() {
  if (byId("ask").open) return;
  source.close();
  if (!(await dialog("Who are you?", "This page shows an account: it takes the token.", { token: true, yes: "Show" }))) return;
  sessionStorage.setItem("token", byId("token").value.trim());
  const answer = await fetch("/login", { method: "POST", headers: bearer() });
  if (answer.ok) listen();
  else {
    sessionStorage.removeItem("token");
    login();
  }
}

async function act(verb) {
  const [title, text] = WORDS[verb];
  const token = !sessionStorage.getItem("token");
  const reason = verb !== "resume";
  const yes = verb[0].toUpperCase() + verb.slice(1);
  if (!(await dialog(title, text, { token, reason, yes }))) return;
  if (token) sessionStorage.setItem("token", byId("token").value.trim());
  byId("token").value = "";
  show("said", "…");
  try {
    const answer = await fetch(`/do/${verb}`, {
      method: "POST",
      headers: { ...bearer(), "Content-Type": "application/json" },
      body: JSON.stringify({ reason: byId("why").value }),
    });
    const told = await answer.json();
    if (answer.status === 403) sessionStorage.removeItem("token");
    show("said", answer.ok ? `Done: ${verb}.` : `Not done: ${told.error}`);
  } catch {
    show("said", "Not done: the bot cannot be reached.");
  }
}

window.addEventListener("error", (event) => {
  document.documentElement.dataset.error = event.message || "something did not load";
});
document.addEventListener("securitypolicyviolation", (event) => {
  document.documentElement.dataset.error = `refused: ${event.blockedURI}`;
});
for (const button of document.querySelectorAll("[data-verb]")) {
  button.addEventListener("click", () => act(button.dataset.verb));
}
setInterval(() => {
  byId("lost").hidden = Date.now() - heard < SILENT_MS;
}, 1000);
listen();
