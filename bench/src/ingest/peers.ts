/** Debian's readers, where they are installed: poppler-utils and pandoc. */
import { spawnSync } from 'node:child_process';

export interface Peer {
  readonly name: string;
  /** Empty where it reads nothing. */
  text(file: string): string;
}

const run = (command: string, args: readonly string[]): string =>
  spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60_000 }).stdout ?? '';

const pandoc = (from: string): Peer => ({
  name: 'pandoc',
  text: (file) => run('pandoc', ['--from', from, '--to', 'plain', '--wrap', 'none', file]),
});

const PEERS: Readonly<Record<string, Peer>> = {
  pdf: { name: 'pdftotext', text: (file) => run('pdftotext', ['-enc', 'UTF-8', file, '-']) },
  docx: pandoc('docx'),
  html: pandoc('html'),
  markdown: pandoc('gfm'),
};

/** @returns the peer with its version, or why there is none */
export function peerOf(format: string): { readonly peer: Peer; readonly version: string } | string {
  const peer = PEERS[format];
  if (peer === undefined) return 'none';
  const { stdout, stderr, error } = spawnSync(peer.name, [peer.name === 'pandoc' ? '--version' : '-v'], {
    encoding: 'utf8',
  });
  if (error) return `${peer.name} is not installed`;
  return { peer, version: /\d[\d.]*/.exec(`${stdout}${stderr}`)?.[0] ?? '' };
}
