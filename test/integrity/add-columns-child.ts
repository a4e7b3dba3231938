/**
 * A process that adds a column to a log and dies on the way: `node add-columns-child.js ROOT STATE
 * LOG STEP`.
 */
import { addLogColumns } from '../../src/integrity/add-log-columns.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';

const [root = '', state = '', file = '', step = ''] = process.argv.slice(2);
const [object] = openSnapshot(root, { now: new Date() }).objectsOf(file);
if (object === undefined) throw new Error(`${file} is not a log`);
addLogColumns({ root, state }, { file, object, fields: ['host'] }, (passed) => {
  if (passed === step) process.kill(process.pid, 'SIGKILL');
});
