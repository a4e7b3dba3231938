/**
 * Findings as JUnit XML: a failure for each error; warnings and informations are cases that pass
 * and say something.
 */
import type { Diagnostic } from '../kernel/diagnostic.js';
import { countsOf, type Findings } from './types.js';

export function junitReport({ diagnostics }: Findings): string {
  const { errors } = countsOf(diagnostics);
  const cases =
    diagnostics.length === 0
      ? ['    <testcase classname="workspace" name="validate"/>']
      : diagnostics.map(testCase);
  const counts = `tests="${cases.length}" failures="${errors}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="nocturne validate" ${counts}>`,
    `  <testsuite name="nocturne validate" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ rule, severity, message, hint, range }: Diagnostic): string {
  const open = `    <testcase classname="${escape(range.file)}" name="${escape(`${rule} ${range.line}:${range.column}`)}" file="${escape(range.file)}" line="${range.line}">`;
  const where = `${range.file}:${range.line}:${range.column}`;
  const text = escape(
    [`${where}  ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])].join('\n'),
  );
  const body =
    severity === 'error'
      ? `<failure type="${escape(rule)}" message="${escape(message)}">${text}</failure>`
      : `<system-out>${severity}: ${text}</system-out>`;
  return `${open}\n      ${body}\n    </testcase>`;
}

/** XML 1.0 has no place for most control characters, in no spelling. */
function escape(text: string): string {
  return text
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      '\ufffd',
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
