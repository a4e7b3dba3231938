/**
 * The pass that an agent began by itself in a host's session: from then on the calls of that
 * session are judged as that pass's.
 */
import type { Workspace } from '../../workspace/types.js';
import { isBriefed, passOfSession, storedPasses, storePass } from '../pass-file.js';
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
  const pass = waitingPasses(workspace).find(
    ({ driver, session: former, token }) =>
      driver === 'host' && former === undefined && printed.includes(token),
  );
  if (pass === undefined) return undefined;
  const bound: Briefed = { ...pass, session };
  storePass(workspace.state, bound, { waiting: true });
  return bound;
}

/** The pass that has to be ended in this session, if one was begun in it. */
export function unendedPass(workspace: Workspace, session: HostSession): Briefed | undefined {
  const pass = passOfSession(workspace.state, session);
  return waitingPasses(workspace).find(({ runId }) => runId === pass?.runId);
}

function waitingPasses({ state }: Workspace): readonly Briefed[] {
  return storedPasses(state).flatMap(({ waiting, data }) =>
    waiting && isBriefed(data) ? [data] : [],
  );
}
