// Nothing here is needed: every page works without it. It saves a click, keeps one's place, and shows what belongs
// together.
import { start } from "./content.js";
import { keys } from "./keys.js";
import { suggests } from "./suggest.js";

start(document);
keys();
document.querySelectorAll("input[data-suggests]").forEach(suggests);
if (window.htmx) await import("./live.js");
if (document.querySelector(".text")) await import("./article.js");
