/** `doctor`: what works here and what does not, each with the command that fixes it. */
import { installedHosts } from '../../../hosts/installed.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { Verdict } from '../../../kernel/observation.js';
import { examine } from '../../../setup/doctor/examine.js';
import type { Finding } from '../../../setup/doctor/types.js';
import { requireOwner } from '../actor.js';
import { paint } from '../paint.js';
import type { Command, Context } from '../types.js';

export const doctor: Command = {
  options: [
    {
      flags: '--fix',
      description:
        'fix what is safe: locks of dead processes, leftover files, missing directories; never signs or anchors',
    },
  ],
  examples: ['nocturne doctor', 'nocturne doctor --fix', 'nocturne doctor --json'],
  async run(context, { options }) {
    const fix = options['fix'] === true;
    if (fix) requireOwner(context, 'fixing');
    const { home, env, clock, packageRoot } = context;
    const findings = await examine(
      { home, env, clock, packageRoot, hosts: await installedHosts(), root: rootOf(context) },
      { fix },
    );
    const count = (verdict: Verdict): number =>
      findings.filter((finding) => finding.verdict === verdict).length;
    const counts = {
      working: count('working'),
      broken: count('broken'),
      off: count('off'),
      unknown: count('unknown'),
    };
    return {
      exit: counts.broken > 0 ? EXIT.findings : EXIT.ok,
      text: textOf(context, findings, counts),
      json: { checks: findings, summary: counts },
    };
  },
};

function rootOf(context: Context): string | { readonly missing: string } {
  try {
    return context.root();
  } catch (error) {
    if (!(error instanceof NocturneError)) throw error;
    return { missing: error.message };
  }
}

function textOf(
  context: Context,
  findings: readonly Finding[],
  counts: Readonly<Record<Verdict, number>>,
): string {
  const colour = paint(context);
  const plain = (text: string): string => text;
  const shown = { working: plain, off: plain, broken: colour.wrong, unknown: colour.attention };
  const width = Math.max(...findings.map((finding) => finding.id.length));
  const lines = findings.flatMap(({ id, verdict, fact, fix, repaired }) => {
    const indent = ' '.repeat(width + 11);
    return [
      `${shown[verdict](verdict.padEnd(7))}  ${id.padEnd(width)}  ${fact}`,
      ...(repaired === undefined ? [] : [`${indent}repaired: ${repaired}`]),
      ...(fix === undefined || verdict === 'working' ? [] : [`${indent}→ ${fix}`]),
    ];
  });
  const rest = [
    counts.off > 0 ? `${counts.off} off` : '',
    counts.unknown > 0 ? `${counts.unknown} unknown` : '',
  ].filter((line) => line !== '');
  return [
    ...lines,
    '',
    `${counts.working} working, ${counts.broken} broken${rest.length === 0 ? '' : `, ${rest.join(', ')}`}.`,
  ].join('\n');
}
