/** Each injected fault is found at its line. */
import t from 'tap';
import { allFaults, findingsIn, foundFault } from './faults/all-faults.js';
import { fullFiles } from './faults/full-workspace.js';

t.setTimeout(300_000);

t.test('the workspace without faults has no finding', async (t) => {
  t.same(await findingsIn(fullFiles()), []);
});

const faults = allFaults();
for (const kind of new Set(faults.map((fault) => fault.kind))) {
  t.test(`${kind} is found where it is`, async (t) => {
    for (const fault of faults.filter((candidate) => candidate.kind === kind))
      t.same(await foundFault(fault), `${fault.rule} ${fault.line}`, fault.page);
  });
}

t.test('there are at least 200 faults, in each kind of page', async (t) => {
  t.ok(faults.length >= 200, `${faults.length} faults`);
  t.ok(new Set(faults.map(({ page }) => page)).size > 25);
});

t.test('the cause comes before what follows from it', async (t) => {
  for (const kind of [
    'no separator, under ## R1 Objects',
    'an unclosed fence',
    'an unclosed list',
    'a protected page with an unknown tier',
    'a pattern with one backtick',
    'a module without its last letter',
    'a line of a bundle in another language',
    'a query that does not end',
    'a required name with a letter less',
    'the end of a YAML document',
    'a block that is indented',
  ]) {
    const fault = faults.find((candidate) => candidate.kind === kind);
    const [first] = fault === undefined ? [] : await findingsIn(fault.files);
    t.match(first, { rule: fault?.rule, range: { line: fault?.line } }, kind);
  }
});
