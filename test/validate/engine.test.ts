/**
 * What holds for every rule: facts are data, order is stable, places are in the files, and no
 * content makes validation fail.
 */
import fc from 'fast-check';
import t from 'tap';
import type { Diagnostic } from '../../src/kernel/diagnostic.js';
import { applyFixes, chooseFixes } from '../../src/validate/apply-fixes.js';
import type { FileFacts } from '../../src/validate/fact-types.js';
import { firstBadByte } from '../../src/validate/rules/not-utf8.js';
import {
  type FactsCache,
  validate,
  validateSnapshot,
} from '../../src/validate/validate-snapshot.js';
import { baseFiles, type Files, snapshotOf, text as content } from './base-workspace.js';
import { edited } from './edit-workspace.js';
import { CASES } from './rule-cases.js';
import { sharedFacts } from './shared-facts.js';

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

t.test(
  'facts that were kept as JSON give the same findings, and spare reading what is only looked into',
  async (t) => {
    const kept = new Map<string, string>();
    const cache: FactsCache = {
      get: (path) =>
        ((json) => (json === undefined ? undefined : (JSON.parse(json) as FileFacts)))(
          kept.get(path),
        ),
      put: (path, facts) => void kept.set(path, JSON.stringify(facts)),
    };
    const all = CASES.filter((one) => one.finds.length > 0).slice(0, 25);
    for (const one of all) {
      kept.clear();
      const { files } = edited(baseFiles(), one.edits);
      const cold = await validate(snapshotOf(files), { cache });
      t.same(await validate(snapshotOf(files), { cache }), cold, one.name);
    }
    const read: string[] = [];
    const snapshot = snapshotOf(baseFiles());
    const text = (path: string): string | undefined => {
      read.push(path);
      return snapshot.text(path);
    };
    const watched = { ...snapshot, text };
    kept.clear();
    await validate(snapshotOf(baseFiles()), { cache });
    await validate(watched, { cache });
    t.notOk(
      read.some((path) => path.startsWith('PROJECTS/')),
      read.join(', '),
    );
  },
);

t.test('who asks for the errors of one file gets the same as in a whole report', async (t) => {
  const rules = ['failure-mode', 'registry-syntax', 'reference-unresolved'];
  for (const { name, edits } of CASES.filter(({ rule }) => rules.includes(rule))) {
    const snapshot = snapshotOf(edited(baseFiles(), edits).files);
    const cache = sharedFacts(snapshot);
    const all = (await validateSnapshot(snapshot, { cache })).filter(isError);
    for (const path of new Set(all.map(({ range }) => range.file))) {
      const [errorsIn, isThere] = [
        new Set([path]),
        (found: Diagnostic) => found.range.file === path,
      ];
      const own = await validateSnapshot(snapshot, { cache, changed: errorsIn, errorsIn });
      t.same(own.filter(isError).filter(isThere), all.filter(isThere), `${name}: ${path}`);
    }
  }
});

t.test(
  'whatever a file holds, validation ends with findings in order and in their files',
  async (t) => {
    const paths = [...baseFiles().keys()].filter(
      (path) => !path.startsWith('orchestration-os/rules-reference/'),
    );
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '---\n',
          '|',
          '|---|\n',
          '```\n',
          '# ',
          '## Projects\n',
          '<!-- nocturne-ignore',
          ' -->',
          '[a](',
          'b)',
          '{',
          '}',
          ': &a [*a',
          '\r',
          '\ufeff',
          '`',
          'null',
          "'",
          '"',
        )
        .map((part) => Buffer.from(part)),
    );
    const change = fc.record({
      path: fc.constantFrom(...paths),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat({ max: 400 }),
      junk,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const files = new Map(baseFiles());
        for (const { path, at, cut, junk: part } of changes) {
          const content = files.get(path);
          if (content === undefined || 'link' in content) continue;
          const offset = Math.floor(at * content.bytes.length);
          files.set(path, {
            bytes: Buffer.concat([
              content.bytes.subarray(0, offset),
              part,
              content.bytes.subarray(offset + cut),
            ]),
          });
        }
        const snapshot = snapshotOf(files);
        const found = await validateSnapshot(snapshot, { cache: sharedFacts(snapshot) });
        for (const one of found) checkPlace(files, one);
        const again = await validateSnapshot(snapshotOf(files));
        if (JSON.stringify(again) !== JSON.stringify(found))
          throw new Error('a second run found something else');
      }),
      { numRuns: 60 },
    );
    t.pass();
  },
);

function checkPlace(files: Files, { range, rule, fix = [] }: Diagnostic): void {
  const content = files.get(range.file);
  const source =
    content === undefined || 'link' in content
      ? ''
      : content.bytes.toString('utf8').replace(/^\ufeff/, '');
  const lines = source.split(/\r\n|\n|\r/);
  const [first, last] = [lines[range.line - 1], lines[range.endLine - 1]];
  const inside =
    first !== undefined &&
    last !== undefined &&
    range.column >= 1 &&
    range.column <= first.length + 1 &&
    range.endColumn >= 1 &&
    range.endColumn <= last.length + 2;
  if (
    !inside ||
    range.endLine < range.line ||
    (range.endLine === range.line && range.endColumn < range.column)
  )
    throw new Error(`${rule} points out of its file: ${JSON.stringify(range)}`);
  for (const edit of fix)
    if (
      edit.start < 0 ||
      edit.end < edit.start ||
      edit.end >
        (content === undefined || 'link' in content ? 0 : content.bytes.toString('utf8').length)
    )
      throw new Error(`${rule} would edit outside of its file`);
}

t.test(
  'files that did not change keep quiet, their comments too; what a change breaks elsewhere is reported',
  async (t) => {
    const files = new Map(baseFiles());
    files.set(
      'notes/old.md',
      content(
        'TODO\n\n<!-- nocturne-ignore placeholder: for ever -->\nTODO\n\n<!-- nocturne-ignore link-broken -->\n\nSee [it](new.md#gone).\n',
      ),
    );
    files.set('notes/new.md', content('# New\n\nTODO\n'));
    const found = await validateSnapshot(snapshotOf(files), { changed: new Set(['notes/new.md']) });
    t.same(
      found.map((one) => `${one.rule} ${one.range.file}:${one.range.line}`),
      ['placeholder notes/new.md:3', 'link-broken notes/old.md:8'],
    );
  },
);

t.test(
  'fixes: the rest of the text stays, and of two that overlap the first is made',
  async (t) => {
    const edit = (start: number, end: number, newText: string) => ({
      file: 'a',
      start,
      end,
      newText,
    });
    t.equal(applyFixes('abcdef', [edit(4, 5, 'X'), edit(0, 2, '')]), 'cdXf');
    t.equal(applyFixes('abcdef', [edit(0, 3, '1'), edit(2, 4, '2'), edit(4, 4, '3')]), '1d3ef');
    t.equal(
      applyFixes('abcdef', [edit(1, 2, 'B'), edit(1, 2, 'B')]),
      'aBcdef',
      'one and the same edit twice',
    );
    t.equal(
      applyFixes('abcdef', [edit(-1, 2, 'x'), edit(5, 9, 'x'), edit(3, 2, 'x')]),
      'abcdef',
      'edits that lie elsewhere are left out',
    );
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.tuple(fc.nat(30), fc.nat(30), fc.string({ maxLength: 3 }))),
        (source, tuples) => {
          const edits = tuples.map(([a, b, newText]) =>
            edit(Math.min(a, b), Math.max(a, b), newText),
          );
          const chosen = chooseFixes(source, edits);
          const length = chosen.reduce(
            (sum, one) => sum + one.newText.length - (one.end - one.start),
            source.length,
          );
          return (
            applyFixes(source, edits).length === length &&
            chosen.every((one, i) => i === 0 || one.start >= (chosen[i - 1]?.end ?? 0))
          );
        },
      ),
    );
  },
);

t.test('the first bad byte is where a strict decoder stops', async (t) => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decodes = (bytes: Uint8Array): boolean => {
    try {
      decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.string({ unit: 'binary', maxLength: 3 }).map((one) => Buffer.from(one)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const bytes = Buffer.concat(parts);
      const bad = firstBadByte(bytes);
      return decodes(bytes.subarray(0, bad)) && (bad === bytes.length) === decodes(bytes);
    }),
    { numRuns: 2000 },
  );
  t.equal(firstBadByte(Buffer.from('é€😀')), 9);
});

t.test('a wrong key in ten thousand records is found without comparing everything', async (t) => {
  const row = (i: number): string =>
    `| ${i + 2} | p${i} | PROJECTS/p${i}/LONGRUNNER.md | - | paused | - | - |`;
  const files = new Map(baseFiles());
  const dispatch = files.get('ACTIVE-PROJECTS.md');
  t.ok(dispatch !== undefined && 'bytes' in dispatch);
  if (dispatch === undefined || 'link' in dispatch) return;
  const rows = Array.from({ length: 10_000 }, (_, i) => row(i)).join('\n');
  files.set(
    'ACTIVE-PROJECTS.md',
    content(dispatch.bytes.toString().replace(/(\| 1 \| inventory.*\n)/, `$1${rows}\n`)),
  );
  const found = await validateSnapshot(snapshotOf(files), { only: ['reference-unresolved'] });
  t.equal(found.length, 10_000);
});
