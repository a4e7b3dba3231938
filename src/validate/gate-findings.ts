/** The gate's findings as diagnostics. Four rules share one verification. */
import { verifyGate } from '../integrity/gate.js';
import { type GateFinding, ruleOfProblem } from '../integrity/gate-report.js';
import { MANIFEST_FILE, type SealField } from '../integrity/manifest.js';
import { defined } from '../kernel/defined.js';
import { type Diagnostic, fileRange, type Range } from '../kernel/diagnostic.js';
import type { Snapshot } from '../workspace/types.js';
import { lineRange } from './line-range.js';
import type { WorkspaceContext } from './rule.js';

const found = new WeakMap<WorkspaceContext, readonly Diagnostic[]>();

/** Nothing without `$NOCTURNE_HOME`, which has the trusted key. */
export function gateFindings(context: WorkspaceContext, rule: string): readonly Diagnostic[] {
  const { snapshot, home } = context;
  if (home === undefined) return [];
  const all =
    found.get(context) ??
    verifyGate(snapshot.root, home)
      .findings.filter((finding) => !isReportedAlready(snapshot, finding))
      .map((finding) => diagnosticOf(snapshot, finding));
  found.set(context, all);
  return all.filter((diagnostic) => diagnostic.rule === rule);
}

/** A mistake in REGISTRY.md is already reported as one. */
function isReportedAlready(snapshot: Snapshot, { problem, line }: GateFinding): boolean {
  return (
    problem === 'registry' &&
    snapshot.schemaDiagnostics.some(
      (diagnostic) => diagnostic.severity === 'error' && diagnostic.range.line === line,
    )
  );
}

function diagnosticOf(snapshot: Snapshot, finding: GateFinding): Diagnostic {
  const { problem, message, hint } = finding;
  // If the gate cannot read REGISTRY.md at all, it is not the version that was signed.
  const rule = problem === 'registry' ? 'manifest-hash' : ruleOfProblem(problem);
  return {
    rule,
    severity: problem === 'unowned' ? 'info' : 'error',
    message,
    range: placeOf(snapshot, finding),
    ...defined({ hint }),
  };
}

function placeOf(snapshot: Snapshot, { file, line, seal, problem }: GateFinding): Range {
  if (seal !== undefined) return sealRange(snapshot, seal);
  if (line !== undefined) return lineRange(snapshot, file, line);
  switch (problem) {
    case 'unowned':
      return sealRange(snapshot, 'signature');
    case 'untrusted':
      return sealRange(snapshot, 'key');
    case 'row-unsigned':
      return rowRange(snapshot, file, 'signed_by');
    case 'file-changed':
    case 'file-unreadable':
      return rowRange(snapshot, file, 'sha256');
    case 'row-extra':
    case 'file-missing':
    case 'file-special':
      return rowRange(snapshot, file, 'file');
    case 'anchors':
      // They are outside the workspace, so the finding is shown at the audit log.
      return fileRange(snapshot.schema.objects.get('AUDIT')?.glob ?? snapshot.schema.file);
    default:
      return fileRange(file);
  }
}

function sealRange(snapshot: Snapshot, field: SealField): Range {
  return (
    snapshot.recordsIn(MANIFEST_FILE, 'SEAL')[0]?.fields.get(field)?.range ??
    fileRange(MANIFEST_FILE)
  );
}

function rowRange(snapshot: Snapshot, file: string, field: string): Range {
  const row = snapshot.record('MANIFEST', file);
  return row?.fields.get(field)?.range ?? row?.range ?? fileRange(MANIFEST_FILE);
}
