/** The gate's verdict as the result of a command. */
import type { GateReport } from '../../integrity/gate-report.js';
import { EXIT } from '../../kernel/error.js';
import type { Alarm } from '../../integrity/alarm.js';
import { alarmLines } from './alarm-lines.js';
import type { CommandResult } from './types.js';

/** `over`: how many incidents ended with it. `alarms`: what the findings mean together. */
export function gateResult(
  report: GateReport,
  { over = 0, alarms = [] }: { readonly over?: number; readonly alarms?: readonly Alarm[] } = {},
): CommandResult {
  const { ok, owned, owner, findings, files, chains } = report;
  const json = {
    owned,
    owner: owner ?? null,
    findings,
    alarms,
    files,
    checked: report.checked,
    chains: chains.map(({ file, rows, ok: sound }) => ({ file, rows, ok: sound })),
  };
  return {
    exit: ok ? EXIT.ok : EXIT.gate,
    text: ok ? `${inOrder(report)}${ended(over)}` : refusal(report, alarms),
    json,
  };
}

function ended(over: number): string {
  if (over === 0) return '';
  return `\n${over === 1 ? 'One incident has' : `${over} incidents have`} ended. For details: nocturne audit show --type incident`;
}

function inOrder({ owner, files, chains }: GateReport): string {
  const rows = chains.reduce((sum, chain) => sum + chain.rows, 0);
  return `The gate passes: ${files} protected files, and ${chains.length} logs with ${rows} rows, signed with key ${owner?.fingerprint.slice(0, 8) ?? '?'} at ${owner?.signedAt ?? '?'}.`;
}

const MOST = 8;

/** What it means and the command that ends it, then the findings. */
function refusal({ findings }: GateReport, alarms: readonly Alarm[]): string {
  const lines = findings
    .slice(0, MOST)
    .map(
      ({ file, line, problem, message }) =>
        `${file}${line === undefined ? '' : `:${line}`}  ${problem}: ${message}`,
    );
  const more = findings.length - lines.length;
  return [
    `The gate refuses: ${findings.length === 1 ? 'one finding' : `${findings.length} findings`}. No pass runs until you fix this.`,
    '',
    ...lines,
    ...(more > 0 ? [`… and ${more} more: nocturne gate --json lists them all.`] : []),
    '',
    ...alarmLines(alarms),
  ].join('\n');
}
