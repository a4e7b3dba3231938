/** Nodes on a real server whose agents say what a script has for them. */
import type { Test } from 'tap';
import type {
  CommandResult,
  ModuleCommand,
  ModuleCommandContext,
  Parsed,
} from '../../../src/modules/types.js';
import {
  chatRunnerAt,
  type Place,
  REPORT,
  runnersPage,
  tiersWith,
  WRITES_PAGE,
} from '../../passes/pass-workspace.js';
import { type Scripted, scriptedOpenai, type SeenRequest } from '../../support/scripted-openai.js';
import { connected, type Connected, heardOthers } from './calls/calling-mesh.js';
import { type Mesh, meshOf } from './mesh-place.js';
import { until } from './until.js';

const USAGE = { prompt_tokens: 90, completion_tokens: 10 };

/** What the agent of a node says: what is due, and a vote. */
export function speak(node: string, request: SeenRequest, vote = 'converged') {
  const prompt = promptOf(request);
  const place = /This is turn (\S+)\./.exec(prompt)?.[1] ?? '';
  const due = [...prompt.matchAll(/^- `(\w+)`: /gm)].map(([, type]) => type);
  const texts = due.map(
    (type) =>
      `${type} of ${node} at ${place}\n===CIRCLING_ARTIFACT===\ntype: ${type}\n===END_ARTIFACT===\n`,
  );
  return {
    say: `${texts.join('')}===CIRCLING_REFLECTION===\nsummary: ${place}\nconfidence: 0.9\nvote: ${vote}\n===END_REFLECTION===`,
    usage: USAGE,
  };
}

export function promptOf(request: SeenRequest): string {
  return (request.body.messages ?? []).map(({ content }) => String(content)).join('\n');
}

export type Script = (request: SeenRequest) => Scripted;
export type Ring = {
  readonly mesh: Mesh;
  readonly nodes: Map<string, Connected>;
  readonly asked: Map<string, readonly SeenRequest[]>;
  connect(id: string): Promise<void>;
};

/** The first is the owner. */
export async function ring(t: Test, scripts: Readonly<Record<string, Script>>): Promise<Ring> {
  const ids = Object.keys(scripts);
  const asked = new Map<string, readonly SeenRequest[]>();
  const wanted = [];
  for (const id of ids) {
    const server = await scriptedOpenai([(request) => scripts[id]?.(request) ?? { status: 500 }]);
    t.teardown(() => server.close());
    asked.set(id, server.requests);
    const files = {
      'MODEL-TIERS.md': tiersWith('| circle | boxed | large | 5 | - | - | - | - |'),
      'orchestration-os/RUNNERS.md': runnersPage(chatRunnerAt(server.endpoint)),
    };
    const agent = `${WRITES_PAGE}import { readFileSync } from 'node:fs';\nwriteFileSync('outputs/brief.md', readFileSync(0, 'utf8'));\n${REPORT}\n`;
    wanted.push({ id, agent, project: { files } });
  }
  const mesh = await meshOf(t, wanted);
  const nodes = new Map<string, Connected>();
  const connect = async (id: string): Promise<void> => {
    const place = mesh.nodes.find(({ identity }) => identity.node === id);
    if (place === undefined) throw new Error(id);
    nodes.set(id, await connected(mesh, place));
  };
  for (const id of ids) await connect(id);
  t.teardown(() => Promise.all([...nodes.values()].map((node) => node.end())));
  await until(
    () => [...nodes.values()].map(({ live }) => heardOthers(live)),
    (heard) => heard.every((count) => count === ids.length - 1),
  );
  return { mesh, nodes, asked, connect };
}

/** As the command line does it for the owner. */
export async function run(
  { workspace }: Pick<Place, 'workspace'>,
  command: ModuleCommand,
  [args, options]: readonly [readonly string[], Parsed['options']?],
): Promise<CommandResult> {
  const context = {
    workspace: () => workspace,
    requireOwner: () => undefined,
  } as unknown as ModuleCommandContext;
  return command.run(context, { args, options: options ?? {} });
}

export const place = ({ mesh }: Ring): Place => {
  const [owner] = mesh.nodes;
  if (owner === undefined) throw new Error('an owner');
  return owner;
};
export const says =
  (node: string, vote?: string): Script =>
  (request) =>
    speak(node, request, vote);
export const tokensOf = (asked: Ring['asked'], id: string) => 100 * (asked.get(id)?.length ?? 0);
