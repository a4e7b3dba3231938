/**
 * The commits that an agent made in its clone, brought into the origin as one ref of Nocturne's
 * own. HEAD, index and branches of the owner never move.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rmSync } from '../../kernel/files.js';
import { defined } from '../../kernel/defined.js';
import { NocturneError } from '../../kernel/error.js';
import { writeFileDurably } from '../../workspace/durable.js';
import { within } from '../../workspace/root-descriptor.js';
import { commitOf, objectsOfClone, refOf } from './git-clone.js';
import type { PassCopy } from './pass-copy.js';

const LIMIT_MS = 120_000;
const LARGEST = 1024 * 1024 * 1024;

/** `detail`: the ref, or why there is none. */
export type BroughtCommits = { readonly ok: boolean; readonly detail: string };

/**
 * `undefined` where the agent committed nothing. Safe to call again.
 * @param refused why they must not come home.
 */
export function bringCommitsHome(
  root: string,
  { runId, copy }: { readonly runId: string; readonly copy: PassCopy },
  refused?: string,
): BroughtCommits | undefined {
  const { clone } = copy;
  if (clone === undefined) return undefined;
  const origin = within(root, clone.path);
  const ref = refOf(runId);
  const commit = commitOf(join(copy.folder, clone.path));
  if (commit === undefined || commit === clone.base) {
    rmSync(join(origin, ref), { force: true });
    return undefined;
  }
  if (refused !== undefined) {
    rmSync(join(origin, ref), { force: true });
    return { ok: false, detail: refused };
  }
  try {
    fetchCommits(origin, { commit, base: clone.base, objects: objectsOfClone(copy, clone) });
    writeFileDurably(join(origin, ref), `${commit}\n`);
    return { ok: true, detail: ref };
  } catch (error) {
    // What an agent left in its repository never ends the judgement of its files.
    if (!(error instanceof NocturneError) || error.code !== 'RUN_FAILED') throw error;
    rmSync(join(origin, ref), { force: true });
    return { ok: false, detail: error.message };
  }
}

function fetchCommits(
  origin: string,
  from: { readonly commit: string; readonly base: string; readonly objects: string | undefined },
): void {
  const { commit, base, objects } = from;
  if (objects === undefined)
    throw new NocturneError('RUN_FAILED', 'the repository of the copy holds links');
  rmSync(join(objects, 'info'), { recursive: true, force: true });
  const pack = gitOnOrigin(origin, ['pack-objects', '--revs', '--stdout', '-q'], {
    input: `${commit}\n^${base}\n`,
    objects,
  });
  gitOnOrigin(origin, ['index-pack', '--stdin', '--strict', '--fix-thin'], { input: pack });
}

/** Only settings of this list: not those of the owner's machine, and nothing of the clone. */
const SETTINGS = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'gc.auto=0'];

/** Git on the repository of the owner, with the objects of a copy. */
export function gitOnOrigin(
  origin: string,
  args: readonly string[],
  { input, objects }: { readonly input: string | Buffer; readonly objects?: string },
): Buffer {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const { status, stdout, stderr } = spawnSync('git', [...settings, ...args], {
    cwd: origin,
    input,
    timeout: LIMIT_MS,
    maxBuffer: LARGEST,
    env: {
      PATH: process.env['PATH'],
      GIT_DIR: '.',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_NO_LAZY_FETCH: '1',
      GIT_TERMINAL_PROMPT: '0',
      ...defined({ GIT_ALTERNATE_OBJECT_DIRECTORIES: objects }),
    },
  });
  if (status === 0) return stdout;
  const why = stderr?.toString('utf8').trim().split('\n').at(-1) ?? 'git could not be started';
  throw new NocturneError('RUN_FAILED', `git ${args[0] ?? ''} failed: ${why}`);
}
