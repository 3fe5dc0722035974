// Keeps an index in step with a folder and serves searches meanwhile: one that writes, one that reads.
import { createServer } from 'node:http';
import { isAbortError, openGlot } from '@glot/glot';

const [folder = 'docs'] = process.argv.slice(2);
const index = '.glot/watch-and-serve.db';
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const writing = await openGlot({ index, mode: 'write' });
await writing.sync([folder]);
const reading = await openGlot({ index });
const server = createServer(async (request, response) => {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams.get('q') ?? '';
  const hits = query === '' ? [] : await reading.search(query, { limit: 5 }).catch(() => []);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(hits.map(({ path, text }) => ({ path: reading.displayPath(path), text }))));
});
server.listen(Number(process.env.PORT ?? 8080), () => console.log('listening'));

try {
  for await (const { added, updated, deleted } of writing.watch([folder], { signal: stop.signal })) {
    console.log(`${added} added, ${updated} updated, ${deleted} deleted`);
  }
} catch (error) {
  if (!isAbortError(error)) throw error;
} finally {
  server.close();
  await reading.close();
  await writing.close();
}
