import { readFileSync } from 'node:fs';
import t from 'tap';
import { loadSchema } from '../../src/registry/load-schema.js';
import { observedEdges } from '../../src/validate/observed-edges.js';
import type { ChangeRow } from '../../src/workspace/history.js';

/** The shipped one, and a folder that was there before Nocturne, as `nocturne init` declares it. */
const { schema } = loadSchema(
  readFileSync(new URL('../../../REGISTRY.md', import.meta.url), 'utf8').replace(
    /^\| Pattern \| Tier \| Bundle \| Note \|\n.*\n/m,
    (head) => `${head}| \`garden/**\` | FREE | - | was here before Nocturne |\n`,
  ),
);
const row = (address: string, at: Partial<ChangeRow> = {}): ChangeRow => ({
  address,
  old: '',
  new: 'x',
  writer: 'worker',
  runId: 'RUN-1',
  bundle: '',
  written: '',
  valid: '',
  reason: '',
  line: 9,
  ...at,
});
const link = (from: string, to: string) => ({ from, to, line: 3 });
const shown = (
  links: readonly ReturnType<typeof link>[],
  changes: readonly ChangeRow[] = [],
): readonly string[] =>
  observedEdges({ schema, links, changes }).map(
    (one) => `${one.source} ${one.kind} ${one.target} ${one.by} ${one.seen}`,
  );

const cases: readonly {
  readonly that: string;
  readonly links?: readonly ReturnType<typeof link>[];
  readonly changes?: readonly ChangeRow[];
  readonly found: readonly string[];
}[] = [
  { that: 'a declared link is not a suggestion', links: [link('AGENTS.md', 'SOUL.md')], found: [] },
  {
    that: 'the other direction is',
    links: [link('SOUL.md', 'AGENTS.md')],
    found: ['SOUL.md REFERENCES AGENTS.md link 1'],
  },
  {
    that: 'links of one kind to one file are one suggestion',
    links: [link('memory/2026-11-20.md', 'SOUL.md'), link('memory/2026-11-21.md', 'SOUL.md')],
    found: ['memory/*.md REFERENCES SOUL.md link 2'],
  },
  {
    that: 'files of one kind may refer to each other',
    links: [
      link('memory/2026-11-20.md', 'memory/2026-11-21.md'),
      link('PROJECTS/a/outputs/1.md', 'PROJECTS/a/outputs/2.md'),
    ],
    found: [],
  },
  {
    that: 'files of one project too, of whatever kind',
    links: [
      link('PROJECTS/a/outputs/1.md', 'PROJECTS/a/LONGRUNNER.md'),
      link('PROJECTS/a/LONGRUNNER.md', 'PROJECTS/a/PHASES.md'),
    ],
    found: [],
  },
  {
    that: 'and files of which the registry says nothing',
    links: [link('notes/a.md', 'notes/b.md')],
    found: [],
  },
  {
    that: 'nor of which it says only that they are free',
    links: [link('index.md', 'garden/roses.md'), link('garden/roses.md', 'garden/trees.md')],
    found: [],
  },
  {
    that: 'one that it knows is enough',
    links: [link('notes/a.md', 'SOUL.md'), link('garden/roses.md', 'SOUL.md')],
    found: ['garden/roses.md REFERENCES SOUL.md link 1', 'notes/a.md REFERENCES SOUL.md link 1'],
  },
  {
    that: 'but not across projects',
    links: [link('PROJECTS/a/outputs/1.md', 'PROJECTS/b/outputs/2.md')],
    found: ['PROJECTS/a/outputs/** REFERENCES PROJECTS/b/outputs/** link 1'],
  },
  {
    that: 'patterns of folders are declared whatever is below them',
    links: [link('docs/A.md', 'docs/deep/B.md'), link('docs/A.md', 'orchestration-os/RUNNERS.md')],
    found: [],
  },
  { that: 'programs are left out', links: [link('src/README.md', 'SOUL.md')], found: [] },
  { that: 'a link to itself is none', links: [link('SOUL.md', 'SOUL.md')], found: [] },
  {
    that: 'a bundle that writes what R4 says is as it should be',
    changes: [row('ACTIVE-PROJECTS.md#a.status', { bundle: 'project_pause' })],
    found: [],
  },
  {
    that: 'a bundle that writes something else is seen',
    changes: [
      row('MEMORY.md', { bundle: 'project_pause', line: 12 }),
      row('MEMORY.md', { bundle: 'project_pause' }),
    ],
    found: ['BUNDLE:project_pause WRITES MEMORY.md bundle 1'],
  },
  {
    that: 'of several bundles in one commit any may have written it',
    changes: [row('LOCK.md#status', { bundle: 'memory_entry session_close' })],
    found: [],
  },
  {
    that: 'a bundle that is gone says nothing',
    changes: [row('MEMORY.md', { bundle: 'old_bundle' })],
    found: [],
  },
  {
    that: 'files that three runs wrote together belong together',
    changes: ['RUN-1', 'RUN-2', 'RUN-3'].flatMap((runId) => [
      row('MEMORY.md', { runId }),
      row('docs/A.md', { runId }),
    ]),
    found: ['MEMORY.md REFERENCES docs/** together 3'],
  },
  {
    that: 'two runs may have done so by chance',
    changes: ['RUN-1', 'RUN-2'].flatMap((runId) => [
      row('MEMORY.md', { runId }),
      row('docs/A.md', { runId }),
    ]),
    found: [],
  },
  {
    that: 'what the owner changed is not what a run did',
    changes: [1, 2, 3].flatMap(() => [
      row('MEMORY.md', { runId: '' }),
      row('docs/A.md', { runId: '' }),
    ]),
    found: [],
  },
];

for (const { that, links = [], changes = [], found } of cases)
  t.test(that, async (t) => t.same(shown(links, changes), found));

t.test('a suggestion says where it was seen first', async (t) => {
  const [edge] = observedEdges({ schema, links: [link('SOUL.md', 'AGENTS.md')], changes: [] });
  t.same(edge?.at, { file: 'SOUL.md', line: 3, example: 'SOUL.md links to AGENTS.md' });
});
