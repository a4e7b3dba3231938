/** `nocturne mesh ask TARGET OBJECTIVE`: a governed pass of an agent on another node. */
import { EXIT } from '../../../kernel/error.js';
import { requireMesh } from '../calls/ask-service.js';
import { membersOf } from '../calls/call.js';
import type { ModuleCommand } from '../../types.js';
import { answerOf, callFrom, DEADLINES } from './call-from.js';

export const meshAsk: ModuleCommand = {
  summary: 'ask an agent of another node, in a governed pass there',
  forAgents: 'never',
  args: '<target> <objective>',
  options: DEADLINES,
  examples: [
    'nocturne mesh ask gpu-box "Summarise what the logs of last night say"',
    'nocturne mesh ask gpu-box/writer "Review the draft" --within 1800 --key draft-review-1',
  ],
  async run(context, { args: [target = '', objective = ''], options }) {
    context.requireOwner('asking another node');
    requireMesh(context.workspace());
    const call = { target, kind: 'ask', body: { objective } } as const;
    const [outcome] = await callFrom(context, call, options, (data) => {
      const { state, why, text } = membersOf(data);
      if (typeof state === 'string') context.progress(`${target}: ${printable(state)}`);
      if (typeof why === 'string') context.progress(`${target} waits: ${printable(why)}`);
      if (typeof text === 'string') context.progress(printable(text.trimEnd()));
    });
    const answer = membersOf(answerOf(outcome));
    const missing = outcome?.kind === 'answered' ? outcome.missing : [];
    if (missing.length > 0)
      context.progress(`${missing.length} parts of what it printed never arrived`);
    return {
      exit: EXIT.ok,
      text: printable(String(answer['report'] ?? '')),
      json: { node: outcome?.node, call: outcome?.call, ...answer, missing: missing.length },
    };
  },
};

/** Without what a terminal would obey. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, '');
}
