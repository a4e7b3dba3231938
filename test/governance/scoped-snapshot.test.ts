import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  scopedSnapshot,
  seenDiagnostics,
  sees,
  type ReadScope,
} from '../../src/governance/scoped-snapshot.js';
import { NocturneError } from '../../src/kernel/error.js';
import { boundedQuery } from '../../src/tools/query.js';
import type { Snapshot } from '../../src/workspace/types.js';
import { SECRET_MISSION, twoProjects } from '../support/two-projects.js';

t.setTimeout(120_000);

const pages: ReadScope = {
  capability: 'project',
  project: 'pages',
  writes: ['PROJECTS/pages/outputs/**'],
};
const idle: ReadScope = { capability: 'project', project: undefined, writes: ['memory/*.md'] };
const whole: ReadScope = { capability: 'workspace', project: 'pages', writes: [] };

const PATHS: readonly (readonly [path: string, scope: ReadScope, seen: boolean])[] = [
  ['PROJECTS/pages/LONGRUNNER.md', pages, true],
  ['PROJECTS/harbour/LONGRUNNER.md', pages, false],
  ['PROJECTS/harbour/outputs/offer.md', pages, false],
  ['projects/harbour/outputs/offer.md', pages, false],
  ['PROJECTS/pages-2/notes.md', pages, false],
  ['PROJECTS/README.md', pages, true],
  ['PROJECTS/MANAGER-REVIEW-REGISTRY.md', pages, true],
  ['SOUL.md', pages, true],
  ['PROJECTS/pages/LONGRUNNER.md', idle, false],
  ['memory/2026-11-20.md', idle, true],
  ['PROJECTS/harbour/outputs/offer.md', whole, true],
  [
    'PROJECTS/harbour/outputs/offer.md',
    { ...pages, writes: ['PROJECTS/harbour/outputs/**'] },
    true,
  ],
];
for (const [path, scope, seen] of PATHS)
  t.equal(
    sees(scope, path),
    seen,
    `${scope.project ?? 'an idle pass'} (${scope.capability}) ${seen ? 'sees' : 'does not see'} ${path}`,
  );

t.test(
  'files and records of another project are not there, in the words in which nothing is there',
  async (t) => {
    const place = twoProjects(t.testdir());
    const base = place.workspace.snapshot();
    const seen = scopedSnapshot(base, pages);
    const foreign = 'PROJECTS/harbour/outputs/offer.md';
    t.ok(
      base.files.has(foreign) && base.record('PROJECT', 'harbour') !== undefined,
      'they are there',
    );
    t.same(
      [
        seen.files.has(foreign),
        seen.bytes(foreign),
        seen.text(foreign),
        seen.hash(foreign),
        seen.doc(foreign),
      ],
      [false, undefined, undefined, undefined, undefined],
    );
    t.same(
      seen.records('PROJECT').map((one) => one.key),
      ['pages'],
    );
    t.same(
      seen.records('DISPATCH').map((one) => one.key),
      ['pages'],
    );
    t.same(
      seen.records('MEMORY').map((one) => one.key),
      ['RUN-20261120-002'],
    );
    for (const object of ['AUDIT', 'CHANGE', 'INVOCATION', 'APPROVAL', 'BRIEFING'])
      t.same(seen.records(object), [], `${object} tells of all`);
    for (const path of ['ACTIVE-PROJECTS.md', 'memory/2026-11-20.md']) {
      t.notMatch(seen.text(path), /harbour|forty crates/i, `${path} as a text`);
      t.equal(
        seen.files.get(path)?.size,
        seen.bytes(path)?.length,
        `${path}: its size is that of what is seen`,
      );
    }
    for (const address of [
      'PROJECT[NAME].mission',
      'PROJECTS/NAME/LONGRUNNER.md#mission',
      'ACTIVE-PROJECTS.md#NAME.status',
      'DISPATCH[NAME].status',
    ]) {
      t.same(
        said(seen, address.replace('NAME', 'harbour')),
        said(seen, address.replace('NAME', 'nowhere')),
        address,
      );
      t.equal(seen.locate(address.replace('NAME', 'pages')).record.key, 'pages');
    }
    t.same(
      seen
        .sql()
        .query(
          "SELECT key FROM project UNION SELECT slug FROM dispatch UNION SELECT path FROM files WHERE path LIKE '%harbour%'",
        ).rows,
      [{ key: 'pages' }],
    );
    t.equal(
      seen
        .sql()
        .query(
          "SELECT count(*) AS n FROM fields WHERE value LIKE '%harbour%' OR value LIKE '%crates%'",
        ).rows[0]?.['n'],
      0,
    );
    t.equal(
      scopedSnapshot(base, whole),
      base,
      'whoever sees everything looks at the same snapshot',
    );
  },
);

t.test('links in rows of a long log that it does not see are not there', async (t) => {
  const place = twoProjects(t.testdir());
  const row = `| 9 | 2026-11-20T10:00:00Z | - | - | note | [the offer](PROJECTS/harbour/outputs/offer.md) | - | ok | ${'x'.repeat(500)} | - | - |\n`;
  appendFileSync(join(place.root, 'audit/AUDIT-LOG.md'), row.repeat(2_000));
  const base = place.workspace.snapshot();
  const linked = (snapshot: Snapshot): unknown =>
    snapshot.sql().query("SELECT DISTINCT target FROM links WHERE target LIKE '%harbour%'").rows;
  t.same(linked(base), [{ target: 'PROJECTS/harbour/outputs/offer.md' }]);
  t.same(linked(scopedSnapshot(base, pages)), []);
});

t.test('a message to another project is not there', (t) => {
  const place = twoProjects(t.testdir());
  const message = (project: string): string =>
    `---\nchannel: mail\nsender: ann\ntime: 2026-11-20T10:00:00Z\nmention: true\nreceived: 2026-11-20T10:00:00Z\nsha256: ${'0'.repeat(64)}\nproject: ${project}\nengaged: true\nstate: waiting\n---\n\nForty crates for ${project}.\n`;
  mkdirSync(join(place.root, 'inbox/messages'), { recursive: true });
  for (const project of ['pages', 'harbour'])
    writeFileSync(join(place.root, `inbox/messages/to-${project}.md`), message(project));
  const seen = scopedSnapshot(place.workspace.snapshot(), pages);
  t.same(
    seen.records('MESSAGE').map((one) => one.file),
    ['inbox/messages/to-pages.md'],
  );
  t.match(seen.text('inbox/messages/to-pages.md'), /Forty crates for pages/);
  t.same(
    [
      seen.files.has('inbox/messages/to-harbour.md'),
      seen.text('inbox/messages/to-harbour.md'),
      seen.bytes('inbox/messages/to-harbour.md'),
    ],
    [false, undefined, undefined],
  );
  t.equal(
    scopedSnapshot(place.workspace.snapshot(), { ...pages, writes: ['inbox/messages/**'] }).records(
      'MESSAGE',
    ).length,
    2,
    'who may write it may read it',
  );
  t.end();
});

function said(snapshot: Snapshot, address: string): unknown {
  try {
    return snapshot.locate(address).record.key;
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return [error.code, error.message, error.hint].map((part) =>
      part?.replaceAll(/harbour|nowhere/g, 'NAME'),
    );
  }
}

t.test(
  'a file that the pass may write is seen whole, so that nothing is lost when it is written',
  async (t) => {
    const base = twoProjects(t.testdir()).workspace.snapshot();
    t.equal(
      scopedSnapshot(base, idle).text('memory/2026-11-20.md'),
      base.text('memory/2026-11-20.md'),
    );
  },
);

t.test('a query in its own process sees as little', async (t) => {
  const place = twoProjects(t.testdir());
  const bounds = { now: place.clock.at, signal: new AbortController().signal };
  const sql = 'SELECT mission FROM project ORDER BY mission';
  t.match(await boundedQuery(place.root, sql, bounds), {
    ok: true,
    text: new RegExp(SECRET_MISSION),
  });
  const limited = await boundedQuery(place.root, sql, { ...bounds, scope: pages });
  t.match(limited, { ok: true, text: /Test one pass/ });
  t.notMatch(limited.text, SECRET_MISSION);
});

t.test('findings are those about what is seen', async (t) => {
  const base = twoProjects(t.testdir()).workspace.snapshot();
  const line = (path: string, text: string): number =>
    (base.text(path) ?? '').split('\n').findIndex((one) => one.includes(text)) + 1;
  const at = (file: string, number: number, message: string, more: object = {}) => ({
    rule: 'test',
    severity: 'error' as const,
    message,
    range: { file, line: number, column: 1, endLine: number, endColumn: 2 },
    ...more,
  });
  const cases = [
    [at('SOUL.md', 1, 'a shared file'), true],
    [at('PROJECTS/pages/LONGRUNNER.md', 1, 'its own file'), true],
    [at('PROJECTS/harbour/LONGRUNNER.md', 1, 'a file of another'), false],
    [at('ACTIVE-PROJECTS.md', line('ACTIVE-PROJECTS.md', '| pages |'), 'its own row'), true],
    [
      at('ACTIVE-PROJECTS.md', line('ACTIVE-PROJECTS.md', '| harbour |'), 'the row of another'),
      false,
    ],
    [at('SOUL.md', 1, 'a sentence about harbour'), false],
    [at('SOUL.md', 1, 'a sentence', { hint: 'look at PROJECTS/harbour/outputs/offer.md' }), false],
    [at('SOUL.md', 1, 'the harbourmaster is another word'), true],
  ] as const;
  for (const [finding, seen] of cases)
    t.equal(seenDiagnostics(base, pages, [finding]).length === 1, seen, finding.message);
  t.equal(
    seenDiagnostics(
      base,
      whole,
      cases.map(([finding]) => finding),
    ).length,
    cases.length,
  );
});
