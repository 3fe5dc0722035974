import type { SyncProgress } from '@glot/glot';
import { count } from './count.js';

/** Before this much time the rest cannot be told. */
const ESTIMATE_AFTER_MS = 3_000;

/** @returns what to show of each state of a sync; it keeps the time itself. */
export function createIndexProgress(now: () => number = () => performance.now()): (state: SyncProgress) => string {
  let started: number | undefined;
  return (state) => {
    if (state.phase === 'walk') return `looking for documents: ${count(state.filesDone, 'file')}`;
    if (state.phase === 'arrange')
      return `all ${count(state.passages, 'passage')} stored, arranging them for quick search`;
    started ??= now();
    const elapsed = now() - started;
    const share = state.bytesTotal === 0 ? 0 : state.bytesDone / state.bytesTotal;
    const parts = [`indexing ${state.filesDone}/${state.filesTotal} files`, count(state.passages, 'passage')];
    if (elapsed > ESTIMATE_AFTER_MS && share > 0) parts.push(`${duration((elapsed / share) * (1 - share))} left`);
    return `${parts.join(', ')}: ${state.path}`;
  };
}

/** `5 s`, `3 min`, `2 h`: as exact as an estimate deserves. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  return seconds < 6_000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
