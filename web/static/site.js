// Nothing here is needed: every page works without it. It saves a click, keeps one's place, and shows what belongs together.
"use strict";

const place = "saywho.place";

// Each change of a filter applies at once; the next page gives the focus back to where it was.
function applyAtOnce(form) {
  form.addEventListener("change", (event) => {
    const control = event.target;
    if (control.type !== "checkbox") return;
    const at = { name: control.name, value: control.value, y: window.scrollY };
    sessionStorage.setItem(place, JSON.stringify(at));
    form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    // Empty boxes would only make the address longer.
    for (const input of form.querySelectorAll("input[name]")) if (!input.value) input.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const input of form.querySelectorAll("input:disabled")) input.disabled = false;
  });
  const kept = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  if (!kept) return;
  const at = JSON.parse(kept);
  const control = [...form.elements].find((one) => one.name === at.name && one.value === at.value);
  if (!control) return;
  const filters = form.closest("details");
  if (filters && !control.checkVisibility()) filters.open = true;
  control.focus({ preventScroll: true });
  window.scrollTo({ top: at.y, behavior: "instant" });
}

// A long list of values gets a box that narrows it.
function narrowable(values) {
  const box = document.createElement("input");
  box.type = "search";
  box.className = "narrow";
  box.placeholder = "Find in this list";
  box.setAttribute("aria-label", `Find in ${values.getAttribute("aria-label") || "this list"}`);
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    for (const label of values.children) {
      label.hidden = wanted !== "" && !label.textContent.toLowerCase().includes(wanted);
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  values.before(box);
}

// Dragging over the bars chooses a range.
function draggable(bars) {
  const links = [...bars.querySelectorAll("a[data-value]")];
  const barOf = (event) => {
    const x = event.clientX;
    return links.findIndex((link) => {
      const box = link.querySelector(".room").getBoundingClientRect();
      return x >= box.left - 1 && x <= box.right + 1;
    });
  };
  let from = -1;
  let moved = false;
  const show = (to) =>
    links.forEach((link, index) => {
      const inside = from >= 0 && to >= 0 && index >= Math.min(from, to) && index <= Math.max(from, to);
      link.classList.toggle("range", inside && moved);
    });
  bars.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = barOf(event);
    moved = false;
  });
  bars.addEventListener("dragstart", (event) => event.preventDefault());
  bars.addEventListener("pointermove", (event) => {
    const to = barOf(event);
    if (from < 0 || to < 0) return;
    moved = moved || to !== from;
    show(to);
  });
  window.addEventListener("pointerup", (event) => {
    const to = barOf(event);
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    from = -1;
    if (!moved || first < 0) return show(-1);
    const url = new URL(links[first].href.baseVal, location.href);
    url.searchParams.set("date_from", links[first].dataset.value);
    url.searchParams.set("date_to", links[last].dataset.value);
    location.assign(url);
  });
  bars.addEventListener(
    "click",
    (event) => {
      if (moved) event.preventDefault();
      moved = false;
    },
    true,
  );
}

// In an article, a quotation, its other pieces, its cue, its source and the note beside it light up together.
function together(text) {
  text.classList.add("live"); // each quotation lights its own; without a script, its paragraph lights all
  const parts = new Map();
  const add = (id, part) => parts.set(id, [...(parts.get(id) || []), part]);
  for (const part of text.querySelectorAll("[data-of]")) add(part.dataset.of, part);
  for (const note of text.querySelectorAll("[data-note]")) add(note.dataset.note, note);
  const light = (id, on) => (parts.get(id) || []).forEach((part) => part.classList.toggle("on", on));
  const idOf = (element) => {
    const part = element.closest("[data-of], [data-note]");
    return part && (part.dataset.of || part.dataset.note);
  };
  let target = "";
  const targeted = () => {
    if (target) light(target, false);
    target = location.hash.startsWith("#q-") ? decodeURIComponent(location.hash.slice(3)) : "";
    if (target) light(target, true);
  };
  for (const [begin, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    text.addEventListener(begin, (event) => idOf(event.target) && light(idOf(event.target), true));
    text.addEventListener(end, (event) => {
      const id = idOf(event.target);
      if (id && id !== target) light(id, false);
    });
  }
  window.addEventListener("hashchange", targeted);
  targeted();
}

// Where the site does not know its own address, the citations hold paths; the browser knows what they begin with.
function copies(button) {
  const cited = document.getElementById(button.dataset.copies);
  const path = button.dataset.path;
  if (path && !cited.textContent.includes(location.origin)) {
    cited.textContent = cited.textContent.replaceAll(path, location.origin + path);
  }
  button.hidden = !navigator.clipboard;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(cited.textContent.trim());
    document.getElementById("copied").textContent = "The citation was copied.";
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 3000);
  });
}

// The box for a speaker offers whom the collection knows.
function suggests(input) {
  const list = document.getElementById(input.dataset.suggests);
  let asked = 0;
  input.addEventListener("input", async () => {
    const mine = ++asked;
    const q = input.value.trim();
    if (q.length < 2) return;
    const answer = await fetch(`/api/v1/suggest?${new URLSearchParams({ q, kind: "speaker", limit: 8 })}`);
    if (!answer.ok) return;
    const found = await answer.json();
    if (mine !== asked) return;
    list.replaceChildren(...found.items.map((item) => {
      const option = document.createElement("option");
      option.value = item.value;
      option.label = `${item.label}, ${item.count}`;
      return option;
    }));
  });
}

const filters = document.getElementById("filters");
if (filters) applyAtOnce(filters);
document.querySelectorAll(".values.long").forEach(narrowable);
document.querySelectorAll(".bars").forEach(draggable);
document.querySelectorAll(".text").forEach(together);
document.querySelectorAll(".copy").forEach(copies);
document.querySelectorAll("input[data-suggests]").forEach(suggests);
