// Where in the page one is. Its state is its address: a path below the service's own, and a query.

/** The path of the service, with a slash at its end: a proxy may serve it below another. */
const script: string = import.meta.url;
export const root = import.meta.env.DEV ? "/" : new URL("..", script).pathname;

export interface Place {
  /** Without the service's own path, such as `/queue`. */
  path: string;
  query: URLSearchParams;
}

function current(): Place {
  const path = `/${location.pathname.slice(root.length)}`.replace(/(.)\/+$/, "$1");
  return { path, query: new URLSearchParams(location.search) };
}

let place = $state.raw(current());

export function here(): Place {
  return place;
}

/** The address of a place, for links. */
export function href(path: string, query?: URLSearchParams): string {
  const asked = query?.toString() ?? "";
  return root + path.slice(1) + (asked === "" ? "" : `?${asked}`);
}

/** Goes to a place. `replace`: back does not lead here again. */
export function go(path: string, query?: URLSearchParams, replace = false): void {
  const address = href(path, query);
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  place = current();
}

/** Follows the browser's own steps, and links within the page. Answers how to stop. */
export function follow(): () => void {
  const back = () => (place = current());
  const click = (event: MouseEvent) => {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!plain || event.defaultPrevented || link === null || link.target !== "" || link.hasAttribute("download")) return;
    if (link.dataset.page === undefined || link.origin !== location.origin) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    place = current();
    scrollTo(0, 0);
  };
  addEventListener("popstate", back);
  document.addEventListener("click", click);
  return () => {
    removeEventListener("popstate", back);
    document.removeEventListener("click", click);
  };
}
