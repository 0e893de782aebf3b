// What a page's content needs to come to life, when it was loaded and whenever a part of it is replaced.
import { brush } from "./brush.js";

export function start(root) {
  root.querySelectorAll(".chart").forEach(brush);
  root.querySelectorAll(".copy").forEach(copies);
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
