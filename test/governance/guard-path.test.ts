import { existsSync, realpathSync } from 'node:fs';
import { join, posix } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { skeleton } from '../../src/governance/guard/look-alike.js';
import { resolveTarget, type PathWorld } from '../../src/governance/guard/path.js';
import { diskProbe, noProbe } from '../../src/governance/guard/probe.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { makeWorkspace } from '../support/guard-workspace.js';

const root = makeWorkspace(t.testdir({}));
const { files } = openSnapshot(root, { now: new Date(0) });
const world: PathWorld = { root, files, probe: diskProbe, home: undefined };
const code = (given: string, options?: Parameters<typeof resolveTarget>[2]): string | undefined =>
  resolveTarget(world, given, options).reasons[0]?.code;

/** The deepest part of it that exists is where its name says. */
function throughNoLink(path: string): boolean {
  for (let part = path; part !== '.'; part = posix.dirname(part))
    if (existsSync(join(root, part)))
      return realpathSync(join(root, part)) === join(realpathSync(root), part);
  return true;
}

t.test(
  'a path without a reason against it means the same file to the guard and to the system',
  async (t) => {
    const part = fc.constantFrom(
      '.',
      '..',
      '',
      'PROJECTS',
      'inventory',
      'outputs',
      'draft.md',
      'away',
      'theirs',
      'new',
      'SOUL.md',
      'soul.md',
      '.git',
      'a b',
      '%2e%2e',
      '\u2024\u2024',
    );
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (parts, absolute) => {
          const given = absolute ? `${root}/${parts.join('/')}` : parts.join('/');
          const { path, reasons } = resolveTarget(world, given);
          if (reasons.length > 0 || path === undefined) return reasons.length > 0;
          accepted += 1;
          return (
            posix.resolve(root, given) === join(root, path) &&
            posix.normalize(path) === path &&
            !path.startsWith('..') &&
            !path.includes('.git') &&
            throughNoLink(path)
          );
        },
      ),
      { numRuns: 3000, seed: 1 },
    );
    t.ok(accepted > 100, `${accepted} were accepted`);
  },
);

t.test('any text gives a path or a reason, never an exception', async () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...'/.~%\\:\0\n aé∕․') }),
      ),
      (given) => {
        const { path, reasons } = resolveTarget(world, given);
        return path !== undefined || reasons.length > 0;
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('relative paths start where they are said to start', async (t) => {
  t.equal(
    resolveTarget(world, 'draft.md', { from: 'PROJECTS/inventory/outputs' }).path,
    'PROJECTS/inventory/outputs/draft.md',
  );
  t.equal(
    resolveTarget(world, '../../../SOUL.md', { from: 'PROJECTS/inventory/outputs' }).path,
    'SOUL.md',
  );
  t.equal(code('../../../../x', { from: 'PROJECTS/inventory/outputs' }), 'path-outside');
});

t.test('the snapshot alone is enough when the disk may not be asked', async (t) => {
  const blind: PathWorld = { ...world, probe: noProbe };
  const first = (given: string): string | undefined => resolveTarget(blind, given).reasons[0]?.code;
  t.equal(first('PROJECTS/inventory/outputs/soul-link.md'), 'path-symlink');
  t.equal(first('PROJECTS/inventory/outputs/away/x.md'), 'path-symlink');
  t.equal(first('PROJECTS/inventory/outputs/hard.md'), 'path-hard-link');
  t.equal(first('PROJECTS/inventory'), 'path-invalid');
  t.equal(first('PROJECTS/inventory/outputs/new.md'), undefined);
});

t.test('what may be removed, moved or be a folder is judged as that', async (t) => {
  const link = 'PROJECTS/inventory/outputs/soul-link.md';
  t.equal(code(link, { use: 'remove' }), undefined);
  t.equal(code(link, { use: 'move' }), 'path-symlink');
  t.equal(code('PROJECTS/inventory', { use: 'folder' }), undefined);
  t.equal(code('SOUL.md', { use: 'folder' }), 'path-invalid');
  t.equal(code('.', { use: 'folder' }), undefined);
});

t.test('the state directory is reserved also when it stands inside the workspace', async (t) => {
  const inside: PathWorld = { ...world, home: `${root}/state` };
  t.equal(resolveTarget(inside, 'state/keys/owner.key').reasons[0]?.code, 'path-reserved');
  t.equal(resolveTarget(inside, 'state-2/x.md').reasons.length, 0);
});

t.test('a path stays printable in a reason', async (t) => {
  const { reasons } = resolveTarget(world, `a\u001b[31m\u202e${'x'.repeat(400)}`);
  for (const { message } of reasons) t.notMatch(message, /[\u001b\u202e]|x{200}/);
});

t.test(
  'skeletons: what looks the same has the same one, what is spelt differently has not',
  async (t) => {
    for (const [a, b] of [
      ['SOUL.md', 'soul.md'],
      ['SOUL.md', 'ЅОUL.md'],
      ['SOUL.md', '𝐒𝐎𝐔𝐋.md'],
      ['SOUL.md', 'SO\u2060UL.md'],
      ['file.md', 'ﬁle.md'],
      ['straße.md', 'STRASSE.md'],
      ['İx', 'ix'],
      ['a-b.md', 'a–b.md'],
    ] as const)
      t.equal(skeleton(a), skeleton(b), `${a} ${b}`);
    for (const [a, b] of [
      ['draft-1.md', 'draft-2.md'],
      ['résumé.md', 'resume.md'],
      ['отчёт.md', 'отчет.md'],
      ['a_b', 'a-b'],
    ] as const)
      t.not(skeleton(a), skeleton(b), `${a} ${b}`);
  },
);
