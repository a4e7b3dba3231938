/** A finished pass as the result of a command. */
import { defined } from '../../kernel/defined.js';
import type { PassReport } from '../../passes/pass-facts.js';
import type { CommandResult } from './types.js';

export function passResult(report: PassReport): CommandResult {
  const { data } = report;
  const run = {
    id: data.runId || null,
    role: data.role,
    project: data.project ?? null,
    outcome: report.outcome,
    ...defined({ quality: data.quality }),
    refused: data.refused,
    restored: data.undone.map((undone) => ({ ...undone, kept: undone.kept ?? null })),
    outputs: data.outputs,
    stop: data.stop,
  };
  const head = [data.runId, data.project]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  return {
    exit: report.exit,
    text: `${head === '' ? '' : `${head}: `}${report.outcome}`,
    json: { run },
  };
}
