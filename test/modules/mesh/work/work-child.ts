/**
 * A process that works on what the mesh has for one workspace, until nothing is left:
 * `node work-child.js ROOT HOME`. Prints `ready`, then a line for each pass, then `nothing left`.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../../../src/kernel/clock.js';
import { module } from '../../../../src/modules/mesh/module.js';
import { driveMesh } from '../../../../src/modules/mesh/work/drive-mesh.js';
import { openWorkspace } from '../../../../src/workspace/open-workspace.js';
import { environment } from '../../../passes/pass-workspace.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: systemClock });
writeSync(1, 'ready\n');
void driveMesh(environment({ workspace }, { modules: [module] }), {
  lanes: 1,
  onPass: ({ data, outcome }) => writeSync(1, `${data.unit ?? ''}: ${outcome}\n`),
}).then(({ over }) => writeSync(1, over === undefined ? 'nothing left\n' : `over: ${over}\n`));
