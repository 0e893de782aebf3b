// Opens an address: in place, where the page has a way to do that, and else as a link does.

let inPlace = () => false;

// `way` is given a URL and says whether it opens it.
export function opensBy(way) {
  inPlace = way;
}

export function visit(address) {
  const url = new URL(address, location.href);
  if (!inPlace(url)) location.assign(url);
}
