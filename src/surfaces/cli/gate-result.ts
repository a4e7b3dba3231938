/** The gate's verdict as the result of a command. */
import type { GateReport } from '../../integrity/gate-report.js';
import { EXIT } from '../../kernel/error.js';
import type { CommandResult } from './types.js';

/** @param over how many incidents ended with it. */
export function gateResult(report: GateReport, over = 0): CommandResult {
  const { ok, owned, owner, findings, files, chains } = report;
  const json = {
    owned,
    owner: owner ?? null,
    findings,
    files,
    checked: report.checked,
    chains: chains.map(({ file, rows, ok: sound }) => ({ file, rows, ok: sound })),
  };
  return {
    exit: ok ? EXIT.ok : EXIT.gate,
    text: ok ? `${inOrder(report)}${ended(over)}` : refusal(report),
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

/** A line for each finding, then the hints without repetition. */
function refusal({ findings }: GateReport): string {
  const lines = findings.map(
    ({ file, line, problem, message }) =>
      `${file}${line === undefined ? '' : `:${line}`}  ${problem}: ${message}`,
  );
  const hints = [...new Set(findings.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  return [
    `The gate refuses: ${findings.length === 1 ? 'one finding' : `${findings.length} findings`}. No pass runs until you fix this.`,
    '',
    ...lines,
    '',
    ...hints.map((hint) => `  ${hint}`),
  ].join('\n');
}
