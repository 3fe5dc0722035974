/** Every format that glot reads. One more is one more folder and one more line here. */
import { DOCX } from './docx/format.js';
import type { Format } from './format.js';
import { HTML } from './html/format.js';
import { MARKDOWN } from './markdown/format.js';
import { PDF } from './pdf/format.js';
import { TEXT } from './text/format.js';

/** Those that know their files by bytes before those that go by text; the first that recognizes a file reads it. */
export const FORMATS = [PDF, DOCX, HTML, MARKDOWN, TEXT] as const satisfies readonly Format[];

export type DocumentFormat = (typeof FORMATS)[number]['name'];

export const formatNamed = (name: string): Format | undefined => FORMATS.find((format) => format.name === name);

/** Of its reader; undefined for a format that is read no longer, or never was. */
export const versionOfFormat = (name: string): number | undefined => formatNamed(name)?.version;
