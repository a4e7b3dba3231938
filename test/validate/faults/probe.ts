import { allFaults, findingsIn, isFound } from './all-faults.js';
import { fullFiles } from './full-workspace.js';
import type { Diagnostic } from '../../../src/kernel/diagnostic.js';
const [, , only = '', v] = process.argv;
const show = (d: Diagnostic): string =>
  `      ${d.severity} ${d.rule} ${d.range.file}:${d.range.line}:${d.range.column} ${d.message}${v ? ` | ${d.expected} | ${d.hint}` : ''}`;
console.log('base', (await findingsIn(fullFiles())).map(show).join('\n'));
const faults = allFaults();
const t0 = Date.now();
let ok = 0;
for (const f of faults) {
  if (!`${f.kind} ${f.page}`.includes(only)) continue;
  const found = await findingsIn(f.files);
  const hit = isFound(f, found);
  if (hit) ok++;
  if (!hit || v || found.length > 3)
    console.log(
      `${hit ? 'ok  ' : 'MISS'} ${f.kind} | ${f.page}:${f.line} (${f.rule})  ${found.length} findings\n${found.slice(0, 4).map(show).join('\n')}`,
    );
}
console.log(ok, 'of', faults.length, Date.now() - t0, 'ms');
