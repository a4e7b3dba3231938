/** What editors and formatters do to pages is not reported. */
import t from 'tap';
import { findingsIn } from './faults/all-faults.js';
import { harmlessEdits } from './faults/harmless.js';

t.setTimeout(120_000);

for (const { name, files } of harmlessEdits())
  t.test(`quiet: ${name}`, async (t) => {
    const found = await findingsIn(files);
    t.same(
      found.map(({ rule, range, message }) => `${rule} ${range.file}:${range.line} ${message}`),
      [],
    );
  });
