/** The few members of an XML DOM that rewriting Word's markup needs, and how elements are found by their local names. */
export interface XmlNode {
  readonly nodeType: number;
  readonly localName?: string | null;
  readonly parentNode: XmlNode | null;
  readonly firstChild: XmlNode | null;
  readonly nextSibling: XmlNode | null;
  readonly textContent: string | null;
  readonly ownerDocument: XmlDocument | null;
  insertBefore(child: XmlNode, before: XmlNode | null): XmlNode;
  removeChild(child: XmlNode): XmlNode;
  appendChild(child: XmlNode): XmlNode;
  cloneNode(deep: boolean): XmlNode;
}

export interface XmlElement extends XmlNode {
  getAttributeNS(namespace: string, name: string): string | null;
  getElementsByTagNameNS(namespace: string, name: string): ArrayLike<XmlElement>;
}

export interface XmlDocument extends XmlNode {
  readonly documentElement: XmlElement;
  createElementNS(namespace: string, name: string): XmlElement;
  createTextNode(text: string): XmlNode;
  getElementsByTagNameNS(namespace: string, name: string): ArrayLike<XmlElement>;
}

export const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
export const MATH = 'http://schemas.openxmlformats.org/officeDocument/2006/math';
export const COMPATIBILITY = 'http://schemas.openxmlformats.org/markup-compatibility/2006';

/** In document order; a copy, so that the document may change meanwhile. */
export const elements = (root: XmlDocument | XmlElement, namespace: string, name: string): XmlElement[] =>
  Array.from(root.getElementsByTagNameNS(namespace, name));

export function* children(node: XmlNode): Generator<XmlElement> {
  for (let child = node.firstChild; child !== null; ) {
    const next: XmlNode | null = child.nextSibling;
    if (child.nodeType === 1) yield child as XmlElement;
    child = next;
  }
}

export function child(node: XmlNode, name: string): XmlElement | undefined {
  for (const candidate of children(node)) if (candidate.localName === name) return candidate;
  return undefined;
}

/** The nearest element of that name above the node. */
export function above(node: XmlNode, name: string): XmlElement | undefined {
  for (let parent = node.parentNode; parent !== null; parent = parent.parentNode) {
    if (parent.localName === name) return parent as XmlElement;
  }
  return undefined;
}

export const wordValue = (element: XmlElement | undefined): string | null =>
  element?.getAttributeNS(WORD, 'val') || null;

/** Puts what an element holds in its place. */
export function unwrap(element: XmlElement): void {
  const parent = element.parentNode;
  if (parent === null) return;
  while (element.firstChild !== null) parent.insertBefore(element.firstChild, element);
  parent.removeChild(element);
}

/** A run of text. */
export function textRun(document: XmlDocument, text: string): XmlElement {
  const run = document.createElementNS(WORD, 'w:r');
  const words = document.createElementNS(WORD, 'w:t');
  words.appendChild(document.createTextNode(text));
  run.appendChild(words);
  return run;
}
