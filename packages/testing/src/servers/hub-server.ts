/** A hub on loopback for tests: the routes that glot uses, with faults on request. Large files come from a second origin. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, startServer } from './loopback-server.js';

export interface ServedRepo {
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

export interface SeenRequest {
  readonly origin: 'hub' | 'cdn';
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

/** What goes wrong with an answer that carries the content of a file. */
export interface Fault {
  /** After so many bytes nothing more comes; `cut` ends the connection. */
  readonly stopAfter?: number;
  readonly status?: number;
  readonly ignoreRange?: boolean;
  /** Added to the first byte of a part. */
  readonly shift?: number;
  /** Sent in place of the content. */
  readonly content?: Uint8Array;
}

const PAGE = 3;

export class HubServer {
  readonly repos = new Map<string, ServedRepo>();
  readonly requests: SeenRequest[] = [];
  /** Files from this size on go by SHA-256 and come from the second origin. */
  lfsFrom = 1000;
  /** Token without which everything is refused. */
  token: string | null = null;
  /** Asked before each answer with content. */
  fault: (request: SeenRequest) => Fault = () => ({});
  /** Listed besides the files, as they are. */
  extraEntries: readonly unknown[] = [];
  /** Replaces the checksum of a listed file. */
  readonly wrongChecksums = new Map<string, string>();
  /** Where listings say they go on; null for here. */
  nextPage: string | null = null;
  readonly #held: Held[] = [];
  #hub!: LoopbackServer;
  #cdn!: LoopbackServer;

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    server.#hub = await startServer((request, response) => server.#answerHub(request, response));
    server.#cdn = await startServer((request, response) => server.#answerCdn(request, response));
    return server;
  }

  private constructor() {}

  get endpoint(): string {
    return this.#hub.origin;
  }

  /** Origin of the large files. */
  get cdn(): string {
    return this.#cdn.origin;
  }

  async stop(): Promise<void> {
    await this.#hub.stop();
    await this.#cdn.stop();
  }

  /** Ends the connections that stopped where the other side now is. Cut sooner, it would lose what it had not read. */
  cut(receivedBytes: number): void {
    for (const { response, upTo } of this.#held) if (upTo === receivedBytes) response.destroy();
  }

  /** Paths asked for content, shortest form: `model.safetensors 500-`. */
  contentRequests(): string[] {
    const asked = this.requests.filter(({ origin, path }) => origin === 'cdn' || path.includes('/resolve/'));
    return asked.map(({ origin, path, range }) => `${origin} ${path.split('/').slice(5).join('/')} ${range ?? 'all'}`);
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): unknown {
    const seen = this.#note('hub', request);
    if (this.token !== null && seen.authorization !== `Bearer ${this.token}`)
      return end(response, 401, 'Invalid credentials');
    const info = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/([^/]+)$/.exec(seen.path);
    const tree = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/([^/]+)$/.exec(seen.path);
    const content = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(seen.path);
    const repo = this.repos.get((info ?? tree ?? content)?.[1] ?? '');
    const revision = (info ?? tree ?? content)?.[2];
    if (repo === undefined || !['main', 'v1', repo.commit].includes(revision ?? ''))
      return end(response, 404, 'Repository not found');
    if (info)
      return json(response, {
        _id: '1',
        id: info[1],
        sha: repo.commit,
        private: false,
        lastModified: '2026-11-23T00:00:00Z',
      });
    if (tree) return this.#list(repo, new URL(request.url!, this.endpoint), response);
    const bytes = bytesOf(repo.files[decodeURIComponent(content![3]!)]);
    if (bytes === null) return end(response, 404, 'Entry not found');
    if (bytes.length < this.lfsFrom) return this.#send(response, bytes, seen);
    response.writeHead(302, {
      Location: `${this.cdn}/a/b/resolve/${revision}/${content![3]}`,
      'X-Linked-ETag': `"${sha256(bytes)}"`,
      'X-Linked-Size': String(bytes.length),
    });
    response.end();
  }

  #answerCdn(request: IncomingMessage, response: ServerResponse): unknown {
    const seen = this.#note('cdn', request);
    const [, commit, path] = /^\/a\/b\/resolve\/([^/]+)\/(.+)$/.exec(seen.path) ?? [];
    const repo = [...this.repos.values()].find((one) => one.commit === commit);
    const bytes = bytesOf(repo?.files[decodeURIComponent(path ?? '')]);
    if (bytes === null) return end(response, 404, 'Not found');
    this.#send(response, bytes, seen);
  }

  #send(response: ServerResponse, bytes: Uint8Array, seen: SeenRequest): void {
    const held = send(response, bytes, seen, this.fault(seen));
    if (held !== null) this.#held.push(held);
  }

  #list(repo: ServedRepo, url: URL, response: ServerResponse): void {
    const entries = [
      { type: 'directory', path: '1_Dense', size: 0, oid: '0'.repeat(40) },
      ...Object.entries(repo.files).map(([path, content]) => this.#entry(path, bytesOf(content)!)),
      ...this.extraEntries,
    ];
    const from = Number(url.searchParams.get('cursor') ?? 0);
    if (from + PAGE < entries.length) {
      url.searchParams.set('cursor', String(from + PAGE));
      response.setHeader('Link', `<${this.nextPage ?? url.href}>; rel="next"`);
    }
    json(response, entries.slice(from, from + PAGE));
  }

  #entry(path: string, bytes: Uint8Array): unknown {
    const git = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    const wrong = this.wrongChecksums.get(path);
    const base = { type: 'file', path, size: bytes.length, oid: wrong ?? git };
    if (bytes.length < this.lfsFrom) return base;
    return { ...base, lfs: { oid: wrong ?? sha256(bytes), size: bytes.length, pointerSize: 130 } };
  }

  #note(origin: SeenRequest['origin'], request: IncomingMessage): SeenRequest {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const { range, authorization } = request.headers;
    const seen = {
      origin,
      path: pathname,
      range: range?.replace('bytes=', '') ?? null,
      authorization: authorization ?? null,
    };
    this.requests.push(seen);
    return seen;
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An answer that stopped in the middle. */
interface Held {
  readonly response: ServerResponse;
  /** How much of the file the other side may have. */
  readonly upTo: number;
}

function send(response: ServerResponse, whole: Uint8Array, seen: SeenRequest, fault: Fault): Held | null {
  if (fault.status !== undefined) {
    end(response, fault.status, 'out of order');
    return null;
  }
  const content = fault.content ?? whole;
  const asked = Number(/^(\d+)-$/.exec(seen.range ?? '')?.[1] ?? 0);
  const from = fault.ignoreRange ? 0 : asked + (fault.shift ?? 0);
  const body = content.subarray(from);
  const ranged = seen.range !== null && !fault.ignoreRange;
  response.writeHead(ranged ? 206 : 200, {
    ETag: `"${sha256(content)}"`,
    'Content-Length': body.length,
    ...(ranged ? { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  const { stopAfter } = fault;
  if (stopAfter === undefined) response.end(body);
  else response.write(body.subarray(0, stopAfter));
  return stopAfter === undefined ? null : { response, upTo: from + stopAfter };
}

function end(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'X-Error-Message': message });
  response.end();
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(value));
}

function bytesOf(content: Uint8Array | string | undefined): Uint8Array | null {
  if (content === undefined) return null;
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
}
