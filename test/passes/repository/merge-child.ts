/** Merges attempts in the order of its arguments, in a process that can be killed. */
import { merge, type Owners } from './owners-repository.js';

const [owners = '', ...runIds] = process.argv.slice(2);
async function mergeAll(): Promise<void> {
  for (const runId of runIds) {
    const { kind } = await merge(JSON.parse(owners) as Owners, runId);
    if (kind !== 'merged') throw new Error(`${runId}: ${kind}`);
  }
}
void mergeAll();
