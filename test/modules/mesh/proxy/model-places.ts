/** Workspaces of two nodes: `laptop` has no model, `gpu` has the model `small` behind a key. */
import { runnersPage, tiersWithIdle } from '../../../passes/pass-workspace.js';
import { signAnyway } from '../../../support/sign-anyway.js';
import { SPENDING, spendingPage } from '../../meter/spending-place.js';
import { type Mesh, type MeshNode, meshOf } from '../mesh-place.js';

const PRICES = ['| small | boxed | 1 | 4 | - | - | - | EUR | 2026-11-01 |'];
const RATE = '| EUR | 1 | 2026-11-01 |';

export async function placesOfModelMesh(
  t: Parameters<typeof meshOf>[0],
  endpoint: string,
  options: { readonly may?: string; readonly limits?: readonly string[] } = {},
): Promise<{ readonly mesh: Mesh; readonly laptop: MeshNode; readonly gpu: MeshNode }> {
  const may = options.may ?? 'models';
  const far = `- **Kind:** chat\n- **Endpoint:** mesh://tags:big\n- **Api key env:** -\n`;
  const files = {
    'orchestration-os/RUNNERS.md': runnersPage(far),
    'MODEL-TIERS.md': tiersWithIdle().replace(
      /\| standard \| [^|]+ \| [^|]+ \|/,
      '| standard | boxed | small |',
    ),
  };
  const mesh = await meshOf(t, [
    { id: 'laptop', project: { runner: 'boxed', files } },
    { id: 'gpu', tags: ['big'], may },
  ]);
  const [laptop, gpu] = mesh.nodes;
  if (laptop === undefined || gpu === undefined) throw new Error('two nodes');
  // What a borrowed model costs says the owner of the machine that borrows it.
  signAnyway(laptop, SPENDING, spendingPage({ prices: PRICES, rates: [RATE] }));
  const runner = `- **Kind:** chat\n- **Endpoint:** ${endpoint}\n- **Api key env:** OWNER_KEY\n`;
  signAnyway(gpu, 'orchestration-os/RUNNERS.md', runnersPage(runner));
  signAnyway(
    gpu,
    SPENDING,
    spendingPage({ prices: PRICES, rates: [RATE], limits: options.limits ?? [] }),
  );
  return { mesh, laptop, gpu };
}
