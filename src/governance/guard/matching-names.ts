/** The names that a pattern of `*` and `?` stands for, as a program is given them. */
import fastGlob from 'fast-glob';
import { lstatSync, readdirSync, statSync } from '../../kernel/files.js';

/**
 * Sorted by code unit; each begins with `/`, `./` or `../`, so that none can be taken for an
 * option. Hidden names match only where the pattern has their dot.
 * @param folder absolute.
 * @param place where on the disk an absolute path is.
 */
export function matchingNames(
  folder: string,
  pattern: string,
  place: (path: string) => string = (path) => path,
): readonly string[] {
  const parts = partsOf(pattern);
  return fastGlob
    .sync(pattern, {
      cwd: folder,
      fs: {
        lstatSync: (path: string) => lstatSync(place(path)),
        statSync: (path: string) => statSync(place(path)),
        readdirSync: ((path: string) =>
          readdirSync(place(path), {
            withFileTypes: true,
          })) as unknown as fastGlob.FileSystemAdapter['readdirSync'],
      },
      onlyFiles: false,
      dot: true,
      extglob: false,
      braceExpansion: false,
      globstar: false,
      followSymbolicLinks: false,
      suppressErrors: true,
    })
    .filter((name) =>
      partsOf(name).every((part, i) => !part.startsWith('.') || parts[i]?.startsWith('.') === true),
    )
    .map((name) => (/^(?:\/|\.\.?\/)/.test(name) ? name : `./${name}`))
    .sort();
}

function partsOf(path: string): readonly string[] {
  return path.replace(/^\.\//, '').split('/');
}
