/** `doctor`: what works here and what does not, each with the command that fixes it. */
import { installedHosts } from '../../../hosts/installed.js';
import { installedModules } from '../../../modules/installed.js';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import type { Alarm } from '../../../integrity/alarm.js';
import type { Verdict } from '../../../kernel/observation.js';
import { examine } from '../../../setup/doctor/examine.js';
import type { Finding } from '../../../setup/doctor/types.js';
import { requireOwner } from '../actor.js';
import { paint } from '../paint.js';
import { repairWorkspace } from '../repair-workspace.js';
import { listIncidents } from '../../../workspace/incident.js';
import { stateDirectory } from '../../../workspace/state-home.js';
import type { Command, Context } from '../types.js';
import { workspaceAlarms } from '../workspace-alarms.js';

export const doctor: Command = {
  options: [
    {
      flags: '--fix',
      description:
        'fix what is safe: line endings, formatting, copies of sync tools, locks of dead processes; never signs or anchors',
    },
    {
      flags: '--yes',
      description: 'with --fix: keep your own side of git conflicts without asking',
    },
  ],
  examples: ['nocturne doctor', 'nocturne doctor --fix', 'nocturne doctor --json'],
  async run(context, { options }) {
    const fix = options['fix'] === true;
    if (fix) requireOwner(context, 'fixing');
    const root = rootOf(context);
    const repaired = fix && typeof root === 'string' ? await repairWorkspace(context, options) : [];
    const { home, env, clock, packageRoot } = context;
    const findings = await examine(
      {
        home,
        env,
        clock,
        packageRoot,
        hosts: await installedHosts(),
        modules: await installedModules(),
        root,
      },
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
      text: [
        ...repaired.map((line) => `Repaired: ${line}.`),
        textOf(context, findings, counts),
      ].join('\n'),
      json: {
        checks: findings,
        summary: counts,
        repaired,
        alarms: alarmsNow(context, root),
        incidents: typeof root === 'string' ? listIncidents(stateDirectory(home, root)) : [],
      },
    };
  },
};

/** A workspace that cannot be opened is one of the checks. */
function alarmsNow(context: Context, root: ReturnType<typeof rootOf>): readonly Alarm[] {
  if (typeof root !== 'string') return [];
  try {
    return workspaceAlarms(context, context.workspace().snapshot()).alarms;
  } catch (error) {
    if (error instanceof NocturneError) return [];
    throw error;
  }
}

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
