/** `mesh work`: this machine is given over to the mesh. */
import { EXIT, messageOf } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { runServicesWhenFree } from '../../../passes/modules/run-services.js';
import type { PassReport } from '../../../passes/pass-facts.js';
import type { PassEnvironment } from '../../../passes/types.js';
import type { CommandResult, ModuleCommand } from '../../types.js';
import { requireMesh } from '../calls/ask-service.js';
import { meshView } from '../node/mesh-view.js';
import { reachText } from '../node/reach-text.js';
import type { MeshSettings } from '../settings.js';
import { driveMesh, mayHaveWork } from '../work/drive-mesh.js';

/** Between two looks for work. */
const LOOK_MS = 1_000;
/** After a refusal of the gate, or the end of a budget. */
const REST_MS = 60_000;
/** Nothing is ever worked on by more passes at once. */
const MOST_LANES = 64;

export const meshWork: ModuleCommand = {
  summary: 'serve, and work on tasks and questions of the mesh, one after the other',
  forAgents: 'never',
  options: [{ flags: '--once', description: 'only the tasks that are here now, without serving' }],
  examples: ['nocturne mesh work', 'nocturne mesh work --once'],
  async run(context, { options }) {
    context.requireOwner('working for the mesh');
    const workspace = context.workspace();
    const settings = requireMesh(workspace);
    const env = await context.passes();
    const lanes = lanesFor(settings);
    const reports: PassReport[] = [];
    const onPass = (report: PassReport): void => {
      reports.push(report);
      context.progress(`${report.data.runId} ${report.data.unit ?? ''}: ${report.outcome}`);
    };
    if (options['once'] === true) {
      const { over } = await driveMesh(env, { lanes, onPass });
      const snapshot = workspace.snapshot();
      const view = meshView({ snapshot, state: workspace.state });
      if (view.reach !== 'connected') context.progress(reachText(view, snapshot.now.getTime()));
      return resultOf(reports, over);
    }
    context.progress(`${settings.node} works for the mesh. Press Ctrl-C to stop.`);
    const serving = runServicesWhenFree(env);
    await Promise.race([serving, workOn(env, lanes, onPass)]);
    await serving;
    return resultOf(reports, undefined);
  },
};

/** What the owner allows at once; a machine that takes no tasks still judges what comes home. */
function lanesFor({ capacity }: MeshSettings): number {
  return Math.min(MOST_LANES, Math.max(1, capacity));
}

async function workOn(
  env: PassEnvironment,
  lanes: number,
  onPass: (report: PassReport) => void,
): Promise<void> {
  const { workspace, signal, say } = env;
  while (!signal.aborted) {
    let ms = LOOK_MS;
    if (mayHaveWork(workspace))
      try {
        const { over } = await driveMesh(env, { lanes, onPass });
        if (over !== undefined) {
          say(`no pass begins now: ${over}`);
          ms = REST_MS;
        }
      } catch (error) {
        say(`a pass for the mesh could not run: ${messageOf(error)}`);
        ms = REST_MS;
      }
    await env.wait(ms, signal);
  }
}

function resultOf(reports: readonly PassReport[], over: string | undefined): CommandResult {
  const worked = reports.filter(({ data }) => data.unit !== undefined);
  const count = plural(worked.length, 'task was', 'tasks were');
  return {
    exit: over === undefined ? EXIT.ok : EXIT.gate,
    text: [
      ...(over === undefined ? [] : [over]),
      worked.length === 0 ? 'No task was here.' : `${count} worked on or judged.`,
    ].join('\n'),
    json: {
      passes: worked.map(({ data, outcome, exit }) => ({
        id: data.runId,
        unit: data.unit ?? null,
        outcome,
        exit,
      })),
    },
  };
}
