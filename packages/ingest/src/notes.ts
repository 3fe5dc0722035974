/** What of a document was left out or assumed although it was read, so that nothing of it is silent. */
import type { DecodedText } from './text/decode.js';

export type NoteKind =
  /** Nothing in the file says so: the letters may be wrong. */
  | 'charset-assumed'
  /** Bytes that are no character. */
  | 'damaged-characters'
  /** Pages without a text layer. */
  | 'no-text-layer'
  /** Pages that the parser gave up on. */
  | 'unreadable-pages'
  /** Text in fonts that do not say which letters their glyphs are. */
  | 'illegible-text'
  /** Bytes of images and the like that stand in the text. */
  | 'embedded-data'
  /** Navigation, running heads that were read before, what is hidden or switched off, files within the file. */
  | 'left-out'
  /** Parts of the file that cannot be unpacked. */
  | 'damaged-parts';

export interface Note {
  readonly kind: NoteKind;
  /** One line for people: what, how much, where. */
  readonly detail: string;
}

export function decodingNotes({ text, encoding, known, zeroBytes }: DecodedText): Note[] {
  const notes: Note[] = [];
  if (known === 'guess')
    notes.push({ kind: 'charset-assumed', detail: `read as ${encoding}: the file does not say its charset` });
  if (known === 'damaged') {
    const damaged = text.match(/\ufffd+/g)?.length ?? 0;
    const where = text.slice(0, text.indexOf('\ufffd')).split('\n').length;
    notes.push({
      kind: 'damaged-characters',
      detail: `${places(damaged)} no ${encoding.toUpperCase()} and shown as \ufffd, the first in line ${where}`,
    });
  }
  if (zeroBytes !== undefined) {
    const detail = `${places(zeroBytes.places)} zero bytes and read as a blank, the first in line ${zeroBytes.firstLine}`;
    notes.push({ kind: 'damaged-characters', detail });
  }
  return notes;
}

const places = (count: number): string => (count === 1 ? '1 place is' : `${count} places are`);
