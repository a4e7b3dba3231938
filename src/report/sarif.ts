/** Findings as SARIF 2.1.0 (OASIS), for code scanning services. */
import type { Diagnostic, Range, Severity } from '../kernel/diagnostic.js';
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
  const ids = [...new Set(diagnostics.map((one) => one.rule))].sort();
  const rules = ids.map((id) => {
    const summary = options.summaries.get(id);
    return {
      id,
      ...(summary === undefined ? {} : { shortDescription: { text: summary } }),
      help: { text: `nocturne explain ${id}` },
    };
  });
  const run = {
    tool: { driver: { name: 'nocturne', version: options.version, rules } },
    columnKind: 'utf16CodeUnits',
    results: diagnostics.map((one) => result(one, ids.indexOf(one.rule))),
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
    ...(related === undefined || related.length === 0
      ? {}
      : {
          relatedLocations: related.map((one) => ({
            ...location(one.range),
            message: { text: one.message },
          })),
        }),
    ...(fix === undefined
      ? {}
      : {
          fixes: [
            {
              artifactChanges: fix.map((edit) => ({
                artifactLocation: artifact(edit.file),
                replacements: [
                  {
                    deletedRegion: { charOffset: edit.start, charLength: edit.end - edit.start },
                    insertedContent: { text: edit.newText },
                  },
                ],
              })),
            },
          ],
        }),
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
