/**
 * The end of a run: usage, last answer and the end of its pass. A host reports these in any order.
 */
import type { AgentEnd, Hooks, Message, SubagentEvent } from './host-types.js';
import type { Run } from './runs.js';
import { messageOf, type Plugin } from './state.js';

const BEAT_MS = 30_000;
/** The host reports usage right after the turn, or never if the model never answered. */
const COUNT_MS = 3_000;
/** A session with subagents gets another turn when they have answered. */
const NEXT_TURN_MS = 15_000;
/** Waits for subagents no longer than a pass may be silent. */
const CHILDREN_MS = 15 * 60_000;

export function agentEnd(plugin: Plugin): Hooks['agent_end'] {
  return (event, context) => {
    const standing = plugin.runs.standing(context);
    if (standing.kind !== 'governed' || standing.child || standing.run.stage !== 'open') return;
    const { run } = standing;
    run.report = lastText(event) || run.report;
    run.turnEnded = {
      failed:
        event.success === false ? (event.error ?? 'the host says that the run failed') : undefined,
    };
    settle(plugin, run);
  };
}

export function llmOutput(plugin: Plugin): Hooks['llm_output'] {
  return (event, context) => {
    const standing = plugin.runs.standing(context);
    if (standing.kind !== 'governed' || standing.run.stage !== 'open') return;
    const { run, child } = standing;
    const { usage } = event;
    run.usage.tokensIn += (usage?.input ?? 0) + (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0);
    run.usage.tokensOut += usage?.output ?? 0;
    run.usage.cost += usage?.cost?.total ?? 0;
    if (child) return;
    run.model =
      event.resolvedRef ??
      [event.provider, event.model].filter((part) => part !== undefined).join('/');
    run.report = event.assistantTexts?.join('\n') || run.report;
    run.counted = true;
    settle(plugin, run);
  };
}

export function subagent(
  plugin: Plugin,
  phase: 'started' | 'ended',
): (event: SubagentEvent, context: { readonly requesterSessionKey?: string }) => Promise<void> {
  return async (event, context) => {
    const child = event.childSessionKey ?? event.targetSessionKey;
    if (child === undefined) return;
    const run =
      context.requesterSessionKey === undefined
        ? governing(plugin, child)
        : plugin.runs.adopt(child, context.requesterSessionKey);
    if (run === undefined) return;
    if (phase === 'started') return void run.children.add(child);
    run.children.delete(child);
    const { outcome = 'ok', reason = '', error } = event;
    await plugin.client
      .ask(
        {
          op: 'ended',
          child,
          outcome: outcome === 'ok' || outcome === 'timeout' ? outcome : 'failed',
          detail: error ?? reason,
        },
        BEAT_MS,
      )
      .catch((failed: unknown) => plugin.log.warn(`not told: ${messageOf(failed)}`));
    settle(plugin, run);
  };
}

function governing(plugin: Plugin, child: string): Run | undefined {
  const standing = plugin.runs.standing({ sessionKey: child });
  return standing.kind === 'governed' ? standing.run : undefined;
}

/** Ends the pass as soon as nothing more is expected of its run. */
function settle(plugin: Plugin, run: Run): void {
  const { turnEnded } = run;
  if (turnEnded === undefined || run.stage !== 'open') return;
  clearTimeout(run.closing);
  const waits = waitOf(plugin, run);
  const end = (): void => void closeRun(plugin, run, turnEnded.failed);
  if (waits === 0 || (turnEnded.failed !== undefined && run.children.size === 0)) end();
  else run.closing = setTimeout(end, waits);
}

function waitOf(plugin: Plugin, run: Run): number {
  if (run.children.size > 0) return CHILDREN_MS;
  if (plugin.runs.hadChildren(run)) return NEXT_TURN_MS;
  return run.counted || run.turnEnded?.failed !== undefined ? 0 : COUNT_MS;
}

/** Ends the pass once, whichever caller comes first. */
export async function closeRun(
  plugin: Plugin,
  run: Run,
  failed: string | undefined,
): Promise<void> {
  if (run.stage !== 'open') return;
  run.stage = 'over';
  clearTimeout(run.closing);
  const { tokensIn, tokensOut, cost } = run.usage;
  const usage =
    run.counted || tokensIn > 0
      ? { tokensIn, tokensOut, ...(cost > 0 ? { cost: Number(cost.toFixed(6)) } : {}) }
      : {};
  const ended = plugin.client.ask({
    op: 'end',
    session: plugin.session(run),
    report: run.report,
    usage,
    model: run.model,
    ...(failed === undefined ? {} : { failed }),
  });
  const reported = ended.then(
    ({ outcome, runId }) => plugin.log.info(`${runId ?? ''} ended: ${outcome}`),
    (error: unknown) =>
      plugin.log.error(`the pass of ${run.sessionKey} could not be ended: ${messageOf(error)}`),
  );
  plugin.ending.add(reported);
  await reported.finally(() => plugin.ending.delete(reported));
  for (const done of run.afterPass) done();
}

/**
 * A heartbeat, rate-limited. If Nocturne refuses it, the pass is lost, and its calls are refused
 * too.
 */
export function beat(
  plugin: Plugin,
  run: Run,
  progress?: { readonly child: string; readonly note: string },
): void {
  if (run.stage !== 'open' || Date.now() - run.beatAt < BEAT_MS) return;
  run.beatAt = Date.now();
  if (progress !== undefined)
    plugin.client
      .ask({ op: 'progress', ...progress }, BEAT_MS)
      .catch((error: unknown) => plugin.log.warn(`not told: ${messageOf(error)}`));
  plugin.client
    .ask({ op: 'heartbeat', session: plugin.session(run) }, BEAT_MS)
    .catch((error: unknown) => plugin.log.warn(`no heartbeat: ${messageOf(error)}`));
}

function lastText(event: AgentEnd): string {
  const last = event.messages?.findLast((message) => message.role === 'assistant');
  return last === undefined ? '' : textOf(last);
}

function textOf({ content }: Message): string {
  return typeof content === 'string'
    ? content
    : (content ?? [])
        .map((part) => part.text ?? '')
        .join('\n')
        .trim();
}
