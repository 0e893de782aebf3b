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

document.querySelectorAll(".text").forEach(together);
