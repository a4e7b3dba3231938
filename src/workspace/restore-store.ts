/** Brings Nocturne's own folder back after an agent has deleted or replaced it. */
import { lstatSync, type Stats } from '../kernel/files.js';
import { removeIfThere } from './durable.js';
import { storeDirectory } from './mutex.js';
import { repairObjects } from './object-replicas.js';
import { within } from './root-descriptor.js';

/** `isLost`: the whole folder was gone, and with it the lock of the running passes. */
export type RestoredStore = { readonly isLost: boolean; readonly why: string };

/** Contents come from their replicas. @returns `undefined` if nothing was missing. */
export function restoreStore(place: {
  readonly root: string;
  readonly state: string;
}): RestoredStore | undefined {
  const stat = lstatSync(within(place.root, '.nocturne'), { throwIfNoEntry: false });
  clearStorePlace(place.root);
  storeDirectory(place.root);
  const repaired = repairObjects(place);
  const contents = `${repaired} stored contents were restored from their replicas`;
  if (stat?.isDirectory() === true)
    return repaired === 0 ? undefined : { isLost: false, why: contents };
  return { isLost: true, why: `${whatHappened(stat)}; ${contents}` };
}

/** Removes a link or a file that is where the folder belongs. */
export function clearStorePlace(root: string): void {
  const path = within(root, '.nocturne');
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat !== undefined && !stat.isDirectory()) removeIfThere(path);
}

function whatHappened(stat: Stats | undefined): string {
  if (stat === undefined) return 'the folder was deleted';
  return `the folder was replaced by ${stat.isSymbolicLink() ? 'a link' : 'a file'}`;
}
