/** The tools of a `chat` agent, bound to its pass. Only this interface can run programs. */
import type { AgentTools } from '../agents/types.js';
import { NocturneError } from '../kernel/error.js';
import { toolsOf } from '../tools/tools.js';
import { callTool } from './call-tool.js';
import { commandFolder, runCommandSteps } from './run-command.js';
import type { ToolPlace } from './tool-context.js';
import type { Briefed, PassEnvironment } from './types.js';

export function chatTools(context: {
  readonly env: PassEnvironment;
  readonly pass: Briefed;
}): AgentTools {
  const { pass } = context;
  const { workspace, env, signal, say } = context.env;
  const place: ToolPlace = {
    workspace,
    caller: { kind: 'pass', door: 'agent tools', data: pass },
    env,
    signal,
    say,
    programs: {
      folder: commandFolder(pass),
      async run(steps) {
        const { ok, text } = await runCommandSteps(context, steps);
        if (!ok) throw new NocturneError('RUN_FAILED', text);
        return { text, data: {} };
      },
    },
  };
  return { list: toolsOf('chat'), call: (tool, sent) => callTool(place, tool, sent) };
}
