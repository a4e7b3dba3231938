/**
 * The pass that an agent began by itself in a host's session: from then on the calls of that
 * session are judged as that pass's.
 */
import type { Workspace } from '../../workspace/types.js';
import { passAtWork, passOfSession, storedPass, storePass } from '../pass-file.js';
import type { Briefed, HostSession } from '../types.js';

/**
 * A token that was printed in a session says in which session the pass began. One that began
 * elsewhere, or for a process, is not touched.
 */
export function bindSession(
  workspace: Workspace,
  session: HostSession,
  printed: string,
): Briefed | undefined {
  const pass = waitingPass(workspace);
  if (
    pass === undefined ||
    pass.driver !== 'host' ||
    pass.session !== undefined ||
    !printed.includes(pass.token)
  )
    return undefined;
  const bound: Briefed = { ...pass, session };
  storePass(workspace.state, bound, { waiting: true });
  return bound;
}

/** The pass that has to be ended in this session, if one was begun in it. */
export function unendedPass(workspace: Workspace, session: HostSession): Briefed | undefined {
  return waitingPass(workspace) === undefined ? undefined : passOfSession(workspace.state, session);
}

function waitingPass({ state }: Workspace): Briefed | undefined {
  return storedPass(state)?.waiting === true ? passAtWork(state) : undefined;
}
