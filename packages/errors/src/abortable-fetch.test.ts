import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serve as serveRequests } from '@glot/testing';
import { describe, expect, it } from 'vitest';
import { abortableFetch } from './abortable-fetch.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Starts a server for the length of the test; resolves to its address. */
async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  return `${await serveRequests((_, response) => answer(response))}/`;
}

/** A server that falls silent in the middle of its answer; `closed` once the other side has hung up. */
async function serveHalf(): Promise<{ url: string; closed: Promise<void> }> {
  let hungUp = () => {};
  const closed = new Promise<void>((resolve) => {
    hungUp = resolve;
  });
  const url = await serve((response) => {
    response.on('close', hungUp);
    response.writeHead(200).write('half');
  });
  return { url, closed };
}

async function collected(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await sleep(20);
    collectGarbage();
  }
}

describe('abortableFetch', () => {
  it('gives the answer as fetch does: status, headers, address and body', async () => {
    const url = await serve((response) => response.writeHead(206, { 'x-part': '1' }).end('東京 🎉 عربي'));
    const response = await abortableFetch(url, {}, [new AbortController().signal]);
    expect([response.status, response.headers.get('x-part'), response.url]).toEqual([206, '1', url]);
    expect(await response.text()).toBe('東京 🎉 عربي');
    const empty = await serve((answer) => answer.writeHead(204).end());
    expect((await abortableFetch(empty, {}, [])).body).toBeNull();
  });

  it('takes any status, and what a server writes beside it', async () => {
    const url = await serve((response) => {
      const line = Buffer.from('HTTP/1.1 599 サービス停止\r\ncontent-length: 3\r\n\r\n停');
      response.socket!.write(line, () => response.socket!.end());
    });
    const response = await abortableFetch(url, {}, []);
    expect([response.status, response.ok, await response.text()]).toEqual([599, false, '停']);
    const odd = await serve((answer) => void answer.socket!.end('HTTP/1.1 999 Denied\r\ncontent-length: 2\r\n\r\nno'));
    expect((await abortableFetch(odd, {}, [])).status).toBe(999);
  });

  it('listens no longer once an answer has ended, however it did', async () => {
    const lasting = new AbortController().signal;
    const whole = await serve((response) => response.end('whole'));
    await (await abortableFetch(whole, {}, [lasting])).text();
    const { url: silent } = await serveHalf();
    const stop = new AbortController();
    await abortableFetch(silent, {}, [lasting, stop.signal]);
    expect(EventEmitter.getEventListeners(lasting, 'abort')).toHaveLength(1);
    stop.abort();
    expect(EventEmitter.getEventListeners(lasting, 'abort')).toHaveLength(0);
    await expect(abortableFetch('http://127.0.0.1:1/', {}, [lasting])).rejects.toThrow();
    expect(EventEmitter.getEventListeners(lasting, 'abort')).toHaveLength(0);
  });

  it('ends a body that fell silent when a signal fires, even after garbage was collected, and hangs up', async () => {
    const { url, closed } = await serveHalf();
    const stop = new AbortController();
    // With `redirect` the listener of fetch itself was collected in 20 of 20 runs.
    const response = await abortableFetch(url, { redirect: 'error' }, [new AbortController().signal, stop.signal]);
    const text = response.text();
    text.catch(() => {});
    await collected();
    stop.abort(new Error('enough'));
    await expect(text).rejects.toThrow('enough');
    await closed;
  });

  it('keeps a time limit that nothing else holds', async () => {
    const { url } = await serveHalf();
    const response = await abortableFetch(url, {}, [AbortSignal.timeout(2_000)]);
    const text = response.text();
    text.catch(() => {});
    await collected();
    await expect(text).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('does not ask where a signal has fired already, and ends an answer that never begins', async () => {
    let asked = 0;
    const stop = new AbortController();
    const url = await serve(() => {
      asked += 1;
      stop.abort(new Error('late'));
    });
    await expect(abortableFetch(url, {}, [AbortSignal.abort(new Error('early'))])).rejects.toThrow('early');
    await expect(abortableFetch(url, {}, [stop.signal])).rejects.toThrow('late');
    expect(asked).toBe(1);
  });

  it('throws at the next read when the signal fires between two reads', async () => {
    const { url } = await serveHalf();
    const stop = new AbortController();
    const reader = (await abortableFetch(url, {}, [stop.signal])).body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('half');
    stop.abort(new Error('enough'));
    await expect(reader.read()).rejects.toThrow('enough');
  });

  it('tells the server when the reader cancels, and a cut connection from an end', async () => {
    const { url, closed } = await serveHalf();
    await (await abortableFetch(url, {}, [])).body!.cancel();
    await closed;
    const cut = await serve((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    await expect((await abortableFetch(cut, {}, [])).text()).rejects.toThrow();
  });
});
