/** A pass reads and writes pages in whatever form editors and formatters left them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fieldText } from '../../src/project/field-text.js';
import { worker } from '../../src/passes/worker/worker.js';
import { verifyGate } from '../../src/integrity/gate.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { REFORMATS } from '../validate/faults/harmless.js';
import { environment, placeWithProject, REPORT, WRITES_PAGE } from './pass-workspace.js';

/** Together, each reformatting is in one of these at least. */
const TOGETHER: readonly (readonly string[])[] = [
  ['tables padded to the left', 'stars as list marks', 'a byte order mark and CRLF'],
  ['tables padded to the right', 'plus signs as list marks', 'closed headings', 'no final newline'],
  ['tables without outer pipes', 'setext headings', 'blanks at the ends of lines'],
  ['tables without blanks around cells', 'the colon outside the emphasis', 'CRLF'],
  ['aligned columns', 'blank lines between list items', 'two blank lines below headings'],
];
/** What passes and people write in turn. */
const PAGES = ['ACTIVE-PROJECTS.md', 'NOTIFICATIONS.md', 'PROJECTS/pages/LONGRUNNER.md'];

for (const names of TOGETHER)
  t.test(`a pass works with: ${names.join(', ')}`, async (t) => {
    const place = placeWithProject(t.testdir(), `${WRITES_PAGE}${REPORT}`);
    const change = names.map((name) => REFORMATS[name]);
    for (const path of PAGES) {
      const file = join(place.root, path);
      const text = readFileSync(file, 'utf8');
      writeFileSync(
        file,
        change.reduce((now, reformat) => reformat?.(now, path) ?? now, text),
      );
    }
    t.same(verifyGate(place.root, place.home).findings, []);
    const { exit, outcome } = await worker(environment(place), { role: 'worker' });
    t.equal(exit, 0, outcome);
    t.match(outcome, /^(?:STRONG|ADEQUATE)/);
    const after = place.workspace.snapshot();
    t.equal(after.records('DISPATCH').length, 1);
    t.not(fieldText(after.record('DISPATCH', 'pages'), 'last_worker_pass'), '');
    const found = await validateSnapshot(after, { home: place.home });
    t.same(
      found.filter(({ severity }) => severity === 'error').map(({ message }) => message),
      [],
    );
    if (names.some((name) => name.includes('CRLF')))
      t.notMatch(readFileSync(join(place.root, 'ACTIVE-PROJECTS.md'), 'utf8'), /[^\r]\n/);
  });
