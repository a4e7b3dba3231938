/** `openclaw nocturne status` and the gateway method `nocturne.status`. */
import type { StatusAnswer } from '../../../passes/host/guard-protocol.js';
import { messageOf, type Plugin } from './state.js';

const DEADLINE_MS = 20_000;

export type Status = {
  readonly ok: boolean;
  readonly warnings: readonly string[];
  readonly governed: string;
  readonly runs: readonly {
    readonly role: string;
    readonly session: string;
    readonly stage: string;
    readonly pass: string | undefined;
  }[];
  readonly judgements: { readonly count: number; readonly p50: number; readonly p95: number };
  readonly guard: StatusAnswer | { readonly error: string };
};

export async function statusOf(plugin: Plugin): Promise<Status> {
  const guard = await plugin.client
    .ask({ op: 'status' }, DEADLINE_MS)
    .catch((error: unknown) => ({ error: messageOf(error) }));
  return {
    ok: plugin.warnings.length === 0 && !('error' in guard) && guard.gate.ok,
    warnings: plugin.warnings,
    governed: plugin.config.governed,
    runs: plugin.runs.active().map((run) => ({
      role: run.role,
      session: run.sessionKey,
      stage: run.stage,
      pass: run.brief?.runId,
    })),
    judgements: {
      count: plugin.took.length,
      p50: quantile(plugin.took, 0.5),
      p95: quantile(plugin.took, 0.95),
    },
    guard,
  };
}

export function statusText({ guard, warnings, governed }: Status): string {
  const lines = warnings.map((warning) => `! ${warning}`);
  if ('error' in guard) return [...lines, `! the guard does not answer: ${guard.error}`].join('\n');
  const passes = guard.passes.map(
    ({ runId, role, project, started, isRunning }) =>
      `${runId}, ${role}${project === undefined ? '' : ` of ${project}`}, since ${started}${isRunning ? '' : ' (crashed)'}`,
  );
  return [
    ...lines,
    `workspace  ${guard.workspace}`,
    `governed   ${governed === 'all' ? 'the jobs, and all other sessions as guests' : 'the jobs nocturne-worker and nocturne-manager, and their sub-agents'}`,
    `gate       ${guard.gate.ok ? 'verified' : `refuses: ${guard.gate.problem ?? ''}`}`,
    `passes     ${passes.join('; ') || 'none'}`,
    `guard      process ${guard.pid} since ${guard.since}: ${guard.judged} judged, ${guard.refused} refused`,
  ].join('\n');
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Number(
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(2),
  );
}
