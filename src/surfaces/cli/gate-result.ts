/** The gate's verdict as a command's result. */
import { existsSync } from 'node:fs';
import { EXIT, NocturneError } from '../../kernel/error.js';
import { verifyGate } from '../../integrity/gate.js';
import type { GateReport } from '../../integrity/gate-report.js';
import { isJournalEmpty } from '../../workspace/journal-files.js';
import { stateDirectory } from '../../workspace/state-home.js';
import type { CommandResult } from './types.js';

export async function gateResult(root: string, home: string): Promise<CommandResult> {
  if (!existsSync(root)) throw new NocturneError('NO_WORKSPACE', `there is no directory ${root}`, { hint: 'run nocturne init, or name one with --workspace' });
  const report = await verify(root, home);
  const { ok, owned, owner, findings, files, chains } = report;
  const json = {
    owned,
    owner: owner ?? null,
    findings: findings.map(({ file, line, problem, message, hint }) => ({ file, ...(line === undefined ? {} : { line }), problem, message, ...(hint === undefined ? {} : { hint }) })),
    files,
    checked: report.checked,
    chains: chains.map(({ file, rows, ok: sound }) => ({ file, rows, ok: sound })),
  };
  return { exit: ok ? EXIT.ok : EXIT.gate, text: ok ? inOrder(report) : refusal(report), json };
}

/** What an interrupted commit left half done is finished first, as T0 does; the code for that is loaded only when it is needed. */
async function verify(root: string, home: string): Promise<GateReport> {
  const report = verifyGate(root, home);
  if (report.ok || isJournalEmpty(root)) return report;
  const { recover } = await import('../../workspace/recover.js');
  try {
    recover(root, stateDirectory(home, root));
  } catch (error) {
    // An entry that cannot be trusted is one of the findings already.
    if (error instanceof NocturneError && error.code === 'GATE') return report;
    throw error;
  }
  return verifyGate(root, home);
}

function inOrder({ owner, files, chains }: GateReport): string {
  const rows = chains.reduce((sum, chain) => sum + chain.rows, 0);
  return `In order: ${files} protected files, ${chains.length} logs with ${rows} rows, signed by ${owner?.fingerprint.slice(0, 8) ?? '?'} at ${owner?.signedAt ?? '?'}.`;
}

/** One paragraph for each finding; a hint that several share is said once, at the end. */
function refusal({ findings }: GateReport): string {
  const lines = findings.map(({ file, line, problem, message }) => `${file}${line === undefined ? '' : `:${line}`}  ${problem}: ${message}`);
  const hints = [...new Set(findings.flatMap(({ hint }) => (hint === undefined ? [] : [hint])))];
  return [`The gate refuses: ${findings.length === 1 ? 'one finding' : `${findings.length} findings`}. No pass runs until it is mended.`, '', ...lines, '', ...hints.map((hint) => `  ${hint}`)].join('\n');
}
