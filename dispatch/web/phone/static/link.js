// The page of a truck or team. Whatever is reported is kept on the phone, under a key of
// its own, until the server says that it has it: sent twice, it counts once.
"use strict";

const TEXTS = JSON.parse(document.getElementById("texts").textContent);
const BASE = location.pathname.replace(/\/$/, "");
const ROOT = BASE.replace(/\/d\/[^/]*$/, "");
const MAX_BATCH = 50;
const EVERY_MS = 30000;
const PHOTO_SIDE = 1280;
const UNDO_MS = 60000;

let lang = localStorage.getItem("wd:lang") === "en" ? "en" : "zh";
let day = JSON.parse(localStorage.getItem("wd:day:" + BASE) || "null");
let tag = null;
let isOver = false;
let isSending = false;
let asking = null;

function t(key, blanks = {}) {
  const text = TEXTS[lang][key] || key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(blanks[name] ?? ""));
}

// Nothing is ever set as HTML: names and reasons stay text.
function make(name, options = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "onclick") element.addEventListener("click", value);
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

// One entry of the storage for each report, so that two tabs never undo each other.
function entries(kind) {
  const found = [];
  for (let n = 0; n < localStorage.length; n++) {
    const name = localStorage.key(n);
    if (name.startsWith("wd:" + kind + ":")) {
      found.push(JSON.parse(localStorage.getItem(name)));
    }
  }
  return found.sort((one, other) => one.made - other.made);
}

function put(kind, entry) {
  localStorage.setItem("wd:" + kind + ":" + entry.event.key, JSON.stringify(entry));
}

function drop(kind, key) {
  localStorage.removeItem("wd:" + kind + ":" + key);
}

function owner() {
  return day ? JSON.stringify([day.township, day.truck, day.team]) : "";
}

function mine(kind) {
  return entries(kind).filter((entry) => entry.owner === owner());
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function localTime() {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60000);
  return local.toISOString().slice(0, 19);
}

function keep(event, photo) {
  const entry = { event, owner: owner(), made: Date.now() };
  try {
    put("event", entry);
  } catch (error) {
    alert(t("phone.full"));
    return false;
  }
  if (photo) {
    try {
      put("photo", { ...entry, photo });
    } catch (error) {
      // The report counts more than its picture.
    }
  }
  return true;
}

async function send() {
  if (isSending || isOver) return;
  isSending = true;
  try {
    // A new link of the same truck sends what the one before could not.
    const isFirst = !day;
    if (isFirst) await look();
    let isNews = !isFirst;
    for (;;) {
      const batch = mine("event").slice(0, MAX_BATCH);
      if (!batch.length) break;
      const answer = await fetch(BASE + "/events", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ events: batch.map((entry) => entry.event) }),
      });
      if (answer.status === 404) isOver = true;
      if (!answer.ok) break;
      const { results } = await answer.json();
      if (results.length !== batch.length) break;
      isNews = true;
      results.forEach((result, n) => {
        const entry = batch[n];
        if (result.status !== "new" && result.status !== "known") {
          put("refused", { ...entry, message: result.message });
          drop("photo", entry.event.key);
        }
        drop("event", entry.event.key);
      });
    }
    await sendPhotos();
    await sendSeen();
    if (isNews) await look();
  } catch (error) {
    // No network: everything stays until the next try.
  } finally {
    isSending = false;
    show();
  }
}

async function sendPhotos() {
  const unsent = new Set(mine("event").map((entry) => entry.event.key));
  for (const entry of mine("photo")) {
    const key = entry.event.key;
    if (unsent.has(key)) continue;
    const [head, data] = entry.photo.split(",");
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    const answer = await fetch(BASE + "/photos/" + encodeURIComponent(key), {
      method: "POST",
      headers: { "Content-Type": head.slice(5, head.indexOf(";")) },
      body: bytes,
    });
    if ([201, 409, 413, 415].includes(answer.status)) drop("photo", key);
    else break;
  }
}

// That somebody has seen a new version is told as soon as there is a network.
async function sendSeen() {
  const name = "wd:confirm:" + BASE;
  const version = Number(localStorage.getItem(name));
  if (!version) return;
  const answer = await fetch(BASE + "/seen", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ version }),
  });
  // Of a version that is over, nobody asks any more.
  if (answer.ok || answer.status === 409) localStorage.removeItem(name);
}

async function look() {
  const seen = day && localStorage.getItem("wd:seen:" + BASE + ":" + day.date);
  const query = seen ? "?seen=" + encodeURIComponent(seen) : "";
  const headers = tag ? { "If-None-Match": tag } : {};
  const answer = await fetch(BASE + "/today" + query, { headers });
  isOver = answer.status === 404;
  if (answer.status !== 200) {
    await answer.text(); // or the browser calls it off
    return;
  }
  tag = answer.headers.get("ETag");
  const before = day && day.version;
  day = await answer.json();
  if (day.version !== before && "serviceWorker" in navigator) keepPages();
  localStorage.setItem("wd:day:" + BASE, JSON.stringify(day));
  const name = "wd:seen:" + BASE + ":" + day.date;
  if (day.version !== null && !localStorage.getItem(name)) {
    localStorage.setItem(name, String(day.version));
  }
}

// The lists of the day change with the plan: those of this one are kept for where there
// is no network.
async function keepPages() {
  const { active } = await navigator.serviceWorker.ready;
  const query = "?lang=" + lang;
  const keep = [BASE, ROOT + "/phone/link.js", BASE + "/day" + query,
    BASE + "/doors" + query];
  active.postMessage({ keep });
}

function show() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = t("phone.title");
  document.getElementById("title").textContent = t("phone.title");
  document.getElementById("lang").textContent = t("phone.lang");
  showState();
  if (asking) return;
  const head = document.getElementById("day");
  const stops = document.getElementById("stops");
  stops.replaceChildren();
  head.textContent = "";
  if (!day) return;
  if (day.version === null) {
    head.textContent = day.truck || day.team;
    stops.append(make("p", { textContent: t("phone.no_plan") }));
  } else {
    const subject = called(day.truck) || day.team;
    const blanks = { subject, date: day.date, version: day.version };
    head.textContent = t("phone.day_of", blanks);
    if (!day.stops.length) {
      stops.append(make("p", { textContent: t("phone.nothing") }));
    }
  }
  showStops(stops);
  showChanges();
  showRefused();
  showMore();
}

// The letter and plate of a truck, as on the map and on paper.
function called(truck) {
  return (truck && day.names && day.names[truck]) || truck;
}

// What is next goes by what is done, not by the clock; what is done is folded away.
function showStops(box) {
  const isOpen = (stop) => ["open", "arrived"].includes(stateOf(stop));
  const isWork = (stop) => KINDS[stop.kind];
  const done = day.stops.filter((stop) => isWork(stop) && !isOpen(stop));
  const open = day.stops.filter((stop) => isOpen(stop) && isWork(stop));
  const next = open[0];
  if (next) {
    const first = card(next);
    first.classList.add("next");
    for (const each of first.children) {
      const isMain = each.tagName === "BUTTON" && each.dataset.kind;
      if (isMain) each.classList.add("main");
    }
    box.append(make("h2", { textContent: t("driver.next") }), first);
  }
  showUndo(box);
  const rest = day.stops.filter(
    (stop) => stop !== next && isOpen(stop) && (isWork(stop) || stop.kind === "break")
  );
  if (rest.length) {
    const text = t("phone.coming", { count: rest.length });
    box.append(make("h2", { textContent: text }), ...rest.map((stop) => card(stop)));
  }
  if (done.length) {
    const textContent = t("phone.past", { count: done.length });
    const summary = make("summary", { className: "button", textContent });
    const past = make("details", { open: opened.has("past") }, summary);
    past.append(...done.map((stop) => card(stop)));
    past.addEventListener("toggle", () => {
      if (past.open) opened.add("past");
      else opened.delete("past");
    });
    box.append(past);
  }
}

// For a minute a report can be taken back: one not sent yet is dropped, another is
// replaced by one that the truck is there.
function showUndo(box) {
  const last = JSON.parse(localStorage.getItem("wd:last:" + BASE) || "null");
  const left = last ? UNDO_MS - (Date.now() - last.made) : 0;
  if (left <= 0 || last.made > Date.now()) return;
  setTimeout(show, left + 50);
  const text = t("phone.undo", { what: t("phone." + last.event.kind) });
  box.append(button(text, () => undo(last.event)));
}

function undo(event) {
  localStorage.removeItem("wd:last:" + BASE);
  const waits = mine("event").some((entry) => entry.event.key === event.key);
  if (waits && !isSending) {
    drop("photo", event.key);
    drop("event", event.key);
  } else {
    const { date, truck, place, stop } = event;
    const again = { key: newKey(), date, kind: "arrived", truck, place, stop };
    keep({ ...again, at: localTime(), corrects: event.key });
  }
  show();
  send();
}

function showState() {
  const count = mine("event").length;
  const state = document.getElementById("state");
  state.className = count || isOver ? "warn" : "small";
  if (isOver) state.textContent = t("phone.link_over");
  else if (!count) state.textContent = t("phone.online");
  else if (!navigator.onLine) state.textContent = t("phone.offline", { count });
  else state.textContent = t("phone.sending", { count });
}

function showChanges() {
  const box = document.getElementById("changes");
  box.replaceChildren();
  const name = "wd:seen:" + BASE + ":" + day.date;
  const isSeen = localStorage.getItem(name) === String(day.version);
  if (!day.changes.length || isSeen) return;
  const lines = day.changes.map((change) =>
    make("li", {
      textContent: t("phone.change_" + change.change, {
        name: change.name,
        at: change.at,
        before: change.at_before,
        litres: change.litres,
      }),
    })
  );
  const seen = () => {
    localStorage.setItem(name, String(day.version));
    localStorage.setItem("wd:confirm:" + BASE, String(day.version));
    show();
    send();
  };
  box.append(
    make(
      "div",
      { className: "warn", role: "alert" },
      make("div", { textContent: t("phone.changed") }),
      make("ul", {}, ...lines),
      button(t("phone.seen"), seen)
    )
  );
}

function showRefused() {
  const box = document.getElementById("waiting");
  box.replaceChildren();
  for (const entry of mine("refused")) {
    const { key, kind, place } = entry.event;
    const dismiss = () => {
      drop("refused", key);
      show();
    };
    box.append(
      make(
        "div",
        { className: "warn" },
        make("div", { textContent: t("phone." + kind) + " · " + (place || "") }),
        make("div", { textContent: t("phone.not_taken", { message: entry.message }) }),
        button(t("phone.dismiss"), dismiss)
      )
    );
  }
}

function button(text, onclick, more = "") {
  return make("button", { type: "button", className: "button " + more, onclick }, text);
}

// What was reported and not yet sent shows at once.
function stateOf(stop) {
  let state = stop.state;
  for (const { event } of mine("event")) {
    if (event.stop !== stop.stop || event.truck !== stop.truck) continue;
    if (event.kind === "arrived") state = "arrived";
    else if (event.kind === "refused" || event.kind === "impossible") state = event.kind;
    else state = "done";
  }
  return state;
}

// The same that the plain page of the whole day says of a place.
function about(at, stop) {
  const lines = [];
  if (at.has_transfer) {
    const key = at.transfer_by ? "driver.transfer_by" : "driver.transfer";
    const textContent = t(key, { by: at.transfer_by });
    lines.push(make("div", { className: "warn", textContent }));
  }
  if (at.hours.length) {
    const textContent = t("phone.hours", { hours: at.hours.join(", ") });
    lines.push(make("div", { textContent }));
  }
  if (at.notes) lines.push(make("div", { textContent: at.notes }));
  const away = [];
  const names = { amap: "amap", baidu: "baidu", tencent: "tencent", geo: "open_map" };
  for (const [map, name] of Object.entries(names)) {
    away.push(anchor(at.links[map], t("driver." + name)));
  }
  if (at.phone) {
    const call = t("driver.call", { name: at.contact || at.phone });
    away.push(anchor("tel:" + encodeURIComponent(at.phone), call));
  }
  lines.push(details(stop, away));
  return lines;
}

// Folded, so that the day stays short; what somebody opened stays open.
const opened = new Set();

function details(stop, away) {
  const name = [stop.truck, stop.stop].join(" ");
  const summary = make("summary", { className: "button", textContent: t("phone.way") });
  const box = make("details", { open: opened.has(name) }, summary, ...away);
  box.addEventListener("toggle", () => {
    if (box.open) opened.add(name);
    else opened.delete(name);
  });
  return box;
}

function anchor(href, textContent) {
  return make("a", { className: "button", href, textContent });
}

function showMore() {
  const query = "lang=" + lang;
  const links = [
    anchor(BASE + "/day?" + query, t("phone.whole_day")),
    anchor(BASE + "/doors?" + query, t("phone.doors")),
  ];
  const driving = new Set(day.stops.map((stop) => stop.truck));
  for (const truck of driving) {
    for (const kind of ["gpx", "kml"]) {
      const path = BASE + "/track?kind=" + kind + "&" + query;
      const name = driving.size > 1 ? truck + " " + kind : kind;
      const text = t("phone.track", { kind: name.toUpperCase() });
      links.push(anchor(path + "&truck=" + encodeURIComponent(truck), text));
    }
  }
  document.getElementById("more").replaceChildren(...links);
}

const KINDS = {
  fill: ["filled", "impossible"],
  deliver: ["arrived", "delivered", "refused", "impossible"],
  return: ["returned"],
};

function card(stop) {
  const state = stateOf(stop);
  const isDone = state !== "open" && state !== "arrived";
  const box = make(
    "div",
    { className: "card" + (isDone ? " past" : "") },
    make("div", {}, make("span", { className: "time", textContent: stop.at })),
    make("div", { textContent: t("stop." + stop.kind) + " · " + stop.name }),
    make("div", { className: "small", textContent: t("phone.state_" + state) })
  );
  if (!day.truck) {
    box.append(make("div", { className: "small", textContent: called(stop.truck) }));
  }
  if (stop.litres) {
    const litres = t("phone.litres", { litres: stop.litres });
    box.append(make("div", { className: "big", textContent: litres }));
  }
  const at = (day.places || {})[stop.place];
  if (at && stop.kind !== "break") box.append(...about(at, stop));
  if (!isDone) {
    for (const kind of KINDS[stop.kind] || []) {
      if (kind === "arrived" && state === "arrived") continue;
      const press = button(t("phone." + kind), () => ask(box, stop, kind));
      // What usually comes next is the biggest thing to tap.
      if (!["refused", "impossible"].includes(kind)) press.dataset.kind = kind;
      box.append(press);
    }
    if (state === "arrived") box.append(...arrivalPhoto(stop));
  }
  return box;
}

// An arrival is one tap; its picture may come after it, once.
function arrivalPhoto(stop) {
  const last = JSON.parse(localStorage.getItem("wd:arrived:" + BASE) || "null");
  if (!last || last.event.stop !== stop.stop || last.event.truck !== stop.truck
    || last.event.date !== day.date) return [];
  if (last.hasPhoto) {
    return [make("div", { className: "small", textContent: t("phone.photo_kept") })];
  }
  const [label, input] = field(t("phone.ask_arrival_photo"),
    { type: "file", accept: "image/*" });
  input.addEventListener("change", async () => {
    const photo = input.files[0] ? await small(input.files[0]) : null;
    if (!photo) return;
    try {
      put("photo", { event: last.event, owner: owner(), made: Date.now(), photo });
    } catch (error) {
      alert(t("phone.full"));
      return;
    }
    const kept = JSON.stringify({ ...last, hasPhoto: true });
    localStorage.setItem("wd:arrived:" + BASE, kept);
    show();
    send();
  });
  return [label];
}

function field(text, options) {
  const input = make("input", options);
  return [make("label", {}, text, input), input];
}

function ask(box, stop, kind) {
  if (kind === "arrived") {
    report(stop, kind, {});
    return;
  }
  asking = stop;
  const form = make("form", {});
  const inputs = {};
  const add = (name, options) => {
    const [label, input] = field(t("phone.ask_" + name), options);
    inputs[name] = input;
    form.append(label);
  };
  const isWater = ["filled", "delivered", "returned"].includes(kind);
  if (isWater) {
    const value = kind === "returned" ? "0" : String(stop.litres || "");
    const limits = { type: "number", min: "0", step: "1", required: true, value };
    add("litres", { ...limits, inputMode: "numeric" });
  }
  if (kind === "filled" || kind === "delivered") {
    add("chlorine", { type: "number", min: "0", max: "100", step: "any" });
  }
  if (kind === "delivered") {
    add("code", { inputMode: "numeric", pattern: "[0-9]{4}", maxLength: 4 });
  }
  if (kind === "refused" || kind === "impossible") {
    add("reason", { required: true, maxLength: 500 });
  }
  if (kind !== "returned") add("photo", { type: "file", accept: "image/*" });
  const close = () => {
    asking = null;
    show();
  };
  form.append(
    make("button", { className: "button main" }, t("phone.save")),
    button(t("phone.cancel"), close)
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const at = localTime();
    const file = inputs.photo && inputs.photo.files[0];
    const photo = file ? await small(file) : null;
    asking = null;
    const values = {};
    if (isWater) values.litres = Number(inputs.litres.value);
    if (inputs.chlorine && inputs.chlorine.value) {
      values.chlorine = Number(inputs.chlorine.value);
    }
    if (inputs.reason) values.reason = inputs.reason.value;
    report(stop, kind, { ...values, at }, photo);
    if (inputs.code && inputs.code.value) {
      report(stop, "confirmed", { code: inputs.code.value, at });
    }
  });
  box.append(form);
  const first = form.querySelector("input");
  if (first) first.focus();
}

function report(stop, kind, values, photo) {
  const { truck, place } = stop;
  const event = { key: newKey(), date: day.date, kind, truck, place, stop: stop.stop };
  const whole = { ...event, at: localTime(), ...values };
  if (keep(whole, photo) && kind !== "arrived" && kind !== "confirmed") {
    const last = JSON.stringify({ event: whole, made: Date.now() });
    localStorage.setItem("wd:last:" + BASE, last);
  }
  if (kind === "arrived") {
    localStorage.setItem("wd:arrived:" + BASE, JSON.stringify({ event: whole }));
  }
  show();
  send();
}

// Made small before it is kept: the network is slow and the phone's memory small.
async function small(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, PHOTO_SIDE / Math.max(picture.width, picture.height));
    const canvas = make("canvas", {
      width: Math.max(1, Math.round(picture.width * scale)),
      height: Math.max(1, Math.round(picture.height * scale)),
    });
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.75);
  } catch (error) {
    return null;
  }
}

document.getElementById("lang").addEventListener("click", (event) => {
  event.preventDefault();
  lang = lang === "zh" ? "en" : "zh";
  localStorage.setItem("wd:lang", lang);
  show();
});
window.addEventListener("online", send);
window.addEventListener("offline", showState);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) send();
});
setInterval(send, EVERY_MS);
if ("serviceWorker" in navigator) {
  const scope = ROOT + "/d/";
  navigator.serviceWorker
    .register(ROOT + "/phone/worker.js", { scope })
    .then(keepPages)
    .catch(() => {});
}
show();
send();
