// Dragging over the bars of time chooses a range, and so do two sliders at its ends, for fingers and keys. Without it
// each bar is a link to its own step.
import { visit } from "./visit.js";

const PAUSE = 700; // milliseconds after the last key, before a range is looked up
const SVG = "http://www.w3.org/2000/svg";

export function brush(chart) {
  const bars = chart.querySelector(".bars");
  const links = [...bars.querySelectorAll("a[data-value]")];
  const steps = (bars.dataset.steps || "").split(" ");
  const told = chart.parentElement.querySelector(".range-told");
  if (steps.length < 2 || !links.length || !told) return;

  const [first, last] = (bars.dataset.chosen || "").split(" ");
  const begin = Math.max(steps.indexOf(first), 0);
  const end = steps.includes(last) ? steps.indexOf(last) : steps.length - 1;
  const before = [...told.childNodes];
  const band = bars.insertBefore(document.createElementNS(SVG, "rect"), bars.firstChild);
  band.setAttribute("class", "band");
  band.setAttribute("height", "72");
  const sliders = slidersOf(chart, steps, begin, end);

  // Shows the range from one step to another, or again what is chosen.
  function show(from, to) {
    const some = from >= 0;
    band.setAttribute("x", `${(100 * from) / steps.length}%`);
    band.setAttribute("width", some ? `${(100 * (to - from + 1)) / steps.length}%` : "0");
    let count = 0;
    for (const link of links) {
      const at = steps.indexOf(link.dataset.value);
      const inside = some && at >= from && at <= to;
      link.classList.toggle("range", inside);
      link.classList.toggle("out", some && !inside);
      if (inside) count += Number(link.dataset.count);
    }
    const many = `${count.toLocaleString("en")} quotation${count === 1 ? "" : "s"}`;
    if (some) told.textContent = `${inWords(from, to)}: ${many}`;
    else told.replaceChildren(...before);
    sliders.set(some ? from : begin, some ? to : end);
  }

  const inWords = (from, to) => (from === to ? named(steps[from]) : `${named(steps[from])} to ${named(steps[to])}`);

  function choose(from, to) {
    const url = new URL(links[0].href.baseVal, location.href);
    const all = from === 0 && to === steps.length - 1;
    for (const [key, at] of [["date_from", from], ["date_to", to]]) {
      if (all && steps[0].length === 4) url.searchParams.delete(key);
      else url.searchParams.set(key, steps[at]);
    }
    visit(url);
  }

  dragging(bars, steps.length, show, choose);
  sliders.listen(show, choose, () => show(-1, -1), inWords);
}

// `2016`, `March 2016` or `14 March 2016`, as the page says it.
function named(step) {
  const [year, month, day] = step.split("-").map(Number);
  if (!month) return step;
  const parts = { year: "numeric", month: "long", day: day ? "numeric" : undefined, timeZone: "UTC" };
  return new Date(Date.UTC(year, month - 1, day || 1)).toLocaleDateString("en-GB", parts);
}

// A pointer, be it a mouse, a pen or a finger, that goes from one bar to another.
function dragging(bars, count, show, choose) {
  let from = -1;
  let to = -1;
  let moved = false;
  const stepAt = (event) => {
    const box = bars.getBoundingClientRect();
    return Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * count), 0), count - 1);
  };
  const over = () => {
    if (moved) show(-1, -1);
    from = -1;
  };
  bars.addEventListener("dragstart", (event) => event.preventDefault());
  bars.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    from = stepAt(event);
    moved = false;
  });
  bars.addEventListener("pointermove", (event) => {
    if (from < 0 || !event.isPrimary) return;
    to = stepAt(event);
    if (!moved && to === from) return;
    if (!moved) bars.setPointerCapture(event.pointerId);
    moved = true;
    show(Math.min(from, to), Math.max(from, to));
  });
  bars.addEventListener("pointerup", () => {
    if (from < 0) return;
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    from = -1;
    if (moved) choose(first, last);
  });
  bars.addEventListener("pointercancel", over); // the finger scrolls the page
  window.addEventListener("keydown", (event) => event.key === "Escape" && from >= 0 && over());
  bars.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[data-value]");
      const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
      if (moved || (link && plain)) event.preventDefault();
      if (!moved && link && plain) visit(link.href.baseVal);
      moved = false;
    },
    true,
  );
}

// Two sliders on the ground line, the first on the left edge of its step, the second on the right edge of its.
function slidersOf(chart, steps, begin, end) {
  const label = chart.parentElement.getAttribute("aria-label");
  const share = 100 / steps.length;
  const [low, high] = ["from", "to"].map((name, place) => {
    const one = document.createElement("input");
    Object.assign(one, { type: "range", name, min: 0, max: steps.length - 1, className: "handle" });
    one.setAttribute("aria-label", `${label}, ${name}`);
    one.style.width = `calc(${100 - share}% + 1.5rem)`; // a thumb is 1.5rem wide, and its middle stands on the edge
    one.style.left = `calc(${place * share}% - .75rem)`;
    chart.append(one);
    return one;
  });
  const set = (from, to) => {
    low.value = from;
    high.value = to;
    for (const one of [low, high]) one.setAttribute("aria-valuetext", named(steps[one.value]));
  };
  set(begin, end);

  function listen(show, choose, reset, inWords) {
    let timer = 0;
    let typed = false;
    const commit = () => {
      clearTimeout(timer);
      if (Number(low.value) !== begin || Number(high.value) !== end) choose(Number(low.value), Number(high.value));
    };
    for (const one of [low, high]) {
      one.addEventListener("pointerdown", () => (typed = false));
      one.addEventListener("keydown", (event) => {
        typed = true;
        if (event.key === "Enter") commit();
        if (event.key !== "Escape") return;
        clearTimeout(timer);
        reset();
      });
      one.addEventListener("input", () => {
        // One that meets the other takes it along.
        const [from, to] = [Number(low.value), Number(high.value)];
        if (one === low) show(from, Math.max(from, to));
        else show(Math.min(from, to), to);
        one.setAttribute("aria-valuetext", inWords(Number(one.value), Number(one.value)));
      });
      one.addEventListener("change", () => {
        clearTimeout(timer);
        if (typed) timer = setTimeout(commit, PAUSE);
        else commit();
      });
    }
  }
  return { set, listen };
}
