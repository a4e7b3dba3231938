/**
 * The pass that an agent began by itself in a host's session: from then on the calls of that
 * session are judged as that pass's.
 */
import type { Workspace } from '../../workspace/types.js';
import { passOfSession, storedPass, storePass } from '../pass-file.js';
import type { HostSession, PassData } from '../types.js';

/**
 * A token that was printed in a session says in which session the pass began. One that began
 * elsewhere, or for a process, is not touched.
 */
export function bindSession(
  workspace: Workspace,
  session: HostSession,
  printed: string,
): PassData | undefined {
  const stored = storedPass(workspace.state);
  if (
    stored === undefined ||
    !stored.waiting ||
    stored.data.driver !== 'host' ||
    stored.data.session !== undefined ||
    !printed.includes(stored.data.token)
  )
    return undefined;
  const data: PassData = { ...stored.data, session };
  storePass(workspace.state, data, true);
  return data;
}

/** The pass that has to be ended in this session, if one was begun in it. */
export function unendedPass(workspace: Workspace, session: HostSession): PassData | undefined {
  return storedPass(workspace.state)?.waiting === true
    ? passOfSession(workspace.state, session)
    : undefined;
}
