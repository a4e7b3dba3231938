/** What a crash has left of a commit is finished or discarded, before anybody reads. */
import { recover } from '../workspace/recover.js';
import { clearStorePlace } from '../workspace/restore-store.js';
import type { Workspace } from '../workspace/types.js';
import { storedPasses } from './pass-file.js';

/** Cheap if there is nothing to do. @throws NocturneError as `recover`. */
export function recoverWorkspace({ root, state }: Workspace): void {
  // An agent of a pass that crashed may have put a link or a file in the place of the store.
  if (storedPasses(state).length > 0) clearStorePlace(root);
  recover(root, state);
}
