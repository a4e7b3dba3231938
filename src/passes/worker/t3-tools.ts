/**
 * T3: the tools that the pass requires answer their probes, or the project is blocked with the name
 * of the one that does not.
 */
import { fieldList, fieldText, fieldTime } from '../../project/field-text.js';
import { projectDirectory } from '../../project/project-directory.js';
import { plainWords } from '../../governance/guard/plain-words.js';
import { notePrograms, programsIn } from '../../integrity/seen-programs.js';
import { EXIT } from '../../kernel/error.js';
import type { Rec } from '../../markdown/types.js';
import type { Snapshot } from '../../workspace/types.js';
import { type Act, bundleAct, noteAct } from '../act.js';
import { sandboxedCommand } from '../pass-sandbox.js';
import type { Chosen, Halt, PassEnvironment, Step, StepContext } from '../types.js';

const CACHED_MS = 3_600_000;
const PROBE_MS = 20_000;

type Answer = {
  readonly tool: string;
  readonly status: 'available' | 'missing';
  readonly why: string;
};
/** `acts`: what of the answer is kept for the hour. */
type Probe = Answer & { readonly acts: readonly Act[] };

export const t3Tools: Step<Chosen, Chosen> = {
  id: 'T3',
  title: 'tools',
  waits: true,
  async run(stage, context) {
    const { snapshot } = context;
    const required =
      stage.project === undefined || stage.unit !== undefined
        ? []
        : fieldList(snapshot.record('PROJECT', stage.project), 'next_pass.requires');
    const acts: Act[] = [];
    const probes: Probe[] = [];
    for (const tool of new Set(required)) {
      const probe = await probeTool(context, stage, tool);
      probes.push(probe);
      acts.push(...probe.acts);
    }
    const missing = probes.find((probe) => probe.status === 'missing');
    if (missing !== undefined) return blocked(stage, missing, acts);
    notePrograms(context.env.workspace.state, snapshot, programsOf(snapshot, stage));
    const names = probes.map((probe) => probe.tool).join(', ');
    const row = {
      type: 'tools',
      target: required.join(' '),
      detail: required.length === 0 ? 'none required' : `available: ${names}`,
    };
    return { stage, acts: [...acts, noteAct('T3', row)] };
  },
};

function programsOf(snapshot: Snapshot, { project }: Chosen): readonly string[] {
  return project === undefined ? [] : programsIn(snapshot, projectDirectory(snapshot, project));
}

function blocked(stage: Chosen, { tool, why }: Probe, acts: readonly Act[]): Halt {
  const slug = stage.project ?? '';
  const question = `${slug} needs the tool ${tool}, which is missing: ${why}. Install it and answer yes, or answer no to pause the project.`;
  const args = { slug, reason: `tool ${tool} is missing: ${why}`, priority: 'high', question };
  const note = `${slug} is blocked: ${tool} is missing (${why})`;
  return {
    halt: true,
    outcome: `blocked: the tool ${tool} is missing`,
    exit: EXIT.findings,
    stage: { ...stage, notes: [...stage.notes, note] },
    acts: [...acts, bundleAct('T3', { name: 'route_block', args, detail: why })],
  };
}

async function probeTool(
  { env, snapshot }: StepContext,
  stage: Chosen,
  tool: string,
): Promise<Probe> {
  const status = snapshot.record('TOOL', tool);
  if (isFresh(snapshot, status))
    return { tool, status: 'available', why: 'probed within the hour', acts: [] };
  const rule = snapshot.record('TOOL-RULE', tool);
  if (rule === undefined)
    return {
      ...missing(tool, 'it is not in orchestration-os/OPS-TOOL-REGISTRY.md'),
      acts: [],
    };
  const found = await run(env, stage, { tool, probe: fieldText(rule, 'probe'), snapshot });
  const act = bundleAct('T3', {
    name: status === undefined ? 'tool_status_add' : 'tool_status_set',
    args: {
      tool,
      status: found.status,
      constraint: found.status === 'missing' ? found.why : null,
    },
    target: tool,
    detail: found.why,
  });
  return { ...found, acts: [act] };
}

function isFresh(snapshot: Snapshot, status: Rec | undefined): boolean {
  const checked = status === undefined ? undefined : fieldTime(status, 'last_checked');
  return (
    fieldText(status, 'status') === 'available' &&
    checked !== undefined &&
    snapshot.now.getTime() - checked < CACHED_MS
  );
}

/** A probe is one program with its words, started without a shell; it says yes by ending with 0. */
async function run(
  env: PassEnvironment,
  stage: Chosen,
  request: { readonly tool: string; readonly probe: string; readonly snapshot: Snapshot },
): Promise<Answer> {
  const { tool, probe, snapshot } = request;
  if (probe === '') return missing(tool, 'it has no probe in the tool registry');
  const words = plainWords(probe);
  if (words === undefined) return missing(tool, `its probe is not one plain command: ${probe}`);
  const result = await sandboxedCommand(
    { env, pass: stage },
    () => snapshot,
  )({
    argv: words,
    cwd: env.workspace.root,
    timeoutMs: PROBE_MS,
    signal: env.signal,
  });
  if (result.kind === 'failed') return missing(tool, `its probe "${probe}" failed: ${result.why}`);
  return result.exit === 0
    ? { tool, status: 'available', why: 'the probe answered' }
    : missing(tool, `its probe "${probe}" ended with ${result.exit ?? 'a signal'}`);
}

function missing(tool: string, why: string): Answer {
  return { tool, status: 'missing', why };
}
