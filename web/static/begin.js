// Asks for all other scripts once the page has been painted, since none of them is needed to read it.
const loaded = new Promise((done) => {
  if (document.readyState === "complete") done();
  else window.addEventListener("load", done, { once: true });
});
const painted = new Promise((done) => {
  if (window.PerformanceObserver?.supportedEntryTypes?.includes("paint")) {
    new PerformanceObserver(done).observe({ type: "paint", buffered: true });
    setTimeout(done, 500); // a page that nobody sees is not painted
  } else done();
});

function classic(address) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL(address, import.meta.url);
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

await Promise.all([loaded, painted]);
if (document.querySelector("meta[name=htmx-config]")) await classic("./vendor/htmx.min.js").catch(() => {});
await import("./site.js");
document.documentElement.dataset.scripts = "ready";
