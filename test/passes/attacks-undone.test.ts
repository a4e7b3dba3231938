/**
 * The table of attacks, really carried out by a program that asks nobody: what is out of bounds is
 * undone after it, and nothing is lost silently.
 */
import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import type { Action } from '../../src/governance/types.js';
import { globMatches } from '../../src/kernel/glob.js';
import { baselineOf } from '../../src/passes/reconcile/baseline.js';
import { reconcile } from '../../src/passes/reconcile/reconcile.js';
import { routeOf } from '../../src/registry/route.js';
import type { Schema } from '../../src/registry/types.js';
import { openCommitRecord } from '../../src/workspace/commit-record.js';
import { walk } from '../../src/workspace/walk.js';
import { type Attack, attacksIn } from '../support/attacks.js';
import { livePass } from '../support/live-pass.js';

t.setTimeout(600_000);

/**
 * Only the workspace can be written, there is no network, and nothing is left running: an attack
 * reaches nothing of this machine.
 */
async function inBox(root: string, cwd: string, argv: readonly string[]): Promise<void> {
  const box = [
    '--ro-bind',
    '/',
    '/',
    '--tmpfs',
    '/tmp',
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--bind',
    root,
    root,
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--chdir',
    cwd,
    '--setenv',
    'HOME',
    '/tmp',
  ];
  const { code, signal, timedOut } = await execa(
    'bwrap',
    [...box, 'timeout', '-k', '1', '5', ...argv],
    { input: '', timeout: 60_000, maxBuffer: 1 << 26, reject: false },
  );
  if (code !== undefined && code !== 'E2BIG')
    throw new Error(`the box could not be opened: ${code}`);
  if (timedOut || signal !== undefined) throw new Error(`the box was ended by ${signal}`);
}

/** The interpreter itself: on some machines `python3` is a script that looks for it, at each start. */
const PYTHON = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).stdout.trim();

/**
 * A program's own way to do it, links followed, nothing asked. `undefined` for what no program can
 * try.
 */
function program(action: Action): readonly string[] | undefined {
  const { kind, path, to, content, command, argv } = action;
  if (kind === 'exec')
    return command === undefined
      ? argv
      : /[\0]|.{100000}/s.test(command)
        ? undefined
        : ['bash', '-c', command];
  if (kind === 'send' || path === undefined || path.includes('\0')) return undefined;
  const data = Buffer.from(content ?? 'text\n').toString('base64');
  const script: Readonly<Record<string, string>> = {
    write:
      'os.makedirs(os.path.dirname(p) or ".", exist_ok=True); open(p, "wb").write(base64.b64decode(d))',
    edit: 'open(p, "wb").write(base64.b64decode(d))',
    append: 'open(p, "ab").write(base64.b64decode(d))',
    delete: 'shutil.rmtree(p) if os.path.isdir(p) and not os.path.islink(p) else os.remove(p)',
    rename: 'os.rename(p, q)',
  };
  return [
    PYTHON,
    '-c',
    `import base64, os, shutil, sys\np, q, d = sys.argv[1:4]\n${script[kind] ?? ''}`,
    path,
    to ?? '',
    data,
  ];
}

/** Path to what stands there: kind, mode and content. */
function tree(root: string): ReadonlyMap<string, string> {
  return new Map(
    [...walk(root).values()].map((entry) => {
      const path = join(root, entry.path);
      return [
        entry.path,
        entry.kind === 'symlink'
          ? `link ${readlinkSync(path)}`
          : `${(lstatSync(path).mode & 0o7777).toString(8)} ${readFileSync(path).toString('base64')}`,
      ];
    }),
  );
}

const boxed = spawnSync('bwrap', ['--version']).error === undefined;

/** So many boxes at a time: opening and closing one is for the most part waiting for the kernel. */
const LANES = 8;

t.test(
  'whatever is tried, everything out of bounds is as it was, and what was undone is kept and named',
  { skip: !boxed && 'bubblewrap is not installed' },
  async (t) => {
    const folder = t.testdir();
    const counts = { tried: 0, undid: 0 };
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        const place = join(folder, `${lane}`);
        const attacks = Object.values(attacksIn(join(place, 'workspace'))).flat();
        for (let i = lane; i < attacks.length; i += LANES) {
          const attack = attacks[i];
          if (attack !== undefined) await tryOne(t, place, attack, counts);
        }
      }),
    );
    t.ok(counts.tried >= 120, `${counts.tried} attacks were carried out`);
    t.ok(counts.undid >= 120, `${counts.undid} changes were undone`);
  },
);

/** In a workspace of its own at `place`. */
async function tryOne(
  t: Test,
  place: string,
  [sentence, action, , about]: Attack,
  counts: { tried: number; undid: number },
): Promise<void> {
  const argv = program(action);
  if (argv === undefined || about?.authority?.kind === 'reader') return;
  rmSync(place, { recursive: true, force: true });
  const { root, workspace, data } = livePass(
    place,
    about?.authority?.kind === 'pass' ? { authority: about.authority } : {},
  );
  const before = tree(root);
  const { schema } = workspace.snapshot();
  const baseline = baselineOf(workspace, workspace.snapshot());
  openCommitRecord(workspace.state, data.runId);
  await inBox(root, join(root, about?.cwd ?? ''), argv);
  const after = tree(root);
  const { undone, unattributed } = reconcile(workspace, { ...data, baseline });
  const stays = new Set(unattributed.map(({ path }) => path));
  const now = tree(root);
  counts.tried += 1;
  counts.undid += undone.length;
  for (const path of new Set([...before.keys(), ...now.keys()]))
    if (stays.has(path)) {
      t.notOk(isProtected(schema, path), `${sentence}: nothing protects ${path}, so it stays`);
      const kept = join(root, '.nocturne/kept', data.runId, path);
      if (before.has(path))
        t.equal(
          readFileSync(kept).toString('base64'),
          before.get(path)?.split(' ')[1],
          `${sentence}: the earlier version of ${path} is kept`,
        );
    } else if (outOfBounds(path, data.writes, before))
      t.equal(now.get(path), before.get(path), `${sentence}: ${path} is as it was`);
  for (const path of after.keys()) {
    if (
      after.get(path) === now.get(path) ||
      after.get(path)?.startsWith('link ') ||
      after.get(path)?.split(' ')[1] === now.get(path)?.split(' ')[1]
    )
      continue;
    const kept = undone.find((one) => one.path === path)?.kept;
    t.equal(
      kept === undefined ? undefined : readFileSync(join(root, kept)).toString('base64'),
      after.get(path)?.split(' ')[1],
      `${sentence}: the version of ${path} that was undone is kept`,
    );
  }
}

/** No pass writes it, whatever its scope is. */
function isProtected(schema: Schema, path: string): boolean {
  const { tier, bundles } = routeOf(schema, path);
  return tier !== 'STANDARD' || bundles.length > 0 || path.endsWith('/outputs/old.md');
}

/** Outside the scope, or an output of the phase before. */
function outOfBounds(
  path: string,
  writes: readonly string[],
  before: ReadonlyMap<string, string>,
): boolean {
  if (path.endsWith('/old.md')) return true;
  return (
    !writes.some((glob) => globMatches(glob, path)) ||
    (before.get(path)?.startsWith('link ') ?? false) ||
    path === 'journal.md'
  );
}
