// Results are replaced in place. htmx asks, swaps and pushes the address (the attributes stand on the page); this keeps
// the reader's place, says what was found, and what went wrong. A search has one address with one answer, whoever asks
// for it, so that nothing in between can mix pages with parts of pages.
import { start } from "./content.js";
import { opensBy } from "./visit.js";

const main = document.getElementById("main");
const status = document.getElementById("told");
const replacing = document.body.hasAttribute("hx-target"); // else only a list within the page is replaced
const edition = new URL(import.meta.url).pathname.split("/")[2];
const SLOW = 1000; // milliseconds until the reader is told that it takes a while

let place = null; // where the reader was when the running question was asked
let restored = null; // how far down an earlier page was read, when one goes back to it; -1: the browser knows
let slow = 0;

function ask(address, how = {}) {
  if (!replacing) return location.assign(address);
  // What goes wrong is told below, and a question that a newer one has replaced is nobody's trouble.
  htmx.ajax("get", address, { source: main, ...how }).catch(() => {});
}

opensBy((url) => {
  if (!replacing || url.origin !== location.origin || url.pathname !== "/search") return false;
  ask(url.pathname + url.search, { push: "true" });
  return true;
});

// Before: what to come back to.

function kindOf(asker) {
  if (restored !== null) return "back";
  if (asker.matches("form.search, .meant a, .modes a")) return "search";
  if (asker === main && document.activeElement.closest("form.search")) return "search"; // a name that was suggested
  return asker.matches(".next a, .first a") ? "page" : "stay";
}

function placeOf(asker) {
  const focused = document.activeElement;
  const at = main.contains(focused) && focused !== main ? focused : asker;
  return {
    kind: kindOf(asker),
    find: main.contains(at) && at !== main ? twinOf(at) : () => null,
    top: at.getBoundingClientRect().top,
    open: [...main.querySelectorAll("details")].map((one) => [one.className, one.open]),
  };
}

// How to find the control in the new content that stands for this one.
function twinOf(one) {
  const { localName: tag, name, value } = one;
  const [step, text] = [one.dataset.value, one.textContent.trim()];
  const same = (other) => {
    if (step !== undefined) return other.dataset.value === step;
    if (!name) return other.textContent.trim() === text;
    return other.name === name && (other.value === value || ["range", "text"].includes(other.type));
  };
  return () => [...main.querySelectorAll(tag)].find(same) || null;
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  // The address that a browser itself would make of the form; empty boxes would only make it longer.
  const given = new URLSearchParams([...detail.formData].filter(([, value]) => value !== ""));
  for (const name of new Set(detail.formData.keys())) detail.formData.delete(name);
  if (String(given)) detail.path += `${detail.path.includes("?") ? "&" : "?"}${given}`;
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  place = placeOf(detail.elt);
  main.setAttribute("aria-busy", "true");
  clearTimeout(slow);
  slow = setTimeout(() => (status.textContent = "Searching…"), SLOW);
});

document.addEventListener("htmx:afterRequest", () => {
  clearTimeout(slow);
  main.removeAttribute("aria-busy");
});

document.addEventListener("change", ({ target }) => {
  if (target.form?.id === "filters" && target.type === "checkbox") target.form.requestSubmit();
});

// The answer: into the page, or not.

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  if (!xhr.response.includes('id="main"')) {
    event.detail.shouldSwap = false; // not one of ours: a proxy's, perhaps
    trouble(`The search failed: the answer was an error (${xhr.status}).`, pathInfo.finalRequestPath);
  } else if (xhr.status < 400 && !xhr.response.includes(`/static/${edition}/`)) {
    event.detail.shouldSwap = false; // the site has been renewed since this page was loaded
    location.assign(pathInfo.finalRequestPath);
  }
});

document.addEventListener("htmx:beforeHistoryUpdate", () => {
  history.replaceState({ htmx: true, y: window.scrollY }, "");
});

document.addEventListener("htmx:afterSettle", () => {
  if (!place) return; // once an answer: each of its parts settles
  const { kind, find, top, open } = place;
  place = null;
  trouble("");
  open.forEach(([name, was]) => {
    const one = [...main.querySelectorAll("details")].find((other) => other.className === name && name !== "why");
    if (one && was) one.open = true;
  });
  start(main);
  const typing = follow(kind);
  const heading = (main.querySelector("[data-say]") || main.querySelector("h1")).textContent;
  status.textContent = "";
  setTimeout(() => (status.textContent = kind === "page" ? `Another page of ${heading}` : heading), 50);
  if (!typing) settleAt(kind, find(), top);
});

// What stands outside the part that was replaced. True where other words are being typed by now: these are left alone.
function follow(kind) {
  const feed = document.head.querySelector("link[rel=alternate]");
  const same = main.querySelector("a[type='application/atom+xml']");
  if (feed && same) feed.href = same.href;
  document.head.querySelector("link[rel=next]")?.remove(); // for those that read pages without a script
  const box = document.querySelector(".search input[name=q]");
  const q = new URLSearchParams(location.search).get("q") || "";
  const typing = kind !== "back" && document.activeElement === box && box.value.trim() !== q.trim();
  if (!typing) box.value = q;
  return typing;
}

function settleAt(kind, twin, top) {
  if (kind === "back") {
    if (restored >= 0) {
      window.scrollTo({ top: restored, behavior: "instant" });
      history.replaceState({ htmx: true, y: restored }, "");
    }
    restored = null;
    return;
  }
  const results = document.getElementById("results") || main;
  if (kind === "stay" && twin?.checkVisibility()) {
    twin.focus({ preventScroll: true });
    const moved = twin.getBoundingClientRect().top - top;
    if (moved) window.scrollBy({ top: moved, behavior: "instant" });
    return;
  }
  results.focus({ preventScroll: true });
  if (kind === "page") results.scrollIntoView({ block: "start", behavior: "instant" });
  if (kind === "search") window.scrollTo({ top: 0, behavior: "instant" });
}

// Back and forward: asked for again, which the browser's own cache answers, unless the collection has changed.

window.addEventListener("popstate", ({ state }) => (restored = state?.htmx ? (state.y ?? -1) : null));

document.addEventListener("htmx:historyCacheMiss", (event) => {
  event.preventDefault();
  restored ??= -1; // htmx may hear of it before the listener above
  ask(event.detail.path);
});

// What went wrong, with a way to try again. The page keeps what it shows, and its boxes say what that is.

function trouble(text, again) {
  let box = document.getElementById("trouble");
  if (!box && !text) return;
  if (!box) {
    box = document.createElement("div");
    Object.assign(box, { id: "trouble", className: "trouble" });
    box.setAttribute("role", "alert");
    document.body.append(box);
  }
  box.hidden = !text;
  if (!text) return;
  restored = null;
  place = null;
  document.getElementById("filters")?.reset();
  const said = document.createElement("p");
  said.textContent = text;
  const button = (label, does) => {
    const one = document.createElement("button");
    Object.assign(one, { type: "button", textContent: label, onclick: does });
    return one;
  };
  const close = () => (box.hidden = true);
  const retry = button("Try again", () => {
    close();
    ask(again, { push: "true" });
  });
  box.replaceChildren(said, retry, button("Close", close));
}

const failures = {
  "htmx:sendError": "The site could not be reached.",
  "htmx:timeout": "There was no answer in time.",
  "htmx:swapError": "The answer could not be shown.",
};
for (const [name, text] of Object.entries(failures)) {
  document.addEventListener(name, ({ detail }) => trouble(text, detail.pathInfo.finalRequestPath));
}
