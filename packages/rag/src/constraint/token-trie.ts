/** A vocabulary as a trie over bytes, in typed arrays. Node 0 is the root. */
export class TokenTrie {
  /** [nodes]: 0 where there is none. Siblings ascend by byte. */
  readonly firstChild: Uint32Array;
  readonly nextSibling: Uint32Array;
  readonly byte: Uint8Array;
  /** [nodes + 1]: `tokens` of a node are those from `tokenOffsets[node]` to `tokenOffsets[node + 1]`. */
  readonly tokenOffsets: Uint32Array;
  readonly tokens: Uint32Array;
  /** By id; null for tokens that add no text. */
  readonly bytes: readonly (Uint8Array | null)[];

  /** @param bytes of each token by id, as `tokenBytes` gives them */
  constructor(bytes: readonly (Uint8Array | null)[]) {
    this.bytes = bytes;
    const ids = [...bytes.keys()].filter((id) => (bytes[id]?.length ?? 0) > 0);
    ids.sort((a, b) => compare(bytes[a]!, bytes[b]!));
    const capacity = ids.reduce((sum, id) => sum + bytes[id]!.length, 1);
    const firstChild = new Uint32Array(capacity);
    const nextSibling = new Uint32Array(capacity);
    const byte = new Uint8Array(capacity);
    const lastChild = new Uint32Array(capacity);
    const nodeOf = new Uint32Array(ids.length);
    let nodes = 1;
    ids.forEach((id, i) => {
      let node = 0;
      for (const value of bytes[id]!) {
        // Tokens are sorted: only the last child can be shared.
        const last = lastChild[node]!;
        if (last !== 0 && byte[last] === value) {
          node = last;
          continue;
        }
        byte[nodes] = value;
        if (last === 0) firstChild[node] = nodes;
        else nextSibling[last] = nodes;
        lastChild[node] = nodes;
        node = nodes++;
      }
      nodeOf[i] = node;
    });
    this.firstChild = firstChild.slice(0, nodes);
    this.nextSibling = nextSibling.slice(0, nodes);
    this.byte = byte.slice(0, nodes);
    // Nodes are numbered as sorted tokens reach them, so tokens in order are in order of their nodes.
    this.tokens = Uint32Array.from(ids);
    this.tokenOffsets = new Uint32Array(nodes + 1);
    for (const node of nodeOf) this.tokenOffsets[node + 1]!++;
    for (let node = 0; node < nodes; node++) this.tokenOffsets[node + 1]! += this.tokenOffsets[node]!;
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
