import { INSTALLED_MODULES } from '../support/make-workspace.js';
import { validateSnapshot } from '../../src/validate/validate-snapshot.js';
import { snapshotOf } from './base-workspace.js';
import { inject } from './faults/fault.js';
import { fullFiles } from './faults/full-workspace.js';
import { DOCUMENT_PAGES, IN_DOCUMENTS } from './faults/in-documents.js';
import { IN_SECTIONS, SECTION_PAGES } from './faults/in-sections.js';
import { IN_TABLES, TABLE_PAGES } from './faults/in-tables.js';
const only = process.argv[2] ?? '';
const verbose = process.argv[3] === 'v';
const run = async (files: any) =>
  (await validateSnapshot(snapshotOf(files), { modules: INSTALLED_MODULES })).filter(
    (d) =>
      ![
        'protected-set',
        'manifest-hash',
        'manifest-signature',
        'log-chain',
        'prompt-composed',
      ].includes(d.rule) && d.severity !== 'info',
  );
const show = (d: any) =>
  `      ${d.severity} ${d.rule} ${d.range.file}:${d.range.line}:${d.range.column} ${d.message}${verbose && d.expected ? ' | exp: ' + d.expected : ''}${verbose && d.hint ? ' | hint: ' + d.hint : ''}`;
console.log('base', (await run(fullFiles())).map(show).join('\n'));
const faults = [
  ...inject(IN_TABLES, Object.keys(TABLE_PAGES)),
  ...inject(IN_SECTIONS, Object.keys(SECTION_PAGES)),
  ...inject(IN_DOCUMENTS, DOCUMENT_PAGES),
];
const t0 = Date.now();
let ok = 0;
for (const f of faults) {
  if (!`${f.kind} ${f.page}`.includes(only)) continue;
  const found = await run(f.files);
  const hit = found.some(
    (d) => d.rule === f.rule && d.range.file === f.page && d.range.line === f.line,
  );
  const others = found.filter(
    (d) => !(d.rule === f.rule && d.range.file === f.page && d.range.line === f.line),
  );
  if (hit) ok++;
  if (!hit || verbose || others.length > 2)
    console.log(
      `${hit ? 'ok  ' : 'MISS'} ${f.kind} | ${f.page}:${f.line} (${f.rule})  ${found.length} findings\n${found.slice(0, 4).map(show).join('\n')}`,
    );
}
console.log(ok, 'of', faults.length, Date.now() - t0, 'ms');
