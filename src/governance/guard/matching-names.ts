/** The names that a pattern of `*` and `?` stands for, as a program is given them. */
import fastGlob from 'fast-glob';

/**
 * Sorted by code unit; each begins with `/`, `./` or `../`, so that none can be taken for an
 * option. Hidden names match only where the pattern has their dot.
 * @param folder absolute.
 */
export function matchingNames(folder: string, pattern: string): readonly string[] {
  return fastGlob
    .sync(pattern, {
      cwd: folder,
      onlyFiles: false,
      dot: false,
      extglob: false,
      braceExpansion: false,
      globstar: false,
      followSymbolicLinks: false,
      suppressErrors: true,
    })
    .map((name) => (/^(?:\/|\.\.?\/)/.test(name) ? name : `./${name}`))
    .sort();
}
