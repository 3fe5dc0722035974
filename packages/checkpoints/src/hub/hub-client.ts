import { abortableFetch, GlotError, isGlotError, throwIfAborted } from '@glot/errors';
import * as z from 'zod';
import { isSafePath, type ModelName, pathEscapes } from './model-name.js';
import type { HubSettings } from './settings.js';

/** A file of a repository, with the checksum under which the hub knows it. */
export interface RemoteFile {
  /** Relative, with forward slashes; safe to join to a folder. */
  readonly path: string;
  readonly bytes: number;
  readonly checksum: Checksum;
}

/** Large files go by SHA-256, small ones by the SHA-1 that git gives a blob. Hex. */
export type Checksum = { readonly kind: 'sha256' | 'git'; readonly value: string };

export interface HubClientOptions {
  readonly settings: HubSettings;
  readonly signal?: AbortSignal | undefined;
}

const Entry = z.object({
  type: z.string(),
  path: z.string(),
  size: z.number().int().nonnegative(),
  oid: z.string().nullish(),
  lfs: z.object({ oid: z.string(), size: z.number().int().nonnegative() }).nullish(),
});

/** Of a listing; a page holds 1,000 entries. */
const MAX_PAGES = 100;
/** For answers that come in one piece; files have their own patience. */
const ANSWER_MS = 60_000;

/** Asks a hub about repositories and opens their files. */
export class HubClient {
  readonly #settings: HubSettings;
  readonly #signal: AbortSignal | undefined;

  constructor({ settings, signal }: HubClientOptions) {
    this.#settings = settings;
    this.#signal = signal;
  }

  /** The commit, 40 hex digits, that a revision stands for. @throws GlotError `hub.*`, `AbortError` */
  async commitOf({ repo, revision }: ModelName): Promise<string> {
    const { modelInfo } = await import('@huggingface/hub');
    const what = `${repo}, revision ${revision}`;
    const info = await this.#asking(what, () =>
      modelInfo({
        name: repo,
        revision,
        additionalFields: ['sha'],
        hubUrl: this.#settings.endpoint,
        fetch: this.#fetch(what),
      }),
    );
    if (/^[0-9a-f]{40}$/.test(info.sha)) return info.sha;
    throw badAnswer(what, `the commit ${JSON.stringify(info.sha)}`);
  }

  /** All files of a commit. @throws GlotError `hub.*`, `AbortError` */
  async filesOf(repo: string, commit: string): Promise<readonly RemoteFile[]> {
    const { listFiles } = await import('@huggingface/hub');
    const what = `the files of ${repo}`;
    return this.#asking(what, async () => {
      const files: RemoteFile[] = [];
      const page = this.#fetch(what);
      let pages = 0;
      const entries = listFiles({
        repo,
        revision: commit,
        recursive: true,
        hubUrl: this.#settings.endpoint,
        fetch: (input, init) => {
          pages += 1;
          if (pages > MAX_PAGES) throw badAnswer(what, `more than ${MAX_PAGES} pages`);
          return page(input, init);
        },
      });
      for await (const entry of entries) {
        // names that no file system is sure to take are none that glot needs
        if (entry.type === 'file' && isSafePath(checkedPath(entry.path, what))) files.push(remoteFile(entry, what));
      }
      return files;
    });
  }

  /**
   * Asks for a file from byte `from` on. The answer may be the whole file all the same: look at its status.
   * @throws GlotError `hub.*`, `AbortError`
   */
  async open(repo: string, commit: string, path: string, from: number, signal: AbortSignal): Promise<Response> {
    const url = `${this.#settings.endpoint}/${repo}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
    const what = `${path} of ${repo}`;
    const headers = from > 0 ? { Range: `bytes=${from}-` } : {};
    // compressed answers would make byte ranges meaningless
    return this.#fetch(what)(url, { headers: { 'Accept-Encoding': 'identity', ...headers }, signal });
  }

  // Never rejects with anything but GlotError for answers other than 2xx and for failures of the network.
  #fetch(what: string): typeof fetch {
    const { endpoint, token } = this.#settings;
    return async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const headers = new Headers(init.headers);
      // pages of a listing may lead elsewhere; undici itself drops the header where a redirect does
      if (token !== null && url.origin === new URL(endpoint).origin) headers.set('Authorization', `Bearer ${token}`);
      const limit = init.signal ?? AbortSignal.timeout(ANSWER_MS);
      const signals = [limit, this.#signal].filter((signal) => signal !== undefined);
      let response: Response;
      try {
        response = await abortableFetch(url, { ...init, headers }, signals);
      } catch (cause) {
        throwIfAborted(this.#signal);
        throw new GlotError('hub.network', `cannot reach ${url.origin} for ${what}: ${reasonOf(cause)}`, {
          cause,
          details: { url: url.href },
        });
      }
      if (response.ok) return response;
      await response.body?.cancel();
      throw refused(response, what, token !== null);
    };
  }

  async #asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
    throwIfAborted(this.#signal);
    try {
      return await ask();
    } catch (cause) {
      if (isGlotError(cause)) throw cause;
      throwIfAborted(this.#signal);
      if (isCut(cause)) {
        throw new GlotError('hub.network', `the answer about ${what} stopped coming: ${reasonOf(cause)}; try again`, {
          cause,
        });
      }
      throw badAnswer(what, 'something that is not the answer of a hub', cause);
    }
  }
}

// Once the headers are there: by the time limit, or by the other side.
function isCut(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.message === 'terminated');
}

/** The reason of a failed fetch, which hides it in its cause. */
export function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}

function checkedPath(path: unknown, what: string): string {
  if (typeof path !== 'string') throw badAnswer(what, 'a file without a path');
  if (!pathEscapes(path)) return path;
  throw new GlotError(
    'hub.unsafe-path',
    `${what} include ${JSON.stringify(path)}, outside of any folder; fetched nothing`,
    {
      details: { path },
    },
  );
}

function remoteFile(entry: unknown, what: string): RemoteFile {
  const parsed = Entry.safeParse(entry);
  if (!parsed.success) throw badAnswer(what, 'a file without path and size', parsed.error);
  const { path, size, oid, lfs } = parsed.data;
  if (lfs && /^[0-9a-f]{64}$/.test(lfs.oid)) {
    return { path, bytes: lfs.size, checksum: { kind: 'sha256', value: lfs.oid } };
  }
  if (!lfs && oid && /^[0-9a-f]{40}$/.test(oid)) return { path, bytes: size, checksum: { kind: 'git', value: oid } };
  throw badAnswer(what, `${path} without a checksum`);
}

function badAnswer(what: string, found: string, cause?: unknown): GlotError {
  return new GlotError('hub.bad-answer', `asked for ${what}, the hub gave ${found}; check HF_ENDPOINT`, { cause });
}

function refused(response: Response, what: string, withToken: boolean): GlotError {
  const { status } = response;
  const details = { status, url: response.url };
  const reason = response.headers.get('x-error-message');
  const said = reason === null ? '' : ` (${reason})`;
  if (status === 401 || status === 403) {
    const next = withToken
      ? 'HF_TOKEN does not open it: check the token, and whether the model asks to accept its terms'
      : 'it does not exist or is not public: check the name, or set HF_TOKEN';
    return new GlotError('hub.unauthorized', `the hub refused ${what}${said}; ${next}`, { details });
  }
  if (status === 404) {
    return new GlotError('hub.not-found', `the hub has no ${what}${said}; check the name`, { details });
  }
  if (status === 416) return new GlotError('hub.range', `the hub has no such part of ${what}`, { details });
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new GlotError('hub.network', `the hub answered ${status} for ${what}${said}; try again later`, {
    details: { ...details, ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}) },
  });
}
