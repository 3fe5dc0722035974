/** Panels of accordions and tabs: hidden until a button opens them, and text of the page all the same. */
import { childElements, type HtmlNode, nameOf } from './html-node.js';

/** The elements that some button of the page opens. */
export function openedPanels(body: HtmlNode): ReadonlySet<HtmlNode> {
  const byId = new Map<string, HtmlNode>();
  const ids = new Set<string>();
  const panels = new Set<HtmlNode>();
  const visit = (node: HtmlNode, heading: HtmlNode | null, next: HtmlNode | undefined): void => {
    const id = node.getAttribute?.('id');
    if (id) byId.set(id, node);
    const controls = node.getAttribute?.('aria-controls') ?? null;
    if (opensPanel(node)) {
      for (const controlled of (controls ?? target(node) ?? '').split(/\s+/)) ids.add(controlled);
      // Without a name, what it opens stands behind it, or behind its heading.
      if (controls === null && next !== undefined) panels.add(next);
    }
    if (node.getAttribute?.('hidden') === 'until-found') panels.add(node);
    const children = childElements(node);
    for (const [at, child] of children.entries()) {
      const inside = /^H[1-6]$/.test(nameOf(child)) ? child : heading;
      visit(child, inside, children[at + 1] ?? (inside === null ? undefined : next));
    }
  };
  visit(body, null, undefined);
  for (const id of ids) {
    const panel = byId.get(id);
    if (panel !== undefined && nameOf(panel) !== 'DIALOG') panels.add(panel);
  }
  return panels;
}

/** True for a control that shows and hides something of the page. */
export function opensPanel(node: HtmlNode): boolean {
  if (node.getAttribute === undefined) return false;
  const role = node.getAttribute('role');
  const isControl = nameOf(node) === 'BUTTON' || role === 'button' || role === 'tab' || nameOf(node) === 'A';
  const states = node.getAttribute('aria-expanded') !== null || node.getAttribute('aria-controls') !== null;
  return isControl && (states || target(node) !== null) && node.getAttribute('aria-haspopup') === null;
}

/** The id that libraries of widgets keep beside the button, or in the address of a link that is a tab. */
function target(node: HtmlNode): string | null {
  const attribute = (name: string): string | null => node.getAttribute?.(name) ?? null;
  const isWidget = attribute('data-bs-toggle') !== null || attribute('data-toggle') !== null;
  const value = attribute('data-bs-target') ?? attribute('data-target') ?? (isWidget ? attribute('href') : null);
  return value?.startsWith('#') ? value.slice(1) : null;
}
