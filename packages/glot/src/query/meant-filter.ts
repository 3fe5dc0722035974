import { GlotError } from '@glot/errors';
import type { SearchFilter } from '@glot/index';
import type { DocumentPaths } from '../files/document-path.js';
import { languageNamed } from './language-name.js';

/**
 * A filter in the words of people as one in the words of the index: paths as they are shown, languages by any name.
 * @throws GlotError `glot.filter` for a language that there is not
 */
export function meantFilter(filter: SearchFilter, paths: DocumentPaths): SearchFilter {
  const { path, languages } = filter;
  return {
    ...filter,
    ...(path !== undefined && { path: [path].flat().flatMap((glob) => paths.toKeyGlobs(glob)) }),
    ...(languages && { languages: languages.map(meantLanguage) }),
  };
}

/** @throws GlotError `glot.filter` */
function meantLanguage(name: string): string {
  const code = languageNamed(name);
  if (code !== null) return code;
  throw new GlotError('glot.filter', `no language is called "${name}"; write its code or name, as de or German`, {
    details: { language: name },
  });
}

/**
 * The formats that people name by their names or by the endings of their files: `markdown`, `md`, `.md`.
 * @throws GlotError `glot.filter` for one that there is not
 */
export async function formatsNamed(names: readonly string[]): Promise<string[]> {
  // Brought in only here: most searches name no format.
  const { FORMATS } = await import('@glot/ingest/formats');
  return names.map((name) => {
    const wanted = name.toLowerCase().replace(/^\*?\./u, '');
    const format = FORMATS.find((one) => one.name === wanted) ?? FORMATS.find((one) => one.extensions.has(wanted));
    if (format) return format.name;
    const known = FORMATS.map((one) => one.name).join(', ');
    throw new GlotError(
      'glot.filter',
      `no format is called "${name}"; there are ${known}, and the endings of their files`,
      {
        details: { format: name },
      },
    );
  });
}
