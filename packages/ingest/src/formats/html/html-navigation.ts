/** Which parts of a page lead elsewhere: menus, bread crumbs, lists of links, and what their authors call navigation. */
import { childElements, ELEMENT, type HtmlNode, nameOf, TEXT } from './html-node.js';

const CONTAINERS = new Set('UL OL DIV SECTION ASIDE HEADER FOOTER TABLE P MENU'.split(' '));
const ROLES = new Set(['navigation', 'menu', 'menubar', 'banner', 'search', 'contentinfo', 'toolbar']);
/** Content has longer stretches of text beside its links, or few links. */
const LINK_SHARE = 0.65;
const FEWEST_LINKS = 3;
const PROSE_LENGTH = 100;

interface Measure {
  /** Letters in all, and in links to other pages. */
  letters: number;
  linked: number;
  links: number;
  /** The longest stretch without a link. */
  longest: number;
}

/** The outermost such parts below `body`; headings and what stands in an article or the main part stay unless all links. */
export function navigationIn(body: HtmlNode): ReadonlySet<HtmlNode> {
  const found = new Set<HtmlNode>();
  const visit = (node: HtmlNode, inContent: boolean): Measure => {
    const name = nameOf(node);
    const content = inContent || name === 'MAIN' || name === 'ARTICLE' || node.getAttribute?.('role') === 'main';
    const total: Measure = { letters: 0, linked: 0, links: 0, longest: 0 };
    for (const child of node.childNodes) {
      if (child.nodeType === TEXT) {
        const length = lettersOf(child.textContent ?? '');
        total.letters += length;
        total.longest = Math.max(total.longest, length);
        continue;
      }
      if (child.nodeType !== ELEMENT || nameOf(child) === 'SCRIPT' || nameOf(child) === 'STYLE') continue;
      const inner = visit(child, content);
      total.letters += inner.letters;
      total.linked += inner.linked;
      total.links += inner.links;
      total.longest = Math.max(total.longest, inner.longest);
    }
    if (name === 'A' && leadsElsewhere(node)) {
      return { letters: total.letters, linked: total.letters, links: total.letters > 0 ? 1 : 0, longest: 0 };
    }
    const role = node.getAttribute?.('role') ?? '';
    const byName = name === 'NAV' || (ROLES.has(role) && total.longest < PROSE_LENGTH);
    const byLinks =
      !content &&
      CONTAINERS.has(name) &&
      total.links >= FEWEST_LINKS &&
      total.linked >= total.letters * LINK_SHARE &&
      total.longest < PROSE_LENGTH;
    if (byName || byLinks) {
      found.add(node);
      return { letters: 0, linked: 0, links: 0, longest: 0 };
    }
    return total;
  };
  for (const child of childElements(body)) visit(child, false);
  return found;
}

/** Mail addresses, phone numbers and places on the same page are content. */
const leadsElsewhere = (link: HtmlNode): boolean =>
  /^(?!mailto:|tel:|sms:|geo:|#)./i.test(link.getAttribute?.('href') ?? '');

const lettersOf = (text: string): number => text.replace(/\s+/g, '').length;
