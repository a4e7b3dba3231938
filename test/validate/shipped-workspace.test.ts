/** The workspace at the root of this repository is sound, as it is shipped. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { textReport } from '../../src/report/text.js';
import { validate } from '../../src/validate/validate-snapshot.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { REPOSITORY } from './base-workspace.js';

/** Other tests make theirs in the same folder at the same time. */
const isFixture = (path: string): boolean => path.startsWith('.tap/');

t.test(
  'no error and no warning in the shipped workspace; what is to know is that nobody owns it yet',
  async (t) => {
    const snapshot = openSnapshot(REPOSITORY, { now: new Date() });
    // The directories that tap gives are inside this workspace, where no state may be.
    const home = mkdtempSync(join(tmpdir(), 'nocturne-home-'));
    t.teardown(() => rmSync(home, { recursive: true }));
    const found = await validate(snapshot, { home });
    const serious = found.diagnostics.filter(
      (one) => one.severity !== 'info' && !isFixture(one.range.file),
    );
    t.equal(
      serious.length,
      0,
      textReport(
        { ...found, diagnostics: serious },
        { color: false, width: 120, textOf: (file) => snapshot.text(file) },
      ),
    );
    t.ok(found.records > 100, `${found.records} records were read`);
    const owned =
      (snapshot.record('SEAL', 'INTEGRITY-MANIFEST')?.fields.get('signature')?.value ?? '') !== '';
    if (!owned)
      t.ok(
        found.diagnostics.some((one) => one.rule === 'domain-anchor' && one.severity === 'info'),
      );
  },
);
