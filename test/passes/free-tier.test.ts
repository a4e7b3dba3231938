/**
 * What the owner marks as FREE in R3 is left alone: no pass writes it, nothing judges it, and what
 * changes there during a pass stays and is in no report.
 */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { decide } from '../../src/governance/guard/decide.js';
import type { Action, Authority } from '../../src/governance/types.js';
import { isKnowledge } from '../../src/modules/knowledge/store/index-files.js';
import { baselineOf } from '../../src/passes/reconcile/baseline.js';
import { reconcile } from '../../src/passes/reconcile/reconcile.js';
import { loadSchema } from '../../src/registry/load-schema.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { openCommitRecord } from '../../src/workspace/commit-record.js';
import type { Workspace } from '../../src/workspace/types.js';
import { worker } from '../support/guard-workspace.js';
import { type LivePass, livePass } from '../support/live-pass.js';

const ROWS = [
  '| `notes/**` | FREE | - | mine |',
  '| `notes/board.md` | STANDARD | - | but this is for passes |',
  '| `notes/plan.md` | PROTECTED | - | and this is signed |',
  '| `.obsidian/**` | FREE | - | - |',
];
/** Everything is in its scope, so that only the tier decides. */
const everywhere = { ...worker, writes: ['**'] };

/** @param directory an empty folder. */
function place(directory: string): LivePass {
  const pass = livePass(directory, { authority: everywhere });
  addRoutes(pass.root, ROWS);
  put(pass.root, 'notes/diary.md', '# Diary\n\nSee [nothing](nowhere.md).\n');
  put(pass.root, 'notes/board.md', '# Board\n');
  put(pass.root, 'notes/plan.md', '# Plan\n');
  return pass;
}

function addRoutes(root: string, rows: readonly string[]): void {
  const registry = join(root, 'REGISTRY.md');
  const text = readFileSync(registry, 'utf8');
  writeFileSync(
    registry,
    text.replace('| `SOUL.md` | PROTECTED', `${rows.join('\n')}\n| \`SOUL.md\` | PROTECTED`),
  );
}

function put(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const GUEST: Authority = { kind: 'guest', name: 'claude-code' };
const TABLE: readonly (readonly [Action, Authority, code: string])[] = [
  [{ kind: 'write', path: 'notes/new.md', content: 'x\n' }, everywhere, 'tier-free'],
  [{ kind: 'write', path: 'notes/a/b/new.md', content: 'x\n' }, everywhere, 'tier-free'],
  [{ kind: 'edit', path: 'notes/diary.md', content: 'x\n' }, everywhere, 'tier-free'],
  [{ kind: 'append', path: 'notes/diary.md', content: 'x\n' }, everywhere, 'tier-free'],
  [{ kind: 'delete', path: 'notes/diary.md' }, everywhere, 'tier-free'],
  [{ kind: 'rename', path: 'notes/diary.md', to: 'journal/x.md' }, everywhere, 'tier-free'],
  [{ kind: 'rename', path: 'notes/board.md', to: 'notes/x.md' }, everywhere, 'tier-free'],
  [{ kind: 'write', path: '.obsidian/app.json', content: '{}\n' }, everywhere, 'tier-free'],
  [{ kind: 'edit', path: 'notes/board.md', content: '# Our board\n' }, everywhere, 'allowed'],
  [{ kind: 'edit', path: 'notes/plan.md', content: 'x\n' }, everywhere, 'tier-protected'],
  [{ kind: 'read', path: 'notes/diary.md' }, everywhere, 'allowed'],
  [{ kind: 'edit', path: 'notes/diary.md', content: 'x\n' }, GUEST, 'allowed'],
  [{ kind: 'edit', path: 'notes/diary.md', content: 'x\n' }, { kind: 'owner' }, 'allowed'],
];

t.test('no pass writes there, and the most specific row of R3 decides what is there', async (t) => {
  const { workspace } = place(t.testdir());
  const snapshot = workspace.snapshot();
  for (const [action, authority, code] of TABLE) {
    const { verdict, reasons } = decide(snapshot, authority, action);
    const sentence = `${authority.kind}: ${action.kind} ${action.path ?? ''}`;
    if (code === 'allowed') t.equal(verdict, 'allow', sentence);
    else
      t.ok(
        verdict === 'deny' && reasons.some((reason) => reason.code === code),
        `${sentence}: ${verdict} ${JSON.stringify(reasons)}`,
      );
  }
});

t.test('what changes there during a pass stays, and is in no result of it', async (t) => {
  const pass = place(t.testdir());
  const { root, workspace } = pass;
  const baseline = baselineOf(workspace, workspace.snapshot());
  put(root, 'notes/diary.md', 'rewritten\n');
  put(root, 'notes/new.md', 'new\n');
  put(root, '.obsidian/workspace.json', '{"open": true}\n');
  put(root, 'notes/plan.md', '# Another plan\n');
  put(root, 'notes/board.md', '# Our board\n');
  const result = settled(workspace, pass, baseline);
  t.same(
    result.undone.map(({ path, code }) => [path, code]),
    [['notes/plan.md', 'tier-protected']],
  );
  t.same(
    result.accepted.map(({ path }) => path),
    ['notes/board.md'],
  );
  t.equal(readFileSync(join(root, 'notes/diary.md'), 'utf8'), 'rewritten\n');
  t.equal(readFileSync(join(root, '.obsidian/workspace.json'), 'utf8'), '{"open": true}\n');
  rmSync(join(root, 'notes'), { recursive: true });
  t.match(settled(workspace, pass, baseline).undone, [{ path: 'notes/plan.md' }]);
});

t.test('so do its folders: gone, new, or with other permissions', async (t) => {
  const pass = place(t.testdir());
  const { root, workspace } = pass;
  put(root, 'notes/old/a.md', 'x\n');
  put(root, '.obsidian/plugins/a.json', '{}\n');
  put(root, 'docs/a.md', 'x\n');
  chmodSync(join(root, '.obsidian'), 0o755);
  const baseline = baselineOf(workspace, workspace.snapshot());
  rmSync(join(root, 'notes/old'), { recursive: true });
  chmodSync(join(root, '.obsidian'), 0o711);
  chmodSync(join(root, 'docs'), 0o711);
  t.same(
    settled(workspace, pass, baseline).undone.map(({ path }) => path),
    ['docs/'],
  );
  t.notOk(existsSync(join(root, 'notes/old')));
  t.equal(statSync(join(root, '.obsidian')).mode & 0o777, 0o711);
});

t.test('an agent that makes a folder FREE does not get away with it', async (t) => {
  const pass = place(t.testdir());
  const { root, workspace } = pass;
  const baseline = baselineOf(workspace, workspace.snapshot());
  addRoutes(root, ['| `docs/**` | FREE | - | - |', '| `src/**` | FREE | - | - |']);
  put(root, 'src/evil.ts', 'export {};\n');
  t.same(
    settled(workspace, pass, baseline).undone.map(({ path }) => path),
    ['REGISTRY.md', 'src/evil.ts'],
  );
});

function settled(
  workspace: Workspace,
  { data }: LivePass,
  baseline: ReturnType<typeof baselineOf>,
): ReturnType<typeof reconcile> {
  openCommitRecord(workspace.state, data.runId);
  return reconcile(workspace, { ...data, baseline });
}

t.test('it is not validated unless its owner asks, and it is searched', async (t) => {
  const { root, workspace } = place(t.testdir());
  appendFileSync(join(root, 'notes/diary.md'), 'AWS_SECRET_ACCESS_KEY = see the vault\n');
  const snapshot = workspace.snapshot();
  const diary = (found: readonly { readonly range: { readonly file: string } }[]): number =>
    found.filter(({ range }) => range.file === 'notes/diary.md').length;
  t.equal(diary(await validateSnapshot(snapshot)), 0);
  t.ok(diary(await validateSnapshot(snapshot, { asked: new Set(['notes/diary.md']) })) > 0);
  const entry = snapshot.files.get('notes/diary.md');
  t.ok(entry !== undefined && isKnowledge(snapshot, entry));
});

t.test('nothing there is a record', async (t) => {
  const { root, workspace } = place(t.testdir());
  addRoutes(root, ['| `PROJECTS/other/**` | FREE | - | - |']);
  const snapshot = workspace.snapshot();
  const [object] = snapshot.objectsOf('PROJECTS/inventory/LONGRUNNER.md');
  t.ok(object !== undefined);
  t.notOk(
    snapshot.filesOf(object?.object ?? '').some((path) => path.startsWith('PROJECTS/other/')),
    'a more specific pattern than that of its object',
  );
});

t.test('a registry cannot make FREE what it keeps records in, or give it to bundles', async (t) => {
  const shipped = readFileSync(join(import.meta.dirname, '../../../REGISTRY.md'), 'utf8');
  const cases: readonly (readonly [row: string, says: RegExp])[] = [
    ['| `notes/**` | FREE | pass_record | - |', /notes\/\*\* is FREE and names bundles/],
    ['| `PROJECTS/*/PHASES.md` | FREE | - | - |', /PHASES\.md has to be APPEND or/],
    ['| `SOUL.md` | FREE | - | - |', /SOUL\.md has to be PROTECTED/],
  ];
  for (const [row, says] of cases) {
    const [, pattern = ''] = row.split('|');
    const others = shipped
      .split('\n')
      .filter((line) => !(line.startsWith(`|${pattern}|`) && / (PROTECTED|CODE) /.test(line)));
    const text = others.join('\n').replace('| `orchestration-os/**` | PROTECTED', `${row}\n$&`);
    t.match(
      loadSchema(text).diagnostics.map(({ message }) => message),
      [says],
      row,
    );
  }
});
