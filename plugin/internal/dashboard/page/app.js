"use strict";
// All that others wrote goes into the page as text, never as markup.

const $ = (id) => document.getElementById(id);
const state = { namespace: "", tab: "workloads", status: null, meanings: {}, heads: [], shown: "" };

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(visible(child));
  }
  return element;
}

// What isn't visible, or turns text around, is shown as its number.
function visible(child) {
  return typeof child === "string"
    ? child.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"))
    : child;
}

async function get(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return answer(await fetch("api/" + path + (query ? "?" + query : "")));
}

async function post(path, content) {
  return answer(await fetch("api/" + path, {
    method: "POST", body: JSON.stringify(content), headers: { "Content-Type": "application/json", "X-Lockstep": "yes" },
  }));
}

async function answer(response) {
  if (response.status === 404) throw new Error("The command that served this page has ended, or was started anew: open its new address.");
  const content = await response.json();
  if (!response.ok) throw new Error(content.error);
  return content;
}

const words = (head) => head.replace(/^configmap\//, "");
const badge = (name) => make("span", { class: "state " + name }, name);

// --- The list ---------------------------------------------------------------------------------------------------------

async function load() {
  try {
    if (state.tab === "workloads") {
      const { status, meanings, order, hidden } = await get("status", { namespace: state.namespace });
      Object.assign(state, { status, meanings, order, hidden });
    } else {
      state.heads = (await get("heads", { namespace: state.namespace })).heads;
    }
    $("live").textContent = "as of " + new Date().toLocaleTimeString();
    list();
  } catch (error) {
    $("live").textContent = "";
    $("list").replaceChildren(make("li", {}, make("p", { class: "error", role: "alert" }, error.message)));
  }
}

function list() {
  const filter = $("filter").value.trim().toLowerCase();
  $("problems-label").hidden = state.tab !== "workloads";
  const items = [];
  if (state.tab === "workloads") {
    const quiet = new Set(["bound", "pinned"]);
    const all = state.status.workloads;
    const count = (state.order || []).map((one) => [one, all.filter((w) => w.state === one).length]).filter(([, n]) => n > 0);
    $("summary").textContent = all.length === 0 ? "No workload here uses anything that has versions."
      : count.map(([one, n]) => n + " " + one).join(", ") + (state.hidden ? " — " + state.hidden : "");
    for (const one of all) {
      if (filter && !one.workload.toLowerCase().includes(filter)) continue;
      if ($("problems").checked && quiet.has(one.state)) continue;
      const pods = one.pods ? one.pods.ready + "/" + one.pods.wanted + " ready" + (one.pods.reason ? ", " + one.pods.reason : "") : "";
      const config = one.config.map((c) => words(c.head) + " " + (c.version || "—") + (c.current && c.version && c.current !== c.version ? " (now " + c.current + ")" : ""));
      items.push(entry(["workload", ...one.workload.split("/")], one.workload, badge(one.state), pods, config.slice(0, 3).join(", ") + (config.length > 3 ? " and " + (config.length - 3) + " more" : "")));
    }
  } else {
    $("summary").textContent = state.heads.length + " ConfigMaps and Secrets have versions.";
    for (const one of state.heads) {
      if (filter && !one.head.toLowerCase().includes(filter)) continue;
      items.push(entry(["config", ...one.head.split("/")], words(one.head), make("span", { class: "quiet" }, one.current)));
    }
  }
  $("list").replaceChildren(...items);
}

function entry(path, name, right, ...more) {
  const target = "#/" + [state.namespace, ...path].map(encodeURIComponent).join("/");
  return make("li", {}, make("a", { href: target, "aria-current": location.hash === target ? "true" : undefined },
    make("span", { class: "name" }, name), right, more.filter(Boolean).map((text) => make("span", { class: "more" }, text))));
}

// --- Details ----------------------------------------------------------------------------------------------------------

async function show(moveFocus) {
  const parts = location.hash.slice(2).split("/").map(decodeURIComponent);
  const [namespace, kind, ...rest] = parts;
  if (!kind || namespace !== state.namespace) return;
  const id = rest.join("/");
  try {
    const content = kind === "workload" ? await workload(id) : await config(id);
    const text = content.map((c) => c.outerHTML).join("");
    if (text !== state.shown) {
      state.shown = text;
      // Who stands on a button stays there when an age changes.
      const at = [...$("detail").querySelectorAll("a, button")].indexOf(document.activeElement);
      $("detail").replaceChildren(...content);
      if (moveFocus) $("detail").focus();
      else if (at >= 0) $("detail").querySelectorAll("a, button")[at]?.focus();
    }
  } catch (error) {
    state.shown = "";
    $("detail").replaceChildren(make("p", { class: "error", role: "alert" }, error.message));
  }
}

async function workload(id) {
  const { explanation, revisions, hidden } = await get("workload", { namespace: state.namespace, id });
  const content = [make("h2", {}, id + " ", badge(explanation.state))];
  if (hidden) content.push(make("p", { class: "error" }, hidden));
  content.push(...explanation.general.map((sentence) => make("p", {}, sentence)));
  content.push(make("h3", {}, "Timeline of code and configuration"));
  content.push(revisions.length === 0 ? make("p", { class: "quiet" }, "It keeps no revisions to go back to.")
    : make("ol", { class: "timeline" }, revisions.map((one) => revision(id, one))));
  content.push(make("h3", {}, "Why it has what it has"));
  content.push(make("dl", {}, explanation.config.map((one) => [
    make("dt", {}, make("a", { href: "#/" + [state.namespace, "config", ...one.head.split("/")].map(encodeURIComponent).join("/") }, words(one.head)), " ", badge(one.state)),
    make("dd", {}, one.why.join(" "), one.namedBy.length ? make("span", { class: "quiet" }, " Named by " + one.namedBy.join(", ") + ".") : null),
  ])));
  return content;
}

function revision(id, one) {
  const image = (name) => name.slice(name.lastIndexOf("/") + 1);
  return make("li", { class: one.current ? "now" : undefined },
    make("div", { class: "row" },
      make("strong", {}, "Revision " + one.revision + (one.current ? " — now" : "")),
      one.images.map((name) => make("code", { title: name }, image(name))),
      make("span", { class: "quiet" }, one.age + " old" + (one.was ? ", rolled back to " + one.was[one.was.length - 1] : "")),
      one.changeCause ? make("span", { class: "quiet" }, one.changeCause) : null,
      one.current ? null : make("button", { class: "end", onclick: () => preview(id, one.revision) }, "Go back to this…")),
    make("ul", { class: "chips", "aria-label": "Configuration of revision " + one.revision }, one.config.map((c) =>
      make("li", { class: c.exists ? (c.differs ? "changed" : undefined) : "missing" },
        words(c.head) + " " + c.version + (c.differs ? " (changed)" : "") + (c.held ? " (held)" : "") + (c.exists ? "" : " (gone)") +
        ({ baseline: " (from before opt-in)", current: " (bare: what is current)", named: " (named by the manifest)" }[c.how] || "")))),
    one.pods.length ? make("ul", { class: "pods", "aria-label": "Pods of revision " + one.revision }, one.pods.map((pod) =>
      make("li", {}, make("code", {}, pod.name), " ", make("span", { class: pod.trouble ? "trouble" : pod.ready ? "ready" : "changed" }, pod.status + (pod.ready ? "" : ", not ready")),
        pod.restarts ? " " + pod.restarts + " restarts" : "", make("span", { class: "quiet" }, " " + pod.age), pod.message ? make("div", { class: "trouble" }, pod.message) : null))) : null);
}

async function config(head) {
  const { history, ages, hidden } = await get("history", { namespace: state.namespace, head });
  const content = [make("h2", {}, words(head))];
  if (hidden) content.push(make("p", { class: "error" }, hidden));
  const versions = history.versions;
  content.push(make("ol", { class: "timeline" }, versions.map((one, i) => make("li", { class: one.current ? "now" : undefined },
    make("div", { class: "row" },
      make("strong", {}, one.version + (one.current ? " — current" : "")),
      make("span", { class: "quiet" }, ages[one.version] + " old" + (one.changedBy ? ", by " + one.changedBy : "")),
      one.changeCause ? make("span", {}, one.changeCause) : null,
      make("button", { class: "end", onclick: () => compare(head, versions[i + 1] ? versions[i + 1].version : "", one.version) }, "What it changed…")),
    make("ul", { class: "chips", "aria-label": "Keys that " + one.version + " changed" },
      one.changed.map((key) => make("li", { class: "changed" }, key + " changed")), one.added.map((key) => make("li", { class: "ready" }, key + " added")),
      one.removed.map((key) => make("li", { class: "trouble" }, key + " removed"))),
    make("p", { class: "quiet" }, one.usedBy.length === 0 ? "Nobody uses it." : "Used by " + one.usedBy.map((user) =>
      user.kind.toLowerCase() + "/" + user.name + (user.now || !user.revisions ? "" : " (revision " + user.revisions.join(", ") + ")")).join(", ") + ".")))));
  return content;
}

// --- Differences ------------------------------------------------------------------------------------------------------

function difference(one) {
  const hidden = !("from" in one);
  const cell = (value, side) => make("td", { class: side }, hidden ? (one.change === (side === "from" ? "added" : "removed") ? "" : "hidden") : value === null ? "" : value);
  return make("tr", {}, make("td", { class: "key" }, one.key), make("td", {}, one.change), cell(one.from, "from"), cell(one.to, "to"));
}

function table(caption, from, to, rows) {
  return make("table", {}, make("caption", { class: "hidden" }, caption),
    make("thead", {}, make("tr", {}, ["Key", "", from, to].map((title) => make("th", { scope: "col" }, title)))), make("tbody", {}, rows));
}

// Each time anew: nothing of it is kept.
function reveal(head, from, to, place) {
  return make("button", { onclick: async (event) => {
    if (!confirm("Show the values of " + head + " on this screen?")) return;
    event.target.disabled = true;
    try {
      const found = await post("reveal", { namespace: state.namespace, head, from: from || "", to });
      place.replaceChildren(table(head, from || "nothing", to, found.differences.map(difference)));
    } catch (error) {
      place.replaceChildren(make("p", { class: "error", role: "alert" }, error.message));
    }
  } }, "Show the values…");
}

async function compare(head, from, to) {
  try {
    const found = await get("diff", { namespace: state.namespace, head, from, to });
    const place = make("div", {}, found.differences.length ? table(head, from || "nothing", to, found.differences.map(difference)) : make("p", {}, "Nothing differs."));
    open(words(head) + ": " + (from || "nothing") + " and " + to, [place, head.startsWith("secret/") ? reveal(head, from, to, place) : null]);
  } catch (error) {
    open("It can't be compared", [make("p", { class: "error", role: "alert" }, error.message)]);
  }
}

async function preview(id, to) {
  try {
    const { undo, changes, hidden, warnings } = await post("undo", { namespace: state.namespace, id, revision: to, dryRun: true, confirm: "" });
    const body = [make("p", {}, "This is what the API server answers to a dry run.")];
    const images = undo.images.filter((image) => image.from !== image.to).map((image) => make("tr", {}, make("td", { class: "key" }, "image of " + image.container), make("td", {}),
      make("td", { class: "from" }, image.from), make("td", { class: "to" }, image.to)));
    const other = undo.other.map((one) => make("tr", {}, make("td", { class: "key" }, one.path), make("td", {}), make("td", { class: "from" }, one.from), make("td", { class: "to" }, one.to)));
    if (images.length + other.length) body.push(table("Images and other fields", "Now", "After", [...images, ...other]));
    for (const one of undo.config) {
      if (one.from === one.to) continue;
      const place = make("div", {}, table(one.head, "Now: " + (one.from || "bare"), "After: " + (one.to || "bare"), one.differences.map(difference)));
      body.push(make("h3", {}, words(one.head) + " " + (one.from || "bare") + " → " + (one.to || "bare")), place);
      if (one.head.startsWith("secret/") && one.to && one.differences.length) body.push(reveal(one.head, one.from, one.to, place));
    }
    const held = Object.entries(undo.held).map(([head, version]) => words(head) + " " + version);
    body.push(make("p", {}, held.length ? "Held afterwards, until its next release or a rebind: " + held.join(", ") + "." : "Nothing is held afterwards."));
    for (const text of [hidden, ...(warnings || [])].filter(Boolean)) body.push(make("p", { class: "error" }, text));
    open(changes ? "Go back to revision " + to + " of " + id + "?" : id + " has just what revision " + to + " had", body, changes ? "Go back" : "", async () => {
      await post("undo", { namespace: state.namespace, id, revision: to, dryRun: false, confirm: id });
      await refresh();
    });
  } catch (error) {
    open("It can't go back", [make("p", { class: "error", role: "alert" }, error.message)]);
  }
}

function open(title, body, action, act) {
  $("dialog-title").textContent = visible(title);
  $("dialog-body").replaceChildren(...body.filter(Boolean));
  const button = $("dialog-confirm");
  button.hidden = !action;
  button.textContent = action || "";
  button.disabled = false;
  $("dialog-cancel").textContent = action ? "Cancel" : "Close";
  button.onclick = async () => {
    button.disabled = true;
    try {
      await act();
      $("dialog").close();
    } catch (error) {
      $("dialog-body").prepend(make("p", { class: "error", role: "alert" }, error.message));
      button.disabled = false;
    }
  };
  $("dialog-cancel").onclick = () => $("dialog").close();
  $("dialog").showModal();
  $("dialog-cancel").focus();
}

// --- Here it begins ---------------------------------------------------------------------------------------------------

async function refresh() {
  await load();
  await show(false);
}

function choose(tab) {
  state.tab = tab;
  for (const name of ["workloads", "heads"]) {
    $("tab-" + name).setAttribute("aria-selected", String(name === tab));
    $("tab-" + name).tabIndex = name === tab ? 0 : -1;
  }
  load();
}

async function begin() {
  for (const name of ["workloads", "heads"]) {
    $("tab-" + name).addEventListener("click", () => choose(name));
    $("tab-" + name).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const other = name === "workloads" ? "heads" : "workloads";
      $("tab-" + other).focus();
      choose(other);
    });
  }
  $("filter").addEventListener("input", list);
  $("problems").addEventListener("change", list);
  $("namespace").addEventListener("change", () => {
    state.namespace = $("namespace").value;
    state.shown = "";
    location.hash = "#/" + encodeURIComponent(state.namespace);
    $("detail").replaceChildren(make("p", { class: "quiet" }, "Choose a workload."));
    load();
  });
  addEventListener("hashchange", async () => {
    await show(true);
    list();
  });
  try {
    const { namespaces, current, context } = await get("namespaces");
    const wanted = decodeURIComponent(location.hash.slice(2).split("/")[0] || "");
    state.namespace = namespaces.includes(wanted) ? wanted : current;
    $("namespace").replaceChildren(...namespaces.map((name) => make("option", { value: name, selected: name === state.namespace }, name)));
    $("context").textContent = context ? "context " + context : "";
  } catch (error) {
    $("detail").replaceChildren(make("p", { class: "error", role: "alert" }, error.message));
    return;
  }
  await refresh();
  setInterval(() => {
    if (!document.hidden && !$("dialog").open) refresh();
  }, 5000);
}

begin();
