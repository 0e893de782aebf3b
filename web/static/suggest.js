// A box that offers what the collection has, after the ARIA practices' editable combobox with list autocomplete: the
// focus stays in the box, arrows choose, Enter takes, Escape closes.
import { visit } from "./visit.js";

const PAUSE = 120; // milliseconds without a key, before it is asked
const LEAST = 2; // letters
const MOST = { word: 5, speaker: 3, source: 2 };
const NAMES = { speaker: "speaker", source: "outlet" };

let made = 0;

// What a box asks for (`data-suggests`: kinds, separated by blanks) and what becomes of what is taken
// (`data-takes`: `name` or `id` fill the box; without it a word is searched for and a name opens what they said).
export function suggests(input) {
  const kinds = input.dataset.suggests.split(" ");
  const id = `suggestions-${++made}`;
  const list = element("ul", { id, className: "suggestions", hidden: true });
  const count = element("p", { className: "sr" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  count.setAttribute("role", "status");
  const room = input.closest(".suggesting");
  room.append(list, count);
  input.removeAttribute("list");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", id);

  let items = [];
  let at = -1;
  let timer = 0;
  let running = null;
  let typed = input.value;

  function mark(place) {
    at = place;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    clearTimeout(timer);
    running?.abort();
    mark(-1);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    count.textContent = "";
  }

  function show(found, q) {
    items = found;
    at = -1;
    list.replaceChildren(...found.map((item, index) => optionOf(item, index, id, q, kinds.length > 1)));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    input.removeAttribute("aria-activedescendant");
    count.textContent = `${found.length || "No"} suggestion${found.length === 1 ? "" : "s"}`;
  }

  async function ask() {
    const q = input.value.trim();
    running?.abort(); // an answer that comes late is none
    if (q.length < LEAST) return close();
    running = new AbortController();
    const { signal } = running;
    const asked = new URLSearchParams([["q", q], ...kinds.map((kind) => ["kind", kind]), ["limit", "5"]]);
    try {
      const answer = await fetch(`/api/v1/suggest?${asked}`, { signal });
      if (!answer.ok) return close(); // nothing depends on it
      const { items: all } = await answer.json();
      if (signal.aborted || document.activeElement !== input) return;
      const most = kinds.length > 1 ? MOST : {};
      const of = (kind) => all.filter((one) => one.kind === kind).slice(0, most[kind]);
      show([...kinds].sort(wordsFirst).flatMap(of), q);
    } catch {
      if (!signal.aborted) close();
    }
  }

  function take(item) {
    if (input.dataset.takes) {
      // Of several who are called so, the name alone means the most quoted; the others are meant by their ids.
      const first = items.find((one) => one.label === item.label) === item;
      input.value = input.dataset.takes === "id" || !first ? item.value : item.label;
      typed = input.value;
      return close();
    }
    close();
    if (item.kind === "word") {
      input.value = item.value;
      typed = input.value;
      return input.form.requestSubmit();
    }
    const kept = new URLSearchParams(new FormData(input.form));
    kept.delete("q");
    kept.set(item.kind, item.value);
    input.value = "";
    visit(`${input.form.getAttribute("action")}?${kept}`);
  }

  input.addEventListener("input", () => {
    typed = input.value;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return ask();
      // Beyond either end one is back in what was typed.
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(((at + 1 + step + items.length + 1) % (items.length + 1)) - 1);
    } else if (event.key === "Escape" && open) {
      event.preventDefault(); // the first closes the list, the next empties the box
      close();
    } else if (event.key === "Enter" && open && at >= 0) {
      event.preventDefault();
      take(items[at]);
    } else if (event.key === "Enter" || event.key === "Tab") close();
  });
  input.addEventListener("blur", close);
  input.form?.addEventListener("submit", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(items[[...list.children].indexOf(option)]);
  });
}

const wordsFirst = (one, other) => (other === "word") - (one === "word");

function element(name, values) {
  return Object.assign(document.createElement(name), values);
}

function optionOf(item, index, list, q, mixed) {
  const option = element("li", { id: `${list}-${index}` });
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  const label = element("span", { className: "label" });
  label.append(...marked(item.label, q));
  option.append(label);
  const kind = NAMES[item.kind];
  if (mixed && kind) option.append(element("span", { className: "kind", textContent: kind }));
  const number = element("span", { className: "n", textContent: item.count.toLocaleString("en") });
  const what = element("span", { className: "sr", textContent: item.count === 1 ? " quotation" : " quotations" });
  number.append(what);
  option.append(number);
  return option;
}

// A label with the letters that were typed marked: its beginning, or those of one of its words.
function marked(label, q) {
  const [low, typed] = [label.toLowerCase(), q.toLowerCase()];
  const begins = [...low.matchAll(/(?<=^|[^\p{L}\p{N}])/gu)].map((match) => match.index);
  const at = begins.find((place) => low.startsWith(typed, place));
  if (at === undefined || low.length !== label.length) return [label];
  const end = at + typed.length;
  return [label.slice(0, at), element("b", { textContent: label.slice(at, end) }), label.slice(end)];
}
