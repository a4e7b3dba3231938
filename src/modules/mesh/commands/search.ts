/** `nocturne mesh search QUERY`: what other workspaces know, by node. */
import { EXIT } from '../../../kernel/error.js';
import { requireMesh } from '../calls/ask-service.js';
import type { CallOutcome } from '../calls/call.js';
import { passagesIn } from '../calls/passages.js';
import type { ModuleCommand } from '../../types.js';
import { callFrom, DEADLINES } from './call-from.js';

export const meshSearch: ModuleCommand = {
  summary: 'search the workspaces of other nodes that allow it',
  forAgents: 'never',
  args: '<query>',
  options: [
    { flags: '--node <target>', description: 'only this node, or tags:a,b (default: all)' },
    ...DEADLINES.slice(1),
  ],
  examples: ['nocturne mesh search "lease fencing"', 'nocturne mesh search cuda --node tags:gpu'],
  async run(context, { args: [query = ''], options }) {
    context.requireOwner('searching other nodes');
    requireMesh(context.workspace());
    const target = String(options['node'] ?? 'any');
    const call = { target, kind: 'search', body: { query }, all: true } as const;
    const outcomes = await callFrom(context, call, options);
    const found = [...outcomes].sort((a, b) => (a.node < b.node ? -1 : 1)).map(resultOf);
    const hasFailed = found.every(({ why }) => why !== undefined);
    return {
      exit: hasFailed ? EXIT.findings : EXIT.ok,
      text: found.map(textOf).join('\n'),
      json: { nodes: found },
    };
  },
};

type Result = {
  readonly node: string;
  readonly hits: ReturnType<typeof passagesIn>;
  readonly code?: string;
  readonly why?: string;
};

function resultOf(outcome: CallOutcome): Result {
  const { node } = outcome;
  if (outcome.kind === 'answered') return { node, hits: passagesIn(outcome.value) };
  return { node, hits: [], code: outcome.code, why: outcome.why };
}

function textOf({ node, hits, why }: Result): string {
  if (why !== undefined)
    return node === '' ? `Nobody was asked: ${why}` : `${node} did not search, and says: ${why}`;
  if (hits.length === 0) return `${node}: nothing found`;
  return [`${node}:`, ...hits.map(({ path, line, text }) => `  ${path}:${line}  ${text}`)].join(
    '\n',
  );
}
