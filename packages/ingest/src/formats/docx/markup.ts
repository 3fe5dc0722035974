/** A part's bytes -> its tree. */
import { DOMParser } from '@xmldom/xmldom';
import type { XmlDocument } from './docx-xml.js';

/** Null for markup that is none. */
export function parseMarkup(part: Uint8Array | undefined): XmlDocument | null {
  if (part === undefined) return null;
  try {
    const parser = new DOMParser({ errorHandler: { warning: () => {}, error: () => {}, fatalError: () => {} } });
    const document = parser.parseFromString(new TextDecoder().decode(part), 'text/xml') as unknown as XmlDocument;
    return document?.documentElement ? document : null;
  } catch {
    return null;
  }
}
