import t from 'tap';
import { findSections } from '../../src/markdown/find-records.js';
import { documentKey, sectionKey } from '../../src/markdown/key.js';
import { formatLocator, matchesKey, parseLocator } from '../../src/markdown/locator.js';
import type { Shape } from '../../src/markdown/types.js';
import { scan } from '../../src/markdown/scan.js';

t.test('locators are read and written as the registry has them', async (t) => {
  const table: readonly (readonly [string, Shape, unknown])[] = [
    ['front matter', 'document', { kind: 'front-matter' }],
    ['## Projects', 'table', { kind: 'table', depth: 2, heading: 'Projects' }],
    ['# Audit log', 'log', { kind: 'table', depth: 1, heading: 'Audit log' }],
    ['## FM-*', 'section', { kind: 'section', depth: 2, match: 'FM-*' }],
    [
      '### N-* in ## Inbox',
      'section',
      { kind: 'section', depth: 3, match: 'N-*', within: { depth: 2, heading: 'Inbox' } },
    ],
    [
      '### * in # All in one',
      'section',
      { kind: 'section', depth: 3, match: '*', within: { depth: 1, heading: 'All in one' } },
    ],
  ];
  for (const [text, shape, expected] of table) {
    const locator = parseLocator(text, shape);
    t.strictSame(locator, expected, text);
    t.equal(locator && formatLocator(locator), text);
  }
});

t.test('what is not a locator of that shape is refused', async (t) => {
  const table: readonly (readonly [string, Shape])[] = [
    ['', 'table'],
    ['Projects', 'table'],
    ['##Projects', 'table'],
    ['####### x', 'table'],
    ['front matter', 'table'],
    ['## x', 'document'],
    ['front', 'document'],
    ['## two words', 'section'],
    ['## a in ### b', 'section'],
    ['## a in b', 'section'],
    ['### a in ## b in # c', 'section'],
  ];
  for (const [text, shape] of table)
    t.equal(parseLocator(text, shape), undefined, `${shape} "${text}"`);
});

t.test('a pattern matches first words', async (t) => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ['FM-*', 'FM-001', true],
    ['FM-*', 'FM', false],
    ['*', 'x', true],
    ['a*b*c', 'a1b2c', true],
    ['a*b*c', 'ac', false],
    ['ab*ba', 'aba', false],
    ['x', 'x', true],
    ['x', 'xy', false],
    ['*-*', 'a-b', true],
    ['F.*', 'FM', false],
  ];
  for (const [pattern, key, expected] of table)
    t.equal(matchesKey(pattern, key), expected, `${pattern} ${key}`);
});

t.test('the key of a document is what the first star of the glob matched', async (t) => {
  const table: readonly (readonly [string, string, string])[] = [
    ['PROJECTS/inventory/LONGRUNNER.md', 'PROJECTS/*/LONGRUNNER.md', 'inventory'],
    ['LOCK.md', 'LOCK.md', 'LOCK'],
    ['memory/2026-11-20.md', 'memory/????-??-??.md', '2026-11-20'],
    ['memory/2026-11-20.md', 'memory/*.md', '2026-11-20'],
    ['a/b/c/x.md', '**/x.md', 'a/b/c'],
    ['other/place.md', 'PROJECTS/*/LONGRUNNER.md', 'place'],
    ['plans/a.b/plan.md', 'plans/*/{plan,draft}.md', 'a.b'],
    ['plans/a+b (1)/plan.md', 'plans/*/plan.md', 'a+b (1)'],
  ];
  for (const [path, glob, key] of table)
    t.equal(documentKey(path, glob), key, `${path} in ${glob}`);
});

t.test(
  'the key of a section is the first word of its heading, the rest is the title',
  async (t) => {
    const table: readonly (readonly [string, string, string])[] = [
      ['FM-001 Lost edits', 'FM-001', 'Lost edits'],
      ['FM-001: Lost', 'FM-001', 'Lost'],
      ['FM-001 — Lost', 'FM-001', 'Lost'],
      ['`name`', 'name', ''],
      ['`name`: x', 'name', 'x'],
      ['one', 'one', ''],
      ['', '', ''],
      ['a:b c', 'a:b', 'c'],
      ['N-1 - x', 'N-1', 'x'],
      ['N-1 -x', 'N-1', '-x'],
    ];
    for (const [heading, key, title] of table)
      t.match(sectionKey(heading), { key, title }, `"${heading}"`);
  },
);

t.test('a section locator without a star is the whole heading', async (t) => {
  const keys = (match: string): readonly string[] => {
    const doc = scan(
      '## Domain knowledge\n\n## `Domain`:\n\n## Domain: boats\n\n## PA-001 boats\n',
    );
    const found = findSections(doc, { kind: 'section', depth: 2, match });
    return found.kind === 'found' ? found.sections.map(({ heading }) => heading.text) : [];
  };
  t.same(keys('Domain'), ['`Domain`:']);
  t.same(keys('PA-*'), ['PA-001 boats']);
});
