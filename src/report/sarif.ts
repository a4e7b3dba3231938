/** Findings as SARIF 2.1.0 (OASIS), for code scanning services. */
import { defined } from '../kernel/defined.js';
import type { Diagnostic, Range, Related, Severity, TextEdit } from '../kernel/diagnostic.js';
import type { Findings } from './types.js';

export type SarifOptions = {
  readonly version: string;
  /** What each rule says, in one sentence; rules that are not in it get none. */
  readonly summaries: ReadonlyMap<string, string>;
};

const LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

export function sarifReport({ diagnostics }: Findings, options: SarifOptions): string {
  const ids = [...new Set(diagnostics.map((diagnostic) => diagnostic.rule))].sort();
  const rules = ids.map((id) => {
    const summary = options.summaries.get(id);
    return {
      id,
      ...defined({ shortDescription: summary === undefined ? undefined : { text: summary } }),
      help: { text: `nocturne explain ${id}` },
    };
  });
  const run = {
    tool: { driver: { name: 'nocturne', version: options.version, rules } },
    columnKind: 'utf16CodeUnits',
    results: diagnostics.map((diagnostic) => result(diagnostic, ids.indexOf(diagnostic.rule))),
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
}

function result(diagnostic: Diagnostic, ruleIndex: number): object {
  const { rule, severity, message, hint, range, related, fix } = diagnostic;
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: hint === undefined ? message : `${message}\n${hint}` },
    locations: [location(range)],
    ...defined({
      relatedLocations:
        related === undefined || related.length === 0 ? undefined : related.map(relatedLocation),
      fixes: fix === undefined ? undefined : [{ artifactChanges: fix.map(artifactChange) }],
    }),
  };
}

function relatedLocation({ range, message }: Related): object {
  return { ...location(range), message: { text: message } };
}

function artifactChange({ file, start, end, newText }: TextEdit): object {
  return {
    artifactLocation: artifact(file),
    replacements: [
      {
        deletedRegion: { charOffset: start, charLength: end - start },
        insertedContent: { text: newText },
      },
    ],
  };
}

function location({ file, line, column, endLine, endColumn }: Range): object {
  return {
    physicalLocation: {
      artifactLocation: artifact(file),
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
  };
}

function artifact(file: string): object {
  return { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}
