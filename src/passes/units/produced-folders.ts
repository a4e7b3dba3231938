/** The folders of what a unit produces: a program expects them, and a new project has none. */
import type { Unit } from '../../governance/unit.js';
import { lstatSync, mkdirSync } from '../../kernel/files.js';
import { isLiteral } from '../../kernel/glob.js';
import { parentFolders } from '../../kernel/parent-folders.js';
import { join } from 'node:path';
import { within } from '../../workspace/root-descriptor.js';
import { onFile } from '../../workspace/storage-error.js';
import { isInCopy, type PassCopy } from '../copy/pass-copy.js';

/** In its copy, if it has one. Nothing is made behind a link. */
export function makeProducedFolders(
  root: string,
  { produces }: Unit,
  copy: PassCopy | undefined,
): void {
  for (const path of produces)
    for (const folder of parentFolders(path)) {
      if (!isLiteral(folder) || (copy !== undefined && !isInCopy(copy, path))) break;
      const place = copy === undefined ? within(root, folder) : join(copy.folder, folder);
      const found = lstatSync(place, { throwIfNoEntry: false });
      if (found === undefined) onFile(place, 'create', () => mkdirSync(place));
      else if (!found.isDirectory()) break;
    }
}
