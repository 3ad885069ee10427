// The one door for HTML into the page: texts of items, which the service has cleaned.

interface Policy {
  createHTML(html: string): string;
}

interface Types {
  createPolicy(name: string, rules: { createHTML: (html: string) => string }): Policy;
}

const types = (window as { trustedTypes?: Types }).trustedTypes;
const policy: Policy = types?.createPolicy("bugscrub-text", { createHTML: (html) => html }) ?? { createHTML: (html) => html };

/** Shows a cleaned text in an element. Its links open elsewhere. */
export function text(html: string) {
  return (element: HTMLElement) => {
    // eslint-disable-next-line no-restricted-properties
    element.innerHTML = policy.createHTML(html);
    for (const link of element.querySelectorAll("a")) link.target = "_blank";
  };
}
