/** A finding as the editor shows it. */
import {
  DiagnosticSeverity,
  type Diagnostic as EditorDiagnostic,
} from 'vscode-languageserver/node';
import { defined } from '../../kernel/defined.js';
import type { Diagnostic, Severity } from '../../kernel/diagnostic.js';
import type { LiveWorkspace } from './live-workspace.js';
import { toEditor } from './places.js';
import type { Snapshot } from '../../workspace/types.js';

const SEVERITY: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};
const RULE_PAGES = 'orchestration-os/rules-reference';
const PENDING = 'This was found before your last change, and is being checked again.';

/** @param pending found before the last change, by a rule that has not run since. */
export function editorDiagnostic(
  live: LiveWorkspace,
  snapshot: Snapshot,
  { diagnostic, pending }: { readonly diagnostic: Diagnostic; readonly pending: boolean },
): EditorDiagnostic {
  const { rule, severity, message, range, expected, actual, hint, related } = diagnostic;
  const page = rulePage(snapshot, rule);
  const text = [
    message,
    ...unsaid(message, 'Expected', expected),
    ...unsaid(message, 'Found', actual),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
    ...(pending ? [PENDING] : []),
  ].join('\n');
  return {
    range: toEditor(range, countsMark(live, range.file)),
    severity: SEVERITY[severity],
    source: 'nocturne',
    code: rule,
    message: text,
    ...defined({
      codeDescription: page === undefined ? undefined : { href: linkTo(live, page) },
      relatedInformation: related?.map((place) => ({
        message: place.message,
        location: {
          uri: live.paths.uriOf(place.range.file),
          range: toEditor(place.range, countsMark(live, place.range.file)),
        },
      })),
      data: pending ? { pending: true } : undefined,
    }),
  };
}

/** Most messages say it already. */
function unsaid(message: string, label: string, text: string | undefined): readonly string[] {
  return text === undefined || message.includes(text) ? [] : [`${label}: ${text}`];
}

function countsMark(live: LiveWorkspace, path: string): boolean {
  return live.open.get(path)?.getText().startsWith('\uFEFF') === true;
}

type Page = { readonly path: string; readonly line?: number };

/** The rule's page in the workspace; for a rule of R6, its row. */
function rulePage({ files, schema }: Snapshot, rule: string): Page | undefined {
  const path = `${RULE_PAGES}/${rule}.md`;
  if (files.has(path)) return { path };
  const row = schema.rules.find(({ id }) => id === rule);
  return row === undefined ? undefined : { path: row.range.file, line: row.range.line };
}

function linkTo(live: LiveWorkspace, { path, line }: Page): string {
  return `${live.paths.uriOf(path)}${line === undefined ? '' : `#L${line}`}`;
}
