/** All checks of the workspace, with as much of the report as an agent can use. */
import { seenDiagnostics } from '../../governance/scoped-snapshot.js';
import { readScope } from '../../passes/read-scope.js';
import type { ToolAnswer, ToolContext } from '../../passes/tools/tool-caller.js';
import { clip } from '../../passes/tools/clip.js';
import { jsonReport } from '../../report/json.js';
import { textReport } from '../../report/text.js';
import type { Findings } from '../../report/types.js';
import type { Snapshot } from '../../workspace/types.js';

/**
 * The checks as the command line runs them. @throws NocturneError `USAGE` for a rule that does not
 * exist.
 */
export type Check = (snapshot: Snapshot, rule: string | undefined) => Promise<Findings>;

const MOST_FINDINGS = 100;
const WIDTH = 100;

export async function validateTool(
  context: Pick<ToolContext, 'workspace' | 'caller'> & { readonly check: Check },
  { rule }: { readonly rule?: string | undefined },
): Promise<ToolAnswer> {
  const snapshot = context.workspace.snapshot();
  const all = await context.check(snapshot, rule);
  const { caller } = context;
  // Rules look at everything, whoever asks; a pass is told of what it sees.
  const found =
    caller.kind === 'pass'
      ? { ...all, diagnostics: seenDiagnostics(snapshot, readScope(caller.data), all.diagnostics) }
      : all;
  const { diagnostics, summary } = jsonReport(found);
  const more = diagnostics.length - MOST_FINDINGS;
  const text = clip(
    textReport(found, { color: false, width: WIDTH, textOf: (file) => snapshot.text(file) }),
  );
  return {
    text,
    data: {
      diagnostics: diagnostics.slice(0, MOST_FINDINGS),
      summary,
      ...(more > 0 ? { more } : {}),
    },
  };
}
