/** A watch begins again when the store is another one, and only then. */
import { type KV, Kvm } from '@nats-io/kv';
import t from 'tap';
import { watchBucket } from '../../../../src/modules/mesh/tasks/bucket-watch.js';
import { BUCKET } from '../../../../src/modules/mesh/wire/names.js';
import { type MeshNode, meshOf } from '../mesh-place.js';
import { NO_SERVER } from '../nats-server.js';
import { until } from '../until.js';

t.setTimeout(120_000);

t.test(
  'what is written while it looks at the store does not make it another store',
  { skip: NO_SERVER },
  async (t) => {
    const mesh = await meshOf(t, [{ id: 'lead' }]);
    const [lead] = mesh.nodes as [MeshNode];
    const kv = await new Kvm(await mesh.connect(lead)).open(BUCKET.tasks);
    const told: number[] = [];
    let [looks, resets] = [0, 0];
    /** Its answer is older than what is told before it arrives. */
    const slow: Pick<KV, 'status' | 'watch'> = {
      watch: (options) => kv.watch(options),
      async status() {
        const status = await kv.status();
        const revision = await kv.put('lead.page', `${++looks}`);
        // Nobody tells it before the watch has begun.
        if (resets > 0)
          await until(
            () => told.includes(revision),
            (isTold) => isTold,
            { ms: 1_000 },
          ).catch(() => undefined);
        return status;
      },
    };
    const ended = new AbortController();
    const watching = watchBucket(async () => slow as KV, 'lead.*', {
      signal: ended.signal,
      onEntry: (_, { revision }) => told.push(revision),
      onReset: () => resets++,
    });
    await until(
      () => looks,
      (seen) => seen > 3,
      { ms: 60_000 },
    );
    ended.abort();
    await watching;
    t.equal(resets, 1);
  },
);
