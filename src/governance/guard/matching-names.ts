/** The names that a pattern of `*` and `?` stands for, as a program is given them. */
import fastGlob from 'fast-glob';

/**
 * Sorted by code unit; each begins with `/`, `./` or `../`, so that none can be taken for an
 * option. Hidden names match only where the pattern has their dot.
 * @param folder absolute.
 */
export function matchingNames(folder: string, pattern: string): readonly string[] {
  const parts = partsOf(pattern);
  return fastGlob
    .sync(pattern, {
      cwd: folder,
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
