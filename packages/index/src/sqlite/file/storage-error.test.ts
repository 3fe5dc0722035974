import { expect, it } from 'vitest';
import { storageError } from './storage-error.js';

it('tells of a native library that was built for another Node', () => {
  const error = Object.assign(new Error('compiled against NODE_MODULE_VERSION 115'), { code: 'ERR_DLOPEN_FAILED' });
  expect(storageError(error, '索引.db')).toMatchObject({
    code: 'index.native',
    message: expect.stringContaining('npm run setup'),
    cause: error,
  });
});

it('tells of a native library that was never built or fetched', () => {
  const error = new Error('Could not locate the bindings file. Tried:\n → /app/node_modules/better-sqlite3/build/…');
  const told = storageError(error, '索引.db');
  expect(told).toMatchObject({ code: 'index.native', message: expect.stringContaining('npm rebuild better-sqlite3') });
  expect((told as Error).message).not.toContain('\n');
});

it('tells of stored JSON that a damaged byte made unreadable', () => {
  let cause: unknown;
  try {
    JSON.parse('["見出し"');
  } catch (error) {
    cause = error;
  }
  expect(storageError(cause, '索引.db')).toMatchObject({ code: 'index.corrupt', details: { file: '索引.db' }, cause });
});
