/** `mesh doctor`: what keeps this node from working in the mesh, each with its fix. */
import { EXIT } from '../../../kernel/error.js';
import type { ModuleCommand, ModuleCommandContext } from '../../types.js';
import type { Finding } from '../doctor/finding.js';
import { readIdentity } from '../identity.js';
import { keptRoster } from '../roster.js';
import { meshSettings } from '../settings.js';
import { MESH_OFF } from '../node/reach-text.js';

export const meshDoctor: ModuleCommand = {
  summary: 'find what keeps this node from working in the mesh, with the fix for it',
  forAgents: 'never',
  examples: ['nocturne mesh doctor', 'nocturne mesh doctor --json'],
  async run(context) {
    context.requireOwner('looking at the mesh');
    const workspace = context.workspace();
    const settings = meshSettings(workspace.snapshot());
    if (settings === undefined)
      return { exit: EXIT.ok, text: MESH_OFF, json: { on: false, findings: [] } };
    const own = {
      settings,
      identity: readIdentity(workspace.state),
      roster: keptRoster(workspace.state),
    };
    const { examineMesh } = await import('../doctor/examine.js');
    const findings = await examineMesh(workspace, own, context.env);
    const isWell = findings.every(({ state }) => state !== 'failed');
    return {
      exit: isWell ? EXIT.ok : EXIT.findings,
      text: findings.flatMap((finding) => linesOf(context, finding)).join('\n'),
      json: { on: true, well: isWell, findings },
    };
  },
};

const SHOWN: Readonly<Record<Finding['state'], string>> = {
  good: 'ok',
  warning: 'warning',
  failed: 'failed',
  skipped: 'skipped',
};

function linesOf(
  { paint }: ModuleCommandContext,
  { check, state, fact, fix }: Finding,
): readonly string[] {
  const colours = {
    good: paint.good,
    warning: paint.attention,
    failed: paint.wrong,
    skipped: (text: string) => text,
  };
  const line = `${colours[state](SHOWN[state].padEnd(8))} ${check.padEnd(12)} ${fact}`;
  return fix === undefined ? [line] : [line, `${' '.repeat(22)}fix: ${fix}`];
}
