/** What to do next about an error, in commands and flags of glot. The packages below say what happened and where. */
import { basename } from 'node:path';
import type { AnyGlotError } from '@glot/errors';

/** Without a full stop; undefined where the message says all there is to say. */
export function adviceOn(error: AnyGlotError): string | undefined {
  switch (error.code) {
    case 'index.not-found':
      return 'run `glot index FOLDER` first, or name another file with --index';
    case 'index.cannot-open':
      return error.details.target === undefined ? 'name an index file with --index' : undefined;
    case 'index.exists':
      return 'name another, or replace it with --force';
    case 'index.corrupt':
      return mending(error.details);
    case 'index.version':
      return 'update glot, or index anew into another file with --index';
    case 'index.profile':
      return 'index anew into another file with --index';
    case 'index.foreign-encoder': {
      const same =
        error.details.differs === 'pooling' ? 'leave --pool-factor out' : 'use the same --model and --precision again';
      return `${same}, or index anew into another file with --index`;
    }
    case 'index.busy':
      return 'wait until it is done and try again (searching meanwhile is fine)';
    case 'index.replaced':
      return 'run the same command again';
    case 'index.read-only':
      return writing(error.details);
    case 'index.disk-full':
      return error.details.target === undefined ? 'free some space and run the same command again' : undefined;
    case 'index.memory':
      return 'close other programs or raise the limit, and run the same command again';
    case 'index.file-limit':
      return 'raise it (`ulimit -f`), or index into another place with --index';
    case 'index.storage':
      return 'look at the disk, see what `glot doctor` finds, and run the same command again';
    case 'encoder.no-projection':
      return error.details.writesText ? 'name it with --generator-model' : undefined;
    case 'hub.not-pulled':
      return `run \`glot models pull ${error.details.name}\``;
    case 'glot.no-roots':
      return 'name them once: `glot index FOLDER`';
    case 'glot.not-indexed':
      return 'name files and folders as `glot search` prints them';
    case 'glot.missing-documents':
      return 'is a disk not mounted, or does an ignore rule leave them out? If they are meant to go: --delete-missing';
    default:
      return undefined;
  }
}

/** Copying one of its files without the others loses what stands in them. */
function mending({ file, isRepairable }: { readonly file: string; readonly isRepairable?: boolean }): string {
  if (isRepairable) return '`glot doctor --repair` makes it again from the vectors';
  const name = basename(file);
  const beside = `${name}-wal, ${name}-shm and ${name}-journal`;
  return `restore it from a backup (\`glot backup\`), or move it away with ${beside} where they stand beside it, and index again`;
}

function writing({
  target,
  isForWriting,
}: {
  readonly target?: string;
  readonly isForWriting?: boolean;
}): string | undefined {
  if (target !== undefined) return undefined;
  return isForWriting ? 'allow writing, or choose another file with --index' : 'allow writing once';
}
