/** What was in a folder before Nocturne is proposed as FREE, one row of R3 for each folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadSchema } from '../../src/registry/load-schema.js';
import { routeOf } from '../../src/registry/route.js';
import { existingFiles } from '../../src/setup/existing-files.js';
import { proposeFree } from '../../src/setup/free-routes.js';
import { planDraft } from '../../src/setup/setup-plan.js';

const SHIPPED = readFileSync(join(import.meta.dirname, '../../../REGISTRY.md'), 'utf8');

t.test('folders of notes become FREE; files at the top and shipped folders do not', async (t) => {
  const directory = t.testdir({
    notes: { 'diary.md': '# Diary\n', deep: { 'a.md': 'x\n' } },
    '.obsidian': { 'app.json': '{}\n' },
    'My Journal': { 'today.md': 'x\n' },
    'odd*name': { 'x.md': 'x\n' },
    memory: { '2026-01-01.md': 'x\n' },
    'todo.md': 'x\n',
  });
  const draft = planDraft('backup');
  draft.write('REGISTRY.md', SHIPPED);
  proposeFree(existingFiles(directory), ['REGISTRY.md', 'memory/README.md'], draft);
  const { schema, diagnostics } = loadSchema(String(draft.files.get('REGISTRY.md')));
  t.same(diagnostics, []);
  const tiers: Readonly<Record<string, string>> = {
    'notes/diary.md': 'FREE',
    'notes/deep/a.md': 'FREE',
    '.obsidian/app.json': 'FREE',
    'My Journal/today.md': 'FREE',
    'odd*name/x.md': 'STANDARD',
    'todo.md': 'STANDARD',
    'SOUL.md': 'PROTECTED',
  };
  for (const [path, tier] of Object.entries(tiers)) t.equal(routeOf(schema, path).tier, tier, path);
  t.not(routeOf(schema, 'memory/2026-01-01.md').tier, 'FREE');
  t.same(draft.notes.map(({ path }) => path).sort(), ['.obsidian/', 'My Journal/', 'notes/']);
});

t.test('an empty folder gets the registry as it is shipped', async (t) => {
  const draft = planDraft('backup');
  draft.write('REGISTRY.md', SHIPPED);
  proposeFree(existingFiles(t.testdir({})), ['REGISTRY.md'], draft);
  t.equal(draft.files.get('REGISTRY.md'), SHIPPED);
});
