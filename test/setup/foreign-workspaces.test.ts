/** Workspaces that people have are adopted: nothing changes that `init` does not say. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { fixedClock } from '../../src/kernel/clock.js';
import { type Created, createWorkspace } from '../../src/setup/create-workspace.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { callCommand } from '../surfaces/cli/run-cli.js';
import { lost, tree } from '../support/tree.js';
import { type Foreign, FOREIGN, writeForeign } from './foreign-workspaces.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const NOW = new Date('2026-11-21T01:30:00Z');
const PASS = `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('outputs', { recursive: true });
const entries = Array.from({ length: 12 }, (_, i) => '- name: thing ' + i + '\\n  source: page ' + i + '\\n');
writeFileSync('outputs/survey-1.md', '# Things\\n\\n## Entries\\n\\n' + entries.join(''));
console.log('\`\`\`nocturne-report\\nsummary: one page\\noutputs: [outputs/survey-1.md]\\n\`\`\`');
`;

/** Pages of the workspace that a pass keeps up to date. */
const PASS_WRITES = ['ACTIVE-PROJECTS.md', 'LOCK.md', 'NOTIFICATIONS.md'];

type Adopted = {
  readonly root: string;
  readonly home: string;
  readonly before: ReadonlyMap<string, string>;
  readonly created: Created;
};

function adopt(directory: string, foreign: Foreign, encoding?: string): Adopted {
  const [root, home] = [join(directory, 'workspace'), join(directory, 'home')];
  writeForeign(root, foreign);
  const before = tree(root, []);
  const created = createWorkspace({
    directory: root,
    packageRoot: REPOSITORY,
    home,
    clock: fixedClock(NOW),
    owner: 'Ruth',
    domain: 'what the owner cares about',
    timeZone: 'Europe/Amsterdam',
    ...(encoding === undefined ? undefined : { encoding }),
  });
  return { root, home, before, created };
}

/** Paths whose bytes are not where they were and that the report does not name. */
function untold({ root, before, created }: Adopted): readonly string[] {
  const after = tree(root, []);
  const { renames, notes } = created.plan;
  const told = new Set(notes.map(({ path }) => path));
  return [...before]
    .filter(([path, content]) => {
      const [top = '', ...rest] = path.split('/');
      const renamed = renames.get(top);
      const now = [renamed ?? top, ...rest].join('/');
      if (renamed !== undefined && !told.has(renamed)) return true;
      return after.get(now) !== content && !told.has(now);
    })
    .map(([path]) => path);
}

t.equal(FOREIGN.length, 13);
for (const foreign of FOREIGN) {
  t.test(foreign.name, async (t) => {
    const adopted = adopt(t.testdir(), foreign);
    const { root, home, before, created } = adopted;
    t.same(untold(adopted), [], 'what differs is told');
    t.same(lost(before, tree(root, [])), [], 'no byte is lost');
    const found = await validateSnapshot(created.workspace.snapshot(), { home });
    t.same(
      found
        .filter(({ severity, rule }) => severity === 'error' || rule !== 'host-size')
        .map(({ range, rule, message }) => `${range.file}:${range.line} ${rule}: ${message}`),
      [],
      'and validated without a false alarm',
    );
    const place = { root, home };
    const clock = fixedClock(NOW);
    t.match(await callCommand(place, ['status'], { clock }), { exit: 0 });
    t.match(
      await callCommand(
        place,
        [
          'project',
          'new',
          'survey',
          '--mission',
          'Know it.',
          '--objective',
          'Write a page.',
          '--runner',
          'script',
        ],
        { clock },
      ),
      { exit: 0 },
    );
    writeFileSync(join(root, 'PROJECTS/survey/pass.mjs'), PASS);
    const notes = tree(root, ['.nocturne', 'audit', 'survey']);
    t.match(await callCommand(place, ['run', 'worker', '--project', 'survey'], { clock }), {
      exit: 0,
    });
    t.ok(readFileSync(join(root, 'PROJECTS/survey/outputs/survey-1.md'), 'utf8'));
    t.match(await callCommand(place, ['knowledge', 'index', '--embedder', 'none'], { clock }), {
      exit: 0,
    });
    const [question, page] = foreign.search;
    const answer = await callCommand(
      place,
      ['knowledge', 'search', question, '--embedder', 'none'],
      { clock },
    );
    t.match(answer.json, { hits: [{ path: page }] }, 'the owner’s text comes first');
    const after = tree(root, ['.nocturne', 'audit', 'survey']);
    t.same(
      [...notes].filter(([path, hash]) => after.get(path) !== hash).map(([path]) => path),
      PASS_WRITES,
      'the pass leaves the owner’s files alone',
    );
  });
}

const named = (start: string): Foreign => {
  const found = FOREIGN.find(({ name }) => name.startsWith(start));
  if (found === undefined) throw new Error(`no workspace ${start}`);
  return found;
};

t.test('a section whose heading only begins like ours stays the owner’s', async (t) => {
  const { root } = adopt(t.testdir(), named('an OpenClaw agent'));
  const soul = readFileSync(join(root, 'SOUL.md'), 'utf8');
  t.match(soul, /## Domain knowledge\n\nEbb takes six hours at the old pier\.\n/);
  t.match(soul, /## Domain\n\n- \*\*Domain anchor:\*\* what the owner cares about\n/);
  t.match(readFileSync(join(root, 'USER.md'), 'utf8'), /## Owner notes\n[\s\S]*## Owner\n/);
});

t.test(
  'with --encoding the pages that Nocturne reads become UTF-8, and no other file',
  async (t) => {
    const adopted = adopt(t.testdir(), named('Latin-1'), 'windows-1252');
    const { root, home, before, created } = adopted;
    t.match(readFileSync(join(root, 'AGENTS.md'), 'utf8'), /Répondez en français, “toujours”\./);
    t.match(readFileSync(join(root, 'memory/2026-01-03.md'), 'utf8'), /Été\./);
    const after = tree(root, []);
    for (const path of ['clients.csv', 'notes.md', 'PROJECTS/cafe/menu.md'])
      t.equal(after.get(path), before.get(path), path);
    t.same(untold(adopted), []);
    const found = await validateSnapshot(created.workspace.snapshot(), { home });
    t.same(
      found.filter(({ severity }) => severity === 'error'),
      [],
    );
  },
);

t.test('a rename says how many references keep the old name', async (t) => {
  const { created } = adopt(t.testdir(), named('an OpenClaw workspace with'));
  const said = (path: string): string =>
    created.plan.notes.find((note) => note.path === path)?.message ?? '';
  t.match(
    said('PROJECTS'),
    'it was called projects, which is the same name on macOS and Windows; 3 references to projects/ keep the old name, in README.md (1), scripts/rotate.sh (2)',
  );
  t.match(said('MEMORY.md'), '1 reference to memory.md keeps the old name, in README.md (1)');
});

t.test('a submodule is renamed with git, a linked folder not at all', async (t) => {
  const submodule: Foreign = {
    name: 'submodule',
    files: {
      '.gitmodules': '[submodule "p"]\n\tpath = projects/one\n',
      'projects/one/a.md': '# A\n',
    },
    search: ['', ''],
  };
  const directory = t.testdir();
  t.throws(() => adopt(directory, submodule), {
    code: 'REFUSED',
    hint: 'rename it with git (git mv projects PROJECTS), then run nocturne init again; nothing was written',
  });
  t.same([...tree(join(directory, 'workspace')).keys()], ['.gitmodules', 'projects/one/a.md']);
  t.throws(
    () =>
      adopt(t.testdir(), {
        name: 'link',
        files: { 'a.md': '# A\n' },
        links: { projects: '/nonexistent' },
        search: ['', ''],
      }),
    { code: 'REFUSED', message: /PROJECTS is a link to \/nonexistent/ },
  );
});

t.test(
  'copies and the old orders are in no index and no brief, and come last in search',
  async (t) => {
    const { root, home } = adopt(t.testdir(), named('an OpenClaw workspace with'));
    const place = { root, home };
    const clock = fixedClock(NOW);
    await callCommand(place, ['knowledge', 'index', '--embedder', 'none'], { clock });
    const { json } = await callCommand(
      place,
      ['knowledge', 'search', 'obey the night manager and rotate the schedule', '--limit', '50'],
      { clock },
    );
    const paths = (json['hits'] as readonly { readonly path: string }[]).map(({ path }) => path);
    t.equal(paths[0], 'PROJECTS/hives/notes.md');
    t.same(
      paths.filter((path) => /^backups|ADOPTED/.test(path)),
      [],
    );
    const plain = await callCommand(place, ['search', 'schedule'], { clock });
    t.match(plain.text, /^PROJECTS\/hives\/notes\.md:3/);
    t.match(plain.text.trimEnd().split('\n').at(-1), /^orchestration-os\/ADOPTED|^backups/);
  },
);
