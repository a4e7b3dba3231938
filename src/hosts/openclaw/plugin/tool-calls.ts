/** Judges each tool call, and reports it afterwards. A call that cannot be judged is refused. */
import type { JudgeAnswer } from '../../../passes/host/guard-protocol.js';
import type { HostContext, Hooks, ToolEvent, ToolVerdict } from './host-types.js';
import { messageOf, type Plugin } from './state.js';
import { beat } from './close.js';

/** Under the fifteen seconds after which the host gives up on a hook. */
const DEADLINE_MS = 10_000;
const SLOWEST_KEPT = 500;

type Verdict = ToolVerdict | undefined;

/**
 * A call that was judged by the policy is not judged again by the hook: by its id and what it says.
 */
export function judgeOnce(
  plugin: Plugin,
): (event: ToolEvent, context: HostContext) => Promise<Verdict> {
  const verdicts = new Map<string, Promise<Verdict>>();
  return (event, context) => {
    const key =
      event.toolCallId === undefined
        ? undefined
        : `${context.sessionKey ?? ''} ${event.toolCallId} ${event.toolName} ${JSON.stringify(event.params ?? {})}`;
    const before = key === undefined ? undefined : verdicts.get(key);
    if (before !== undefined) return before;
    const verdict = judge(plugin, event, context);
    if (key !== undefined) verdicts.set(key, verdict);
    for (const old of [...verdicts.keys()].slice(0, -64)) verdicts.delete(old);
    return verdict;
  };
}

async function judge(plugin: Plugin, event: ToolEvent, context: HostContext): Promise<Verdict> {
  const { runs, config, client } = plugin;
  const standing = runs.standing({
    ...context,
    ...(context.runId === undefined && event.runId !== undefined ? { runId: event.runId } : {}),
  });
  if (standing.kind === 'stray') return refuse('this session does not belong to a running pass');
  if (standing.kind === 'free' && config.governed === 'jobs') return undefined;
  if (standing.kind === 'governed' && standing.run.stage !== 'open')
    return refuse(standing.run.why);
  const started = performance.now();
  try {
    const answer = await client.ask(
      {
        op: 'judge',
        host: 'openclaw',
        tool: event.toolName,
        params: { ...event.params },
        ...(event.toolCallId === undefined ? {} : { callId: event.toolCallId }),
        ...(standing.kind === 'governed'
          ? { session: plugin.session(standing.run), governed: true }
          : {}),
      },
      DEADLINE_MS,
    );
    plugin.took.push(performance.now() - started);
    if (plugin.took.length > SLOWEST_KEPT) plugin.took.shift();
    if (answer.verdict === 'allow') return replaced(plugin, event, answer);
    if (answer.verdict === 'ask' && standing.kind === 'free')
      return {
        requireApproval: {
          title: 'nocturne asks',
          description: answer.text,
          timeoutBehavior: 'deny',
        },
      };
    return refuse(answer.text);
  } catch (error) {
    return refuse(`this call could not be judged (${messageOf(error)}), so it is refused`);
  }
}

/**
 * A command runs as it was judged, every word quoted. A subagent is told the name under which its
 * result will be known.
 */
function replaced(
  { ourParams }: Plugin,
  event: ToolEvent,
  { command, instruction }: JudgeAnswer,
): Verdict {
  if (command === undefined && instruction === undefined) return undefined;
  const params = {
    ...event.params,
    ...(command === undefined ? {} : { command }),
    ...(instruction === undefined
      ? {}
      : { task: `${String(event.params?.['task'] ?? '')}\n\n${instruction}` }),
  };
  if (event.toolCallId !== undefined) ourParams.set(event.toolCallId, params);
  for (const old of [...ourParams.keys()].slice(0, -64)) ourParams.delete(old);
  return { params };
}

function refuse(why: string): Verdict {
  return { block: true, blockReason: `Refused by nocturne. ${why}` };
}

/**
 * The last word on the parameters: what another plugin put in their place after the judgement is
 * taken out again.
 */
export function asJudged(plugin: Plugin): Hooks['before_tool_call'] {
  return (event, context) =>
    plugin.runs.standing(context).kind === 'governed' && event.params !== undefined
      ? { params: plugin.ourParams.get(event.toolCallId ?? '') ?? event.params }
      : undefined;
}

export function afterCall(plugin: Plugin): Hooks['after_tool_call'] {
  return async (event, context) => {
    const { client, runs, log } = plugin;
    const standing = runs.standing(context);
    if (standing.kind === 'free' && plugin.config.governed === 'jobs') return;
    const tell = (asked: Parameters<typeof client.ask>[0]): Promise<unknown> =>
      client
        .ask(asked, DEADLINE_MS)
        .catch((error: unknown) => log.warn(`not told: ${messageOf(error)}`));
    await tell({ op: 'acted' });
    if (standing.kind !== 'governed') return;
    if (event.toolName === 'sessions_spawn' && event.toolCallId !== undefined) {
      const details = event.result?.details;
      const child = event.error === undefined ? details?.childSessionKey : undefined;
      await tell(
        child === undefined
          ? {
              op: 'spawn-failed',
              callId: event.toolCallId,
              why: event.error ?? details?.error ?? details?.status ?? 'the host did not say why',
            }
          : { op: 'spawned', callId: event.toolCallId, child },
      );
    }
    beat(
      plugin,
      standing.run,
      standing.child && context.sessionKey !== undefined
        ? { child: context.sessionKey, note: `${event.toolName} ran` }
        : undefined,
    );
  };
}
