/**
 * Runs of automations that JOBS.md names, ours and any other: Nocturne sees the files before the
 * model is asked and after the run. Where the host allows it, a run without work is an error there.
 */
import type { CronEvent, HostContext, Hooks } from './host-types.js';
import { messageOf, type Plugin } from './state.js';

/**
 * `stop`: why its next turn is blocked. `caught`: it says that it is done, and it is not;
 * `held-back`: it was over before it began.
 */
export type WatchedRun = {
  readonly run: string;
  readonly jobId: string;
  readonly sessionKey: string;
  readonly turns: Set<string>;
  stop: { readonly kind: 'caught' | 'held-back'; readonly why: string } | undefined;
  hasChildren: boolean;
  /** Its last answer was told. */
  isHeard: boolean;
};

/** Files are hashed, and conditions may run programs. */
const LOOK_MS = 300_000;
const TELL_MS = 10_000;

/** Before every hook of a pass: a pass already changes files when it begins. */
export function runBegins(plugin: Plugin): Hooks['before_agent_reply'] {
  return async (event, { jobId, sessionKey, runId }) => {
    if (jobId === undefined || sessionKey === undefined || runId === undefined) return undefined;
    const going = plugin.watched.get(jobId);
    // The host asks again for another attempt of the same run.
    if (going?.sessionKey === sessionKey) return void going.turns.add(runId);
    const name = plugin.runs.nameOf(jobId, event.cleanedBody);
    plugin.watched.delete(jobId);
    try {
      const begun = await plugin.client.ask(
        { op: 'run-begins', automation: { by: 'openclaw', id: jobId, name }, pid: process.pid },
        LOOK_MS,
      );
      if (begun === null) return undefined;
      const { run, mayStart, text } = begun;
      plugin.watched.set(jobId, {
        run,
        jobId,
        sessionKey,
        turns: new Set([runId]),
        stop: mayStart ? undefined : { kind: 'held-back', why: text },
        hasChildren: false,
        isHeard: false,
      });
    } catch (error) {
      plugin.log.error(`the run of ${name} is not watched: ${messageOf(error)}`);
    }
    return undefined;
  };
}

export function runStops(plugin: Plugin): Hooks['before_agent_run'] {
  return (_event, context) => {
    const why = watchedBy(plugin, context)?.stop?.why;
    if (why === undefined) return undefined;
    return { outcome: 'block', reason: why, message: `nocturne: ${why}` };
  };
}

export function runPrinted(plugin: Plugin): Hooks['after_tool_call'] {
  return async (event, context) => {
    const watched = watchedBy(plugin, context);
    if (watched === undefined) return;
    if (event.toolName === 'sessions_spawn') watched.hasChildren = true;
    const text = (event.result?.content ?? []).flatMap((part) => part.text ?? []).join('\n');
    if (text !== '') await tellPrinted(plugin, watched, text);
  };
}

/**
 * The host takes a last answer as success. If the files say otherwise, the agent is asked once
 * more as often as the owner allows; then that turn is blocked, which the host records as an error.
 */
export function runFinalizes(plugin: Plugin): Hooks['before_agent_finalize'] {
  return async (event, context) => {
    const watched = watchedBy(plugin, context);
    if (watched === undefined || watched.hasChildren || watched.stop !== undefined)
      return undefined;
    // A pass has its own account of what it did, and it is not over yet.
    if (plugin.runs.standing(context).kind === 'governed') return undefined;
    await tellPrinted(plugin, watched, event.lastAssistantMessage ?? '');
    watched.isHeard = true;
    try {
      const look = await plugin.client.ask({ op: 'run-look', run: watched.run }, LOOK_MS);
      if (look === null || look.kind === 'proved') return undefined;
      if (look.kind === 'caught') watched.stop = { kind: 'caught', why: look.text };
      return { action: 'revise', reason: look.text };
    } catch (error) {
      plugin.log.error(`${watched.run} is judged when it is over: ${messageOf(error)}`);
      return undefined;
    }
  };
}

export async function runFinished(plugin: Plugin, event: CronEvent): Promise<void> {
  const { jobId, status, error, job, runAtMs } = event;
  const watched = plugin.watched.get(jobId);
  plugin.watched.delete(jobId);
  if (watched?.stop?.kind === 'held-back') return;
  const failed = status !== 'ok' && watched?.stop === undefined;
  const end = {
    status: failed ? (status ?? 'error') : 'ok',
    why: failed ? (error ?? `the host says ${status ?? 'nothing about its end'}`) : '',
  } as const;
  const pass = plugin.runs.ofSession(watched?.sessionKey);
  if (pass?.stage === 'open') await new Promise<void>((done) => void pass.afterPass.push(done));
  await plugin.settled();
  try {
    if (watched === undefined) {
      const name = plugin.runs.nameOf(jobId, undefined);
      await plugin.client.ask(
        {
          op: 'run-unseen',
          automation: { by: 'openclaw', id: jobId, name },
          started: new Date(runAtMs ?? Date.now()).toISOString(),
          end,
          why: whyUnseen(job?.payload?.kind),
        },
        LOOK_MS,
      );
      return;
    }
    if (!watched.isHeard && event.summary !== undefined)
      await tellPrinted(plugin, watched, event.summary);
    const verdict = await plugin.client.ask({ op: 'run-ended', run: watched.run, end }, LOOK_MS);
    plugin.log.info(`${watched.run}: ${verdict ?? ''}`);
  } catch (failure) {
    plugin.log.error(`a run of ${job?.name ?? jobId} has no verdict yet: ${messageOf(failure)}`);
  }
}

function whyUnseen(kind: string | undefined): string {
  return kind === 'agentTurn'
    ? 'the plugin did not see it start'
    : `OpenClaw starts a ${kind ?? 'run'} without waiting for the plugin; put "nocturne job run" in front of its command`;
}

function tellPrinted(plugin: Plugin, { run }: WatchedRun, text: string): Promise<unknown> {
  return plugin.client
    .ask({ op: 'run-printed', run, text }, TELL_MS)
    .catch((error: unknown) => plugin.log.warn(`not told: ${messageOf(error)}`));
}

/** A named session outlives its runs, so the turn decides where the host says which it is. */
function watchedBy(plugin: Plugin, { runId, sessionKey }: HostContext): WatchedRun | undefined {
  const all = [...plugin.watched.values()];
  return (
    all.find(({ turns }) => runId !== undefined && turns.has(runId)) ??
    all.find((watched) => runId === undefined && watched.sessionKey === sessionKey)
  );
}
