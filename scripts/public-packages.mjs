// The packages that are published, and their builds.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders of the packages that are published. */
export function publicPackages() {
  const folders = [...readdirSync(join(root, 'packages')).map((name) => join('packages', name)), 'eval', 'cli'];
  return folders.filter((folder) => {
    const manifest = join(root, folder, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).private !== true;
  });
}

/** Removes what earlier builds left in `dist` of sources that are gone: it would be packed and bundled. */
export function removeStale() {
  for (const folder of publicPackages()) {
    const dist = join(root, folder, 'dist');
    if (!existsSync(dist)) continue;
    for (const name of readdirSync(dist, { recursive: true })) {
      const source = join(root, folder, 'src', name.replace(/(\.d)?\.(js|ts)(\.map)?$/, '.ts'));
      if (/\.(js|ts|map)$/.test(name) && !existsSync(source)) rmSync(join(dist, name));
    }
  }
}
