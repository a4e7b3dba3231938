/** The plugin that OpenClaw loads: every governed session begins, works and ends as a pass. */
import { runBegins, runFinalizes, runFinished, runPrinted, runStops } from './automations.js';
import { beforePrompt, beforeReply, beforeRun, execEnvironment } from './begin.js';
import { agentEnd, beat, closeRun, llmOutput, subagent } from './close.js';
import { atMost, HOOK_MS } from './guard-client.js';
import type { HostApi } from './host-types.js';
import { heldPlugin, messageOf, type Plugin } from './state.js';
import { statusOf, statusText } from './status.js';
import { afterCall, asJudged, judgeOnce } from './tool-calls.js';

/** Before and after other plugins. */
const FIRST = 1_000_000;
const LAST = -1_000_000;
/** An agent that thinks for long makes no tool call that would count as a heartbeat. */
const WATCH_MS = 60_000;
/** Looking at files and running the owner's checks may take longer than the host's 15 seconds. */
const FINALIZE_MS = 310_000;

export default {
  id: 'nocturne',
  name: 'Nocturne',
  register(api: HostApi): void {
    const held = heldPlugin(api);
    if (typeof held === 'string') return refuseAll(api, held);
    registerHooks(api, held);
    registerStatus(api, held);
  },
};

function registerHooks(api: HostApi, plugin: Plugin): void {
  const judge = judgeOnce(plugin);
  api.on('gateway_start', async (_event, context) => {
    plugin.client.open();
    for (const warning of plugin.warnings) plugin.log.error(warning);
    setInterval(() => plugin.runs.active().forEach((run) => beat(plugin, run)), WATCH_MS).unref();
    for (const job of (await context.getCron?.()?.list?.({ includeDisabled: true })) ?? [])
      plugin.runs.nameJob(job.id, job.name);
    // The host undoes the activation of a plugin that takes longer, and then runs no job at all.
    await atMost(HOOK_MS, takeUp(plugin));
  });
  api.on('cron_changed', (event) => {
    plugin.runs.nameJob(event.jobId, event.job?.name);
    const run = event.action === 'finished' ? plugin.runs.ofSession(event.sessionKey) : undefined;
    if (run?.stage === 'open' && event.status === 'error' && run.turnEnded === undefined)
      void closeRun(plugin, run, event.error ?? 'the host says that the run failed');
    else if (run?.stage === 'beginning') run.stage = 'over';
    return event.action === 'finished' ? runFinished(plugin, event) : undefined;
  });
  // In this order: a pass changes files when it begins.
  api.on('before_agent_reply', runBegins(plugin), { priority: FIRST + 1 });
  api.on('before_agent_run', runStops(plugin), { priority: FIRST + 1 });
  api.on('before_agent_finalize', runFinalizes(plugin), { timeoutMs: FINALIZE_MS });
  api.on('before_agent_reply', beforeReply(plugin), { priority: FIRST });
  api.on('before_agent_run', beforeRun(plugin), { priority: FIRST });
  api.on('before_prompt_build', beforePrompt(plugin));
  api.on('resolve_exec_env', execEnvironment(plugin), { priority: LAST });
  api.on('before_tool_call', judge, { priority: FIRST });
  api.on('before_tool_call', asJudged(plugin), { priority: LAST });
  api.registerTrustedToolPolicy?.({
    id: 'nocturne-guard',
    description: 'Commands of governed sessions are judged by nocturne',
    matcher: ['exec'],
    evaluate: judge,
  });
  api.on('after_tool_call', runPrinted(plugin));
  api.on('after_tool_call', afterCall(plugin));
  api.on(
    'subagent_progress',
    (event, context) =>
      event.phase === 'started' ? subagent(plugin, 'started')(event, context) : undefined,
    { priority: FIRST },
  );
  api.on('subagent_spawned', subagent(plugin, 'started'));
  api.on('subagent_ended', subagent(plugin, 'ended'));
  api.on('llm_output', llmOutput(plugin));
  api.on('agent_end', agentEnd(plugin));
  api.on('gateway_stop', async () => {
    await Promise.all(
      plugin.runs.active().map((run) => closeRun(plugin, run, 'the gateway was stopped')),
    );
    await plugin.settled();
    await plugin.client.close();
  });
}

/** Ends the passes of an earlier gateway, whose agents are gone. */
async function takeUp(plugin: Plugin): Promise<void> {
  try {
    const { sessions } = await plugin.client.ask({ op: 'hello', protocol: 1 }, 30_000);
    for (const session of sessions)
      if (session.host === 'openclaw' && plugin.runs.ofSession(session.id) === undefined)
        await plugin.client.ask({
          op: 'end',
          session,
          report: '',
          usage: {},
          model: '',
          failed: 'the gateway restarted, and the agent of the pass is gone',
        });
  } catch (error) {
    plugin.log.error(messageOf(error));
  }
}

function registerStatus(api: HostApi, plugin: Plugin): void {
  api.registerGatewayMethod?.(
    'nocturne.status',
    async ({ respond }) => respond(true, await statusOf(plugin)),
    { scope: 'operator.read' },
  );
  api.registerCli?.(
    ({ program }) => {
      program
        .command('nocturne')
        .description('Passes and guard of the governed workspace')
        .command('status')
        .description('whether the guard answers, and what runs')
        .option('--json', 'as JSON')
        .action(async ({ json }) => {
          const status = await statusOf(plugin);
          console.log(json === true ? JSON.stringify(status) : statusText(status));
          await plugin.client.close();
          if (!status.ok) process.exitCode = 1;
        });
    },
    {
      descriptors: [
        {
          name: 'nocturne',
          description: 'Passes and guard of the governed workspace',
          hasSubcommands: true,
        },
      ],
    },
  );
}

/** Without a configuration the workspace is unknown, and a job must not run ungoverned. */
function refuseAll(api: HostApi, why: string): void {
  api.logger?.error?.(`nocturne: ${why}`);
  api.on(
    'before_agent_run',
    (event) =>
      /^\[cron:\S+ nocturne-(?:worker|manager)-/.test(event.prompt ?? '')
        ? { outcome: 'block', reason: why, message: `nocturne: ${why}` }
        : undefined,
    { priority: FIRST },
  );
}
