/**
 * Says that a path is wrong before an index is made for it.
 * @throws GlotError `ingest.not-found`
 */
export async function requirePaths(paths: readonly string[], signal?: AbortSignal): Promise<void> {
  const { walkFiles } = await import('@glot/ingest');
  for await (const _first of walkFiles([...paths], signal === undefined ? {} : { signal })) break;
}
