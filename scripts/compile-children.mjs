// Runs the plan of a small workspace with a test program, and stores the code that V8 compiled for
// it next to dist/children.cjs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeWithPlan, planPage } from '../dist/test/modules/plans/run/plan-place.js';

const file = join(import.meta.dirname, '../dist/children.cjs');
const { loadBundle } = createRequire(import.meta.url)('../bin/load-bundle.cjs');
const { exports, script } = loadBundle(file);

const folder = mkdtempSync(join(tmpdir(), 'nocturne-build-'));
const step = '- id: one\n  title: One\n  run: command\n  command: ["true"]\n';
const place = placeWithPlan(folder, planPage(step));
process.on('exit', () => {
  place.workspace.close();
  rmSync(folder, { recursive: true });
  writeFileSync(`${file}.cache`, script.createCachedData());
});
process.argv.splice(2, Infinity, place.root, place.home, '1');
await exports.programs['modules/plans/run/drive-child.js']();
