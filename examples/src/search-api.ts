// A search API over a folder: node examples/dist/search-api.js FOLDER, then curl 'localhost:8080/?q=opening+hours'.
import { createServer } from 'node:http';
import { openGlot } from '@glot/glot';

const [folder = 'docs'] = process.argv.slice(2);
const glot = await openGlot({ index: '.glot/search-api.db', mode: 'write' });
await glot.sync([folder]);

const server = createServer(async (request, response) => {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams.get('q') ?? '';
  try {
    const hits = query === '' ? [] : await glot.search(query, { limit: 5 });
    const found = hits.map(({ path, text, page, score }) => ({ path: glot.displayPath(path), text, page, score }));
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(found));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(Number(process.env.PORT ?? 8080), () => console.log('listening'));
