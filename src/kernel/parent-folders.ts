/** @returns the folders that hold a path, from the outermost inwards; empty at the root. */
export function parentFolders(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
