/** Whether an absolute path is a folder or below it. Both are normalised. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}
