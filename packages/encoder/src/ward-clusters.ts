/**
 * Agglomerative clusters by Ward's criterion from distances alone, at most so many: the nearest-neighbor chain
 * (Murtagh 1983) with the Lance-Williams update, cut as SciPy's `fcluster(linkage(d, 'ward'), n, 'maxclust')` cuts.
 * O(count^2).
 *
 * @param distances [count x count], symmetric; overwritten
 * @returns [count]: the cluster of each item, numbered by first item; merges of equal height are made together, so
 * there may be fewer clusters than `most`
 */
export function wardClusters(distances: Float64Array, count: number, most: number): Uint32Array {
  const parents = Uint32Array.from({ length: count }, (_, item) => item);
  const merges = wardMerges(distances, count).sort((x, y) => x.height - y.height);
  const wanted = count - Math.max(1, most);
  const height = wanted > 0 ? merges[wanted - 1]!.height : -Infinity;
  for (const merge of merges) {
    if (merge.height > height) break;
    parents[rootOf(parents, merge.a)] = rootOf(parents, merge.b);
  }
  return numberedByFirst(parents);
}

interface Merge {
  /** An item of either side. */
  readonly a: number;
  readonly b: number;
  readonly height: number;
}

/** All `count - 1` merges, in the order in which the chain finds them. */
function wardMerges(distances: Float64Array, count: number): Merge[] {
  const sizes = new Float64Array(count).fill(1);
  const merges: Merge[] = [];
  const chain: number[] = [];
  let lowest = 0;
  while (merges.length < count - 1) {
    while (sizes[lowest] === 0) lowest += 1;
    if (chain.length === 0) chain.push(lowest);
    let last: number;
    let nearest: number;
    let height: number;
    for (;;) {
      last = chain[chain.length - 1]!;
      // The one it came from wins a tie: otherwise the chain could go round for ever.
      nearest = chain.length > 1 ? chain[chain.length - 2]! : -1;
      height = nearest < 0 ? Infinity : distances[last * count + nearest]!;
      for (let item = 0; item < count; item += 1) {
        if (sizes[item] === 0 || item === last || !(distances[last * count + item]! < height)) continue;
        height = distances[last * count + item]!;
        nearest = item;
      }
      if (chain.length > 1 && nearest === chain[chain.length - 2]) break;
      chain.push(nearest);
    }
    chain.length -= 2;
    merges.push({ a: last, b: nearest, height });
    join(distances, count, sizes, last, nearest, height);
  }
  return merges;
}

/** The union takes the place of `b`; `a` is gone. */
function join(distances: Float64Array, count: number, sizes: Float64Array, a: number, b: number, height: number): void {
  const [sizeA, sizeB] = [sizes[a]!, sizes[b]!];
  sizes[a] = 0;
  sizes[b] = sizeA + sizeB;
  for (let item = 0; item < count; item += 1) {
    const size = sizes[item]!;
    if (size === 0 || item === b) continue;
    const toA = distances[a * count + item]!;
    const toB = distances[b * count + item]!;
    const square =
      ((size + sizeA) * toA * toA + (size + sizeB) * toB * toB - size * height * height) / (size + sizeA + sizeB);
    const distance = Math.sqrt(Math.max(0, square));
    distances[b * count + item] = distance;
    distances[item * count + b] = distance;
  }
}

function rootOf(parents: Uint32Array, item: number): number {
  let root = item;
  while (parents[root] !== root) root = parents[root]!;
  return root;
}

function numberedByFirst(parents: Uint32Array): Uint32Array {
  const numbers = new Map<number, number>();
  return parents.map((_, item) => {
    const root = rootOf(parents, item);
    let number = numbers.get(root);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(root, number);
    }
    return number;
  });
}
