/** The few members of a DOM node that are needed; linkedom and browsers agree on them. */
export interface HtmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<HtmlNode>;
  getAttribute?(name: string): string | null;
}

export const ELEMENT = 1;
export const TEXT = 3;

export const nameOf = (node: HtmlNode): string => node.nodeName.toUpperCase();

export const childElements = (node: HtmlNode): HtmlNode[] =>
  Array.from(node.childNodes).filter(({ nodeType }) => nodeType === ELEMENT);
