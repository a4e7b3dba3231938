/** `nocturne mesh call TARGET TOOL`: a tool of another node's workspace. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { parsedJson } from '../../../kernel/parsed-json.js';
import { requireMesh } from '../calls/ask-service.js';
import { membersOf } from '../calls/call.js';
import { answerOf, callFrom, DEADLINES } from './call-from.js';
import type { ModuleCommand } from '../../types.js';

export const meshCall: ModuleCommand = {
  summary: 'call a tool of another node that its owner allows',
  forAgents: 'never',
  args: '<target> <tool>',
  options: [
    { flags: '--args <json>', description: 'the arguments of the tool, as a JSON object' },
    ...DEADLINES,
  ],
  examples: [
    `nocturne mesh call gpu-box read --args '{"path":"MEMORY.md"}'`,
    `nocturne mesh call tags:gpu search --args '{"pattern":"cuda"}'`,
  ],
  async run(context, { args: [target = '', tool = ''], options }) {
    context.requireOwner('calling another node');
    requireMesh(context.workspace());
    const args = parsedJson(String(options['args'] ?? '{}'));
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      throw new NocturneError('BAD_VALUE', '--args is not a JSON object', {
        hint: `for example --args '{"path":"MEMORY.md"}'`,
      });
    const call = { target, kind: 'tool', body: { tool, args } } as const;
    const [outcome] = await callFrom(context, call, options);
    const value = membersOf(answerOf(outcome));
    return {
      exit: EXIT.ok,
      text: String(value['text'] ?? ''),
      json: { node: outcome?.node, call: outcome?.call, ...membersOf(value['data']) },
    };
  },
};
