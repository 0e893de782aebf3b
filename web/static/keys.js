// Single keys: / to the search box, j and k through the results, Enter opens one, ? for help. Off while something is
// typed, never with Ctrl, Alt or Cmd, and off for good where the reader says so.

const OFF = "saywho.keys";
const RESULTS = ".quotation, .verdict, .lines tbody tr, .values-list > li";
const NOT_TYPED = "[type=checkbox], [type=radio], [type=range], [type=button]";
const typing = `input:not(${NOT_TYPED}), textarea, select, [contenteditable]`;

export function keys() {
  const help = document.getElementById("keys");
  if (!help) return;
  const on = help.querySelector("input");
  const opener = document.getElementById("keys-open");
  on.checked = stored() !== "off";
  on.addEventListener("change", () => stored(on.checked ? "on" : "off"));
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  // A click beside the box closes it, as Escape does.
  help.addEventListener("click", (event) => event.target === help && help.close());

  const actions = {
    "/": () => focusOn(document.querySelector("input[name=q]:not([type=hidden]), #text")),
    j: () => move(1),
    k: () => move(-1),
    Enter: open,
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (!on.checked || help.open || event.target.matches?.(typing)) return;
    if (Object.hasOwn(actions, event.key) && actions[event.key](event) !== false) event.preventDefault();
  });
}

// What was chosen before; where nothing can be kept, it holds until the page is left.
function stored(value) {
  try {
    if (value) localStorage.setItem(OFF, value);
    return localStorage.getItem(OFF);
  } catch {
    return null;
  }
}

function focusOn(box) {
  if (!box) return false;
  box.focus();
  box.select();
  return true;
}

function move(by) {
  const results = [...document.querySelectorAll(RESULTS)].filter((one) => one.checkVisibility());
  if (!results.length) return false;
  const here = results.findIndex((one) => one.contains(document.activeElement));
  const next = here < 0 ? nearest(results) : Math.min(Math.max(here + by, 0), results.length - 1);
  results[next].tabIndex = -1;
  results[next].focus({ preventScroll: true, focusVisible: true });
  results[next].scrollIntoView({ block: "nearest" });
  return true;
}

// Where nothing is chosen yet, it begins with the first that can be seen whole.
function nearest(results) {
  const at = results.findIndex((one) => one.getBoundingClientRect().top >= 0);
  return at < 0 ? results.length - 1 : at;
}

// Enter on a result opens it; on a link or a button the browser does what it always does.
function open(event) {
  if (!event.target.matches(RESULTS)) return false;
  (event.target.querySelector(".ways a") || event.target.querySelector("a"))?.click();
  return true;
}
