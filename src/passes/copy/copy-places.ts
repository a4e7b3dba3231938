/**
 * Which folders a pass needs in its copy: its project, and the folder of each glob of its scope.
 */
import type { Unit } from '../../governance/unit.js';
import { lstatSync } from '../../kernel/files.js';
import { within } from '../../workspace/root-descriptor.js';

/** None is inside another. A glob that leads through a link or a file has none. */
export function copyPlaces(
  root: string,
  {
    project,
    unit,
    writes,
  }: {
    readonly project: string | undefined;
    readonly unit?: Pick<Unit, 'folder'> | undefined;
    readonly writes: readonly string[];
  },
): readonly string[] {
  const folders = [
    ...(project === undefined ? [] : [unit?.folder ?? `PROJECTS/${project}`]),
    ...writes.filter((glob) => !glob.startsWith('!')).map(folderOf),
  ].filter((folder) => isReachable(root, folder));
  const distinct = [...new Set(folders)];
  return distinct.filter(
    (folder) =>
      !distinct.some(
        (other) => other !== folder && (other === '' || folder.startsWith(`${other}/`)),
      ),
  );
}

function folderOf(glob: string): string {
  const parts = glob.split('/');
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@|\\]/.test(part));
  return parts.slice(0, wild === -1 ? -1 : wild).join('/');
}

function isReachable(root: string, folder: string): boolean {
  if (folder === '') return true;
  const parts = folder.split('/');
  return parts.every((part, i) => {
    if (part === '..' || part === '.nocturne' || part === '.git') return false;
    const seen = lstatSync(within(root, parts.slice(0, i + 1).join('/')), {
      throwIfNoEntry: false,
    });
    return seen === undefined || seen.isDirectory();
  });
}
