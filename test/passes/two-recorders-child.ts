/** Records programs and changes that could not be undone, next to another process that does the same. */
import { acceptPrograms } from '../../src/integrity/seen-programs.js';
import { notePendingUndo } from '../../src/passes/reconcile/pending-undo.js';
import { systemClock } from '../../src/kernel/clock.js';
import { openWorkspace } from '../../src/workspace/open-workspace.js';

const [root = '', home = '', name = '', count = '0'] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
const snapshot = workspace.snapshot();
for (let i = 0; i < Number(count); i++) {
  acceptPrograms(workspace.state, snapshot, [`PROJECTS/pages/${name}-${i}.mjs`]);
  notePendingUndo(workspace, `RUN-${name}`, [[`PROJECTS/pages/${name}-${i}.md`, undefined]]);
}
workspace.close();
