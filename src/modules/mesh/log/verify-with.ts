/** `audit verify --with NODE`: our mesh log and that of another node, compared. */
import { resolve } from 'node:path';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { plural } from '../../../kernel/words.js';
import { serviceHealth } from '../../../passes/modules/service-health.js';
import { readTextIfThere } from '../../../workspace/read-if-there.js';
import type { Workspace } from '../../../workspace/types.js';
import type { CommandResult, ModuleCommandContext } from '../../types.js';
import { readIdentity } from '../identity.js';
import { keptRoster } from '../roster.js';
import { MESH_OFF } from '../node/reach-text.js';
import { settingsNow } from '../settings.js';
import { askLog } from './asked-logs.js';
import { compareLogs } from './compare-logs.js';
import { logLines, rowOf, type ShownRow } from './log-lines.js';

const ANSWER_MS = 30_000;

type Other = {
  readonly node: string;
  /** Their `audit/mesh-log.jsonl`; without it they are asked. */
  readonly file: string | undefined;
};

export async function verifyWith(
  context: ModuleCommandContext,
  { node, file }: Other,
): Promise<CommandResult> {
  const workspace = context.workspace();
  const own = readIdentity(workspace.state)?.node;
  const roster = keptRoster(workspace.state);
  if (own === undefined || roster === undefined)
    throw new NocturneError('NOT_FOUND', MESH_OFF, {
      hint: 'nocturne audit verify without --with looks at its own logs',
    });
  if (!roster.nodes.some(({ id }) => id === node))
    throw new NocturneError('NOT_FOUND', `${node} is not a node of the mesh ${roster.mesh}`, {
      hint: `its nodes: ${roster.nodes.map(({ id }) => id).join(', ')}`,
    });
  const theirs = file === undefined ? await asked(context, workspace, node) : rowsIn(context, file);
  const ours = logLines(workspace.root).map(rowOf);
  const { findings, compared, heads } = compareLogs(
    { node: own, rows: ours },
    { node, rows: theirs },
  );
  const lines = findings.map(({ log, message }) =>
    context.paint.wrong(`the mesh log of ${log}: ${message}`),
  );
  const good = `${own} and ${node} agree: ${plural(compared, 'row')} of both name the other, and ${plural(heads, 'head')} fit.`;
  return {
    exit: findings.length === 0 ? EXIT.ok : EXIT.findings,
    text: findings.length === 0 ? good : lines.join('\n'),
    json: {
      node: own,
      with: node,
      ours: ours.length,
      theirs: theirs.length,
      compared,
      heads,
      findings,
    },
  };
}

function rowsIn({ cwd }: ModuleCommandContext, file: string): readonly ShownRow[] {
  const text = readTextIfThere(resolve(cwd, file));
  if (text === undefined)
    throw new NocturneError('NOT_FOUND', `${file} is not there`, {
      hint: 'give the audit/mesh-log.jsonl of the other node',
    });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(rowOf);
}

/** By the running service; where none runs, this process is the node for a moment. */
async function asked(
  { progress }: ModuleCommandContext,
  workspace: Workspace,
  node: string,
): Promise<readonly ShownRow[]> {
  const settings = settingsNow(workspace);
  const [identity, roster] = [readIdentity(workspace.state), keptRoster(workspace.state)];
  if (settings === undefined || identity === undefined || roster === undefined)
    throw new NocturneError('CONFIG', 'the mesh is off', {
      hint: 'give the log of the other node as a file: --file',
    });
  const ended = new AbortController();
  const own =
    serviceHealth(workspace.state) === undefined
      ? runAsNode({ workspace, identity, roster, url: settings.url, say: progress }, ended.signal)
      : undefined;
  try {
    const failed = own?.then(() => undefined);
    const answer = askLog(workspace.state, node, ANSWER_MS);
    const got = await (failed === undefined ? answer : Promise.race([answer, failed]));
    if (got === undefined || 'why' in got)
      throw new NocturneError(
        'RUN_FAILED',
        `the log of ${node} did not come: ${got?.why ?? 'no answer'}`,
        {
          hint: `nocturne serve has to run on ${node}; or give its log as a file: --file`,
        },
      );
    return got.rows;
  } finally {
    ended.abort();
    await own?.catch(() => undefined);
  }
}

type Run = Omit<Parameters<typeof import('../node/run-node.js').runNode>[0], 'signal' | 'parts'>;

async function runAsNode(run: Run, signal: AbortSignal): Promise<void> {
  const [{ runNode }, { logPart }] = await Promise.all([
    import('../node/run-node.js'),
    import('./log-part.js'),
  ]);
  await runNode({ ...run, signal, parts: [logPart()] });
}
