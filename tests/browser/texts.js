// Shows cleaned texts as a page does, several times over, and tells what in them is not harmless.
let ran = [];
let showing = "";
const hit = () => ran.push(showing);
for (const name of ["hit", "alert", "prompt", "confirm", "print"]) window[name] = hit;
window.addEventListener("securitypolicyviolation", hit);

const TAGS = new Set(
  ("a abbr acronym article aside b bdi bdo blockquote br caption center cite code col colgroup data dd del details dfn div " +
    "dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 hgroup hr i img input ins kbd li mark ol p pre q rp rt rtc ruby s " +
    "samp small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr").split(" "),
);
const ATTRIBUTES = new Set(
  ("align alt checked class colspan datetime dir disabled height href lang loading open referrerpolicy rel rowspan scope " +
    "src start title type value width").split(" "),
);

function faultsOf(root) {
  const found = [];
  for (const element of root.querySelectorAll("*")) {
    const tag = element.localName;
    if (!TAGS.has(tag) || element.namespaceURI !== "http://www.w3.org/1999/xhtml") found.push(`tag ${tag}`);
    for (const { name, value } of element.attributes) {
      if (!ATTRIBUTES.has(name)) found.push(`attribute ${name}=${value} of ${tag}`);
    }
    // As the browser understands them.
    if (tag === "a" && element.hasAttribute("href") && !["http:", "https:", "mailto:"].includes(element.protocol)) {
      found.push(`address ${element.href}`);
    }
    if (tag === "a" && element.hasAttribute("href") && !element.relList.contains("noopener")) found.push("attribute rel");
    if (tag === "img" && element.src && new URL(element.src).protocol !== "https:") found.push(`address ${element.src}`);
    if (tag === "input" && (element.type !== "checkbox" || !element.disabled)) found.push("tag input");
  }
  return found;
}

const moment = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function main() {
  const texts = await (await fetch("/texts.json")).json();
  const faults = [];
  const place = document.getElementById("place");
  for (const text of texts) {
    showing = text;
    let html = text;
    // What a browser writes may be read as something else, so it is read again.
    for (let round = 0; round < 3; round += 1) {
      place.innerHTML = html;
      for (const fault of faultsOf(place)) faults.push({ text, fault });
      for (const element of place.querySelectorAll("details, a, input, img")) {
        element.dispatchEvent(new Event("toggle"));
        element.dispatchEvent(new Event("focus"));
        element.dispatchEvent(new Event("error"));
      }
      html = place.innerHTML;
    }
  }
  // All of them at once, in the places in which a page may put them.
  for (const around of ["div", "td", "li", "pre", "article"]) {
    showing = `all in ${around}`;
    const inner = `<${around}>${texts.join(`</${around}><${around}>`)}</${around}>`;
    place.innerHTML = around === "td" ? `<table><tr>${inner}</tr></table>` : inner;
    for (const fault of faultsOf(place)) faults.push({ text: showing, fault });
    await moment(200);
  }
  for (const text of ran) faults.push({ text, fault: "ran" });
  console.log(JSON.stringify({ shown: texts.length, faults: faults.slice(0, 20) }));
}

main().catch((error) => console.log(JSON.stringify({ fault: String(error) })));
