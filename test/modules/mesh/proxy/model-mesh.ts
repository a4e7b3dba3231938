/**
 * Two nodes with a meter each: `laptop` has no model, `gpu` has one behind a key. A client with a
 * token of the laptop's meter speaks to a model of `gpu`.
 */
import { openGrant } from '../../../../src/modules/meter/grant.js';
import type { LedgerRow } from '../../../../src/modules/meter/ledger/rows.js';
import { serveMeter } from '../../../../src/modules/meter/server/serve-meter.js';
import { KEY, ledgerRows } from '../../meter/server/running-meter.js';
import { type Script, type TestUpstream, testUpstream } from '../../meter/server/upstream.js';
import {
  type Connected,
  connected,
  heardOthers,
  type Scope,
  until,
} from '../calls/calling-mesh.js';
import type { Mesh, MeshNode } from '../mesh-place.js';
import { placesOfModelMesh } from './model-places.js';

export type ModelMesh = {
  readonly mesh: Mesh;
  readonly laptop: Connected;
  readonly gpu: Connected;
  readonly upstream: TestUpstream;
  /** Of the laptop's meter; OpenAI's clients append `/v1`. */
  readonly base: string;
  token(options?: { readonly endpoint?: string; readonly tokens?: number }): string;
  rows(node: Connected): readonly LedgerRow[];
};

export async function modelMesh(
  t: Scope,
  options: {
    readonly may?: string;
    readonly script?: Script;
    readonly limits?: readonly string[];
    /** Of a model elsewhere, instead of `upstream`. */
    readonly endpoint?: string;
  } = {},
): Promise<ModelMesh> {
  const upstream = await testUpstream(options.script);
  t.teardown(() => upstream.close());
  const { endpoint = upstream.endpoint } = options;
  const { mesh, laptop: first, gpu: second } = await placesOfModelMesh(t, endpoint, options);
  const port = await meterOf(t, first, {});
  await meterOf(t, second, { OWNER_KEY: KEY });
  const [laptop, gpu] = [
    await connected(mesh, first),
    await connected(mesh, second, { OWNER_KEY: KEY }),
  ];
  t.teardown(() => Promise.all([laptop.end(), gpu.end()]));
  await until(() => heardOthers(laptop.live) > 0 && heardOthers(gpu.live) > 0);
  let passes = 0;
  return {
    ...{ mesh, laptop, gpu, upstream },
    base: `http://127.0.0.1:${port}`,
    token({ endpoint = 'mesh://gpu', tokens } = {}) {
      passes += 1;
      return openGrant(first.workspace.state, {
        runId: `RUN-20261121-${String(passes).padStart(3, '0')}`,
        ...{ project: 'pages', runner: 'far', endpoint, apiKeyEnv: '', use: 'worker' },
        limits: tokens === undefined ? {} : { tokens },
        opened: '2026-11-21T01:30:00Z',
      }).token;
    },
    rows: ({ place }) => ledgerRows(place.workspace.state),
  };
}

/** Ends with the test. */
async function meterOf(
  t: Scope,
  { workspace }: MeshNode,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const ending = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const address = await new Promise<{ readonly port: number }>((ready, reject) => {
    const say = (): void => undefined;
    ended = serveMeter({ workspace, env, signal: ending.signal, say, ready });
    ended.catch(reject);
  });
  t.teardown(async () => {
    ending.abort();
    await ended;
  });
  return address.port;
}
