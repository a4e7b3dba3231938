/**
 * Indexes a workspace as the command does, with an embedder that takes its time; killed by its
 * parent at any moment. Says when it has begun.
 */
import { fixedClock } from '../../../src/kernel/clock.js';
import { openKnowledge } from '../../../src/modules/knowledge/store/database.js';
import { indexFiles } from '../../../src/modules/knowledge/store/index-files.js';
import { indexVectors } from '../../../src/modules/knowledge/store/index-vectors.js';
import { indexPath } from '../../../src/modules/knowledge/operations/open-index.js';
import { openWorkspace } from '../../../src/workspace/open-workspace.js';
import { slowEmbedder } from './slow-embedder.js';

const [root = '', home = ''] = process.argv.slice(2);
const workspace = openWorkspace(root, { home, clock: fixedClock(new Date()) });
process.stdout.write('begun\n');
const db = openKnowledge(indexPath(root));
indexFiles(db, workspace.snapshot());
void indexVectors(db, slowEmbedder()).then(({ embedded }) => {
  process.stdout.write(`embedded ${embedded}\n`);
  db.close();
});
