// A page of another origin that shows a queue and follows it. It knows the service's address and an embed token, both
// from its own address, and logs what it learns.
const { api, token } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const headers = { Authorization: `Bearer ${token}` };
const tell = (what) => console.log(JSON.stringify(what));
const ask = (path, more) => fetch(new URL(path, api), { ...more, headers: { ...headers, ...more?.headers } });

// The queue, page by page.
const numbers = [];
let next = "/api/v1/queue?limit=2";
let position;
let tag;
while (next) {
  const answer = await ask(next);
  const page = await answer.json();
  tag ??= answer.headers.get("ETag");
  position ??= page.position;
  numbers.push(...page.items.map((item) => item.number));
  next = page.next;
}
tell({ paged: numbers });
const again = await ask("/api/v1/queue?limit=2", { headers: { "If-None-Match": tag }, cache: "no-store" });
tell({ again: again.status, limit: again.headers.get("X-RateLimit-Limit"), id: again.headers.has("X-Request-Id") });
const refused = await ask("/api/v1/queue?order=x");
tell({ refused: refused.status, parameter: (await refused.json()).parameter });

// A chart.
const chart = new Image();
chart.src = `${api}/api/v1/stats/backlog.svg?token=${token}`;
await chart.decode();
tell({ chart: chart.naturalWidth > 0 });

// By a ticket: the page asks for another one when the stream has ended or cannot be opened.
async function byTicket(last) {
  let source;
  const later = () => {
    source?.close();
    setTimeout(() => byTicket(last), 200);
  };
  let ticket;
  try {
    const answer = await ask("/api/v1/stream/tickets", { method: "POST" });
    if (!answer.ok) return later();
    ({ ticket } = await answer.json());
  } catch {
    return later();
  }
  source = new EventSource(`${api}/api/v1/stream?ticket=${ticket}&last_event_id=${last}`);
  listen("ticket", source, (id) => (last = id));
  source.addEventListener("end", later);
  source.onerror = later;
}

// By the token itself, which may stand in a URL: the browser comes back by itself, with the last id.
function byToken(last) {
  const source = new EventSource(`${api}/api/v1/stream?token=${token}&last_event_id=${last}`);
  listen("token", source, (id) => (last = id));
  source.onerror = () => source.readyState === EventSource.CLOSED && setTimeout(() => byToken(last), 200);
}

function listen(name, source, note) {
  source.onopen = () => tell({ [name]: "open" });
  source.addEventListener("end", (event) => tell({ [name]: JSON.parse(event.data).reason }));
  source.addEventListener("item", (event) => {
    const { number, item } = JSON.parse(event.data);
    if (event.lastEventId) note(event.lastEventId);
    tell({ [name]: { number, title: item?.title, note: item?.note } });
  });
}
byTicket(position);
byToken(position);
