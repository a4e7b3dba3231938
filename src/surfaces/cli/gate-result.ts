/** The gate's verdict as a command's result. */
import type { GateReport } from '../../integrity/gate-report.js';
import { defined } from '../../kernel/defined.js';
import { EXIT } from '../../kernel/error.js';
import type { CommandResult } from './types.js';

/** @param over how many incidents that closed. */
export function gateResult(report: GateReport, over = 0): CommandResult {
  const { ok, owned, owner, findings, files, chains } = report;
  const json = {
    owned,
    owner: owner ?? null,
    findings: findings.map(({ file, line, problem, message, hint }) => ({
      file,
      ...defined({ line }),
      problem,
      message,
      ...defined({ hint }),
    })),
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
  return `\n${over === 1 ? 'One incident is' : `${over} incidents are`} over: nocturne audit show --type incident`;
}

function inOrder({ owner, files, chains }: GateReport): string {
  const rows = chains.reduce((sum, chain) => sum + chain.rows, 0);
  return `In order: ${files} protected files, ${chains.length} logs with ${rows} rows, signed by ${owner?.fingerprint.slice(0, 8) ?? '?'} at ${owner?.signedAt ?? '?'}.`;
}

/** One paragraph for each finding; a hint that several share is said once, at the end. */
function refusal({ findings }: GateReport): string {
  const lines = findings.map(
    ({ file, line, problem, message }) =>
      `${file}${line === undefined ? '' : `:${line}`}  ${problem}: ${message}`,
  );
  const hints = [...new Set(findings.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  return [
    `The gate refuses: ${findings.length === 1 ? 'one finding' : `${findings.length} findings`}. No pass runs until it is mended.`,
    '',
    ...lines,
    '',
    ...hints.map((hint) => `  ${hint}`),
  ].join('\n');
}
