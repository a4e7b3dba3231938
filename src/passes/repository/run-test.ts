/**
 * The owner's own test of a repository, in a fresh copy that is dropped afterwards, inside a
 * sandbox without a network.
 */
import { join } from 'node:path';
import type { SandboxInForce } from '../../agents/sandbox.js';
import { lastSaid } from '../../governance/last-words.js';
import { runCommand } from '../../governance/conditions/run-programs.js';
import type { AssertionResult } from '../../governance/types.js';
import type { Workspace } from '../../workspace/types.js';
import { makeCopy, removeCopy } from '../copy/make-copy.js';
import { inDroppedCopy } from '../copy/dropped-copy.js';
import type { PassCopy } from '../copy/pass-copy.js';
import { shownFolders } from './clone-for-attempt.js';
import { openOrigin } from './origin.js';
import type { Repository } from './repository-record.js';

const LIMIT_MS = 30 * 60_000;

export type Tested = {
  readonly workspace: Workspace;
  readonly sandbox: SandboxInForce;
  readonly signal: AbortSignal;
  readonly runId: string;
  readonly repository: Repository;
  /** Writes the files of the repository into a folder. */
  readonly into: (folder: string) => void;
};

/** `undefined`: the owner named no test. */
export async function runTest(tested: Tested): Promise<AssertionResult | undefined> {
  const { workspace, sandbox, signal, runId, repository } = tested;
  const { project, test } = repository;
  if (test.length === 0) return undefined;
  const assertion = `test: ${test.join(' ')}`;
  const result = (holds: boolean, found: string): AssertionResult => ({
    assertion,
    holds,
    expected: 'exit 0',
    found,
    distance: holds ? 0 : 1,
  });
  if (sandbox.kind !== 'on') return result(false, 'tests run only in a sandbox, and there is none');
  const { root } = workspace;
  const folder = join(workspace.state, 'copies', `${runId}.test`);
  const copy = testCopy(tested, folder);
  try {
    const ended = await runCommand({
      argv: test,
      cwd: join(root, `PROJECTS/${project}/repo`),
      timeoutMs: LIMIT_MS,
      signal,
      wrap: inDroppedCopy(workspace, sandbox, copy),
    });
    if (ended.kind === 'failed') return result(false, ended.why);
    const last = lastSaid(ended, root);
    return result(
      ended.exit === 0,
      `exit ${ended.exit ?? 'by a signal'}${last === '' ? '' : `: ${last}`}`,
    );
  } finally {
    removeCopy({ root, folder }, copy.made);
  }
}

function testCopy({ workspace: { root }, repository, into }: Tested, folder: string): PassCopy {
  const place = `PROJECTS/${repository.project}`;
  const path = `${place}/repo`;
  const copy = makeCopy({ root, folder, places: [place], files: [], mayWrite: () => false });
  into(join(folder, path));
  const origin = openOrigin(repository);
  const shown = shownFolders(join(folder, path), { path, origin, repository });
  return { ...copy, bound: [...copy.bound, ...shown] };
}
