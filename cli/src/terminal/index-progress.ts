import type { SyncProgress } from '@glot/glot';
import { count } from './count.js';

/** Before this much time the rest cannot be told. */
const ESTIMATE_AFTER_MS = 3_000;

/** @returns what to show of each state of a sync; it keeps the time itself. */
export function createIndexProgress(now: () => number = () => performance.now()): (state: SyncProgress) => string {
  let phase: SyncProgress['phase'] | null = null;
  let started = 0;
  let startedAt = 0;
  // What is left of a phase, by its share that is done and the share that it began with.
  const left = (share: number): string[] => {
    const elapsed = now() - started;
    const done = share - startedAt;
    return elapsed > ESTIMATE_AFTER_MS && done > 0 ? [`${duration((elapsed / done) * (1 - share))} left`] : [];
  };
  return (state) => {
    if (state.phase === 'walk') return `looking for documents: ${count(state.filesDone, 'file')}`;
    const share = shareOf(state);
    if (phase !== state.phase) {
      phase = state.phase;
      started = now();
      // Indexing begins with nothing done; its first state tells of a file that is finished.
      startedAt = phase === 'arrange' ? share : 0;
    }
    if (phase === 'arrange') {
      const stored = `all ${count(state.passages, 'passage')} stored, arranging them for quick search`;
      return [`${stored}: ${Math.floor(100 * share)} %`, ...left(share)].join(', ');
    }
    if (phase === 'delete') {
      const parts = [`removing ${state.filesDone}/${state.filesTotal} documents whose files are gone`, ...left(share)];
      return `${parts.join(', ')}: ${state.path}`;
    }
    const parts = [`indexing ${state.filesDone}/${state.filesTotal} files`, count(state.passages, 'passage')];
    return `${[...parts, ...left(share)].join(', ')}: ${state.path}`;
  };
}

function shareOf({ phase, filesDone, filesTotal, bytesDone, bytesTotal, arranged }: SyncProgress): number {
  if (phase === 'arrange') return arranged ?? 0;
  if (phase === 'delete') return filesTotal ? filesDone / filesTotal : 0;
  return bytesTotal === 0 ? 0 : bytesDone / bytesTotal;
}

/** `5 s`, `3 min`, `2 h`: as exact as an estimate deserves. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  return seconds < 6_000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
