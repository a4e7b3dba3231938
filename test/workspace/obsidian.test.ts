import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { setField } from '../../src/markdown/edit-records.js';
import { sha256 } from '../../src/kernel/hash.js';
import type { Place } from '../passes/pass-workspace.js';
import { BOOKS, DISPATCH, lspPlace, PAGE, PHASES } from '../surfaces/lsp/lsp-place.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import type { Diagnostic } from '../../src/kernel/diagnostic.js';

t.setTimeout(120_000);

const text = (place: Place, path: string): string => readFileSync(join(place.root, path), 'utf8');
const write = (place: Place, path: string, content: string): void =>
  writeFileSync(join(place.root, path), content);
const findings = (place: Place): Promise<readonly Diagnostic[]> =>
  validateSnapshot(place.workspace.snapshot(), { home: place.home });

/** Every typed field of the project, whatever its YAML looks like. */
function fields(place: Place): unknown {
  const snapshot = place.workspace.snapshot();
  const record = snapshot.recordsIn(PAGE, 'PROJECT')[0];
  const declared = snapshot.schema.objects.get('PROJECT')?.fields.keys() ?? [];
  return [...declared].map((name) => {
    const cell = record?.fields.get(name);
    return [name, cell?.data ?? cell?.value ?? ''];
  });
}

const front = (page: string): string => /^---\n([\s\S]*?)\n---/.exec(page)?.[1] ?? '';

/** What Obsidian makes of front matter when a property is edited, in this and other versions. */
const REWRITES: readonly (readonly [string, (page: string) => string])[] = [
  ['double quotes', (page) => page.replace(/^(mission: )(.*)$/m, '$1"$2"')],
  ['single quotes', (page) => page.replace(/^(mission: )(.*)$/m, "$1'$2'")],
  [
    'quotes around every word',
    (page) =>
      page.replace(/^( +(?:name|status|runner|model_tier|started): )([^\n'"]+)$/gm, '$1"$2"'),
  ],
  [
    'lists as blocks',
    (page) => page.replace('writes: ["outputs/**"]', 'writes:\n    - outputs/**'),
  ],
  [
    'lists as far left as their name',
    (page) => page.replace('writes: ["outputs/**"]', 'writes:\n  - "outputs/**"'),
  ],
  ['lists without quotes', (page) => page.replace('["outputs/**"]', '[ outputs/** ]')],
  [
    'a map in one line',
    (page) =>
      page.replace(
        /^transition:\n((?: {2}.*\n)+)/m,
        (_, inner: string) => `transition: { ${inner.trim().split(/\n */).join(', ')} }\n`,
      ),
  ],
  [
    'four blanks for two',
    (page) => page.replace(front(page), front(page).replace(/^ {2}/gm, '    ')),
  ],
  ['nothing for null', (page) => page.replaceAll(/: null(?=\s*$)/gm, ':')],
  ['~ for null', (page) => page.replaceAll(/: null$/gm, ': ~')],
  [
    'another order',
    (page) => {
      const parts = front(page).split(/\n(?=\w)/);
      return page.replace(front(page), [...parts].reverse().join('\n'));
    },
  ],
  [
    'text over several lines',
    (page) => page.replace('mission: Test one pass.', 'mission: >-\n  Test one\n  pass.'),
  ],
  [
    'properties of its own',
    (page) =>
      page.replace(
        '---\n',
        '---\naliases: []\ntags:\n  - night\ncssclasses: []\nrelated: "[[PHASES]]"\n',
      ),
  ],
  ['blank lines and comments', (page) => page.replace('\nphase:', '\n\n# the phase\nphase:')],
  ['line ends of Windows', (page) => page.replaceAll('\n', '\r\n')],
  ['a byte order mark', (page) => `\uFEFF${page}`],
];

t.test('front matter that Obsidian rewrites says what it said before', async (t) => {
  const place = lspPlace(t.testdir());
  const page = text(place, PAGE);
  const [before, clean] = [fields(place), await findings(place)];
  const spec = place.workspace.snapshot().schema.objects.get('PROJECT');
  if (spec === undefined) throw new Error('there is no PROJECT');
  for (const [what, rewrite] of REWRITES) {
    const rewritten = rewrite(page);
    t.not(sha256(rewritten), sha256(page), `${what} is a rewrite`);
    write(place, PAGE, rewritten);
    t.same(fields(place), before, `${what}: every field has its value`);
    t.same(
      (await findings(place)).map(({ message }) => message),
      clean.map(({ message }) => message),
      `${what}: nothing new is found`,
    );
    const set = setField(rewritten, spec, {
      file: PAGE,
      key: 'pages',
      field: 'next_pass.objective',
      value: 'Write the second page.',
    });
    write(place, PAGE, set);
    t.same(
      Object.fromEntries(fields(place) as [string, unknown][])['next_pass.objective'],
      'Write the second page.',
      `${what}: Nocturne still writes it`,
    );
  }
});

/** What is said about a file that was renamed, without its links being followed; a hint with `mv`. */
const RENAMES: readonly (readonly [string, string, string, RegExp, string?])[] = [
  [
    'a project page',
    PAGE,
    'PROJECTS/pages/Pages.md',
    /pages\.slug is "pages", but there is no PROJECT/,
    'PROJECTS/pages/LONGRUNNER.md was renamed to PROJECTS/pages/Pages.md; to undo it: mv PROJECTS/pages/Pages.md PROJECTS/pages/LONGRUNNER.md',
  ],
  [
    'a page of phases',
    PHASES,
    'PROJECTS/pages/Phases of it.md',
    /declares no phases/,
    "PROJECTS/pages/PHASES.md was renamed to PROJECTS/pages/Phases of it.md; to undo it: mv 'PROJECTS/pages/Phases of it.md' PROJECTS/pages/PHASES.md",
  ],
  [
    'the dispatch table',
    DISPATCH,
    'Projects.md',
    /ACTIVE-PROJECTS\.md/,
    'ACTIVE-PROJECTS.md was renamed to Projects.md; to undo it: mv Projects.md ACTIVE-PROJECTS.md',
  ],
  [
    'a table that was moved into a folder',
    DISPATCH,
    'notes/ACTIVE-PROJECTS.md',
    /ACTIVE-PROJECTS\.md/,
    'ACTIVE-PROJECTS.md was renamed to notes/ACTIVE-PROJECTS.md; to undo it: mv notes/ACTIVE-PROJECTS.md ACTIVE-PROJECTS.md',
  ],
  [
    'a protected page',
    'SOUL.md',
    'Soul of it.md',
    /SOUL\.md is missing/,
    "SOUL.md was renamed to Soul of it.md; to undo it: mv 'Soul of it.md' SOUL.md",
  ],
  [
    'a folder of a project',
    'PROJECTS/pages',
    'PROJECTS/Pages 2',
    /there is no PROJECT/,
    "PROJECTS/pages was renamed to PROJECTS/Pages 2; to undo it: mv 'PROJECTS/Pages 2' PROJECTS/pages",
  ],
  [
    'an output that others link to',
    'PROJECTS/pages/outputs/page.md',
    'PROJECTS/pages/outputs/sheet.md',
    /\[\[PROJECTS\/pages\/outputs\/page\]\] leads nowhere/,
  ],
  [
    'an output of the last pass',
    'PROJECTS/books/outputs/list.md',
    'PROJECTS/books/outputs/book list.md',
    /outputs\/list\.md/,
    "PROJECTS/books/outputs/list.md was renamed to PROJECTS/books/outputs/book list.md; to undo it: mv 'PROJECTS/books/outputs/book list.md' PROJECTS/books/outputs/list.md",
  ],
];

t.test('a file that another program renames is found and said', async (t) => {
  const place = lspPlace(t.testdir(), {
    'PROJECTS/books/outputs/other.md': '# Other list\n',
    'notes/other.md': '# Other\n',
  });
  place.workspace.commit({
    actor: { kind: 'owner', name: 'owner' },
    runId: '',
    reason: 'a list',
    changes: [{ kind: 'write', path: 'PROJECTS/books/outputs/list.md', content: '# List\n' }],
  });
  write(
    place,
    BOOKS,
    text(place, BOOKS).replace('  outputs: []', '  outputs: [PROJECTS/books/outputs/list.md]'),
  );
  const before = new Set((await findings(place)).map(({ message }) => message));
  for (const [what, from, to, said, hint] of RENAMES) {
    const [old, now] = [join(place.root, from), join(place.root, to)];
    renameSync(old, now);
    const found = (await findings(place)).filter(({ message }) => !before.has(message));
    t.ok(
      found.some(({ message }) => said.test(message)),
      `${what}: ${found
        .map(({ message }) => message)
        .slice(0, 3)
        .join('; ')}`,
    );
    if (hint !== undefined)
      t.ok(
        found.some((it) => it.hint === hint),
        `${what}: ${hint}`,
      );
    renameSync(now, old);
  }
  t.ok(existsSync(join(place.root, PAGE)));
});

t.test('wikilinks are links and edges', async (t) => {
  const place = lspPlace(t.testdir(), {
    'notes/Plan.md':
      '# Plan\n\n## First steps\n\n- [[SOUL]] and [[Nightly#Why so|the page]]\n- ![[PROJECTS/pages/outputs/page]]\n- [[#First steps]] and [[Nightly#^block]]\n\n| a | b |\n|---|---|\n| [[Nightly\\|shown]] | `[[Code]]` |\n',
    'notes/deep/Nightly.md':
      '# Nightly\n\n## Why, so?\n\n[[plan]] and [[Nobody]] and [[Plan#Nothing]]\n',
  });
  const snapshot = place.workspace.snapshot();
  const { rows } = snapshot
    .sql()
    .query(
      "SELECT file, target, resolved FROM links WHERE file LIKE 'notes/%' ORDER BY file, line",
    );
  t.same(
    rows.map(({ file, target, resolved }) => `${file} ${target} ${resolved}`),
    [
      'notes/Plan.md SOUL 1',
      'notes/Plan.md Nightly#Why so 1',
      'notes/Plan.md PROJECTS/pages/outputs/page 1',
      'notes/Plan.md #First steps 1',
      'notes/Plan.md Nightly#^block 1',
      'notes/Plan.md Nightly 1',
      'notes/deep/Nightly.md plan 1',
      'notes/deep/Nightly.md Nobody 0',
      'notes/deep/Nightly.md Plan#Nothing 1',
    ],
  );
  const found = (await findings(place)).filter(({ range }) => range.file.startsWith('notes/'));
  const said = (rule: string) =>
    found.filter((it) => it.rule === rule).map(({ message }) => message);
  t.match(said('link-broken'), [/\[\[Nobody\]\] leads nowhere/, /no heading for #nothing/]);
  t.match(
    said('edge-undeclared').join('\n'),
    /notes\/Plan\.md links to SOUL\.md, but R4 has no edge/,
  );
});
