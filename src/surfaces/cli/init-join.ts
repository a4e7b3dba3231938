/** `init --join`: a signed workspace on this machine, at its new place, or with a new owner. */
import { resolve } from 'node:path';
import { closeIncidentsIfPassing } from '../../integrity/close-incidents.js';
import {
  bringOwnerKey,
  createOwnerKey,
  loadOwnerKey,
  needsPassphrase,
  type OwnerKey,
  ownerKeyStatus,
  readKeyFile,
} from '../../integrity/owner-key.js';
import type { GateReport } from '../../integrity/gate-report.js';
import { EXIT } from '../../kernel/error.js';
import { type JoinPlan, joinWorkspace, planJoin } from '../../setup/join-workspace.js';
import { openWorkspace } from '../../workspace/open-workspace.js';
import type { Workspace } from '../../workspace/types.js';
import { alarmLines } from './alarm-lines.js';
import { ownerName } from './actor.js';
import { canAsk, confirm, passphraseOf } from './ask.js';
import { textOption } from './options.js';
import { printText } from './print-result.js';
import { unconfirmed } from './result.js';
import { paintedDiff } from './show-diff.js';
import { diffOf } from './signing-diff.js';
import type { CommandResult, Context, Parsed } from './types.js';
import { gateAlarms } from './workspace-alarms.js';

export async function initJoin(
  context: Context,
  { args, options }: Parsed,
): Promise<CommandResult> {
  const root = args[0] === undefined ? context.root() : resolve(context.cwd, args[0]);
  const workspace = openWorkspace(root, { home: context.home, clock: context.clock });
  try {
    const newOwner = options['newOwner'] === true;
    const { known, take } = await keyFor(context, options);
    const owner = textOption(options, 'owner') || ownerName(workspace.snapshot());
    const request = { owner, newOwner };
    const plan = planJoin(workspace, { ...request, key: known });
    const shown = shownTo(context, workspace, plan);
    if (options['yes'] !== true) {
      if (!canAsk(context))
        return unconfirmed(shown, { nothing: 'nothing was changed', json: { how: plan.how } });
      printText(shown, process.stderr);
      const question = `${newOwner ? 'Take this workspace over' : 'Trust this workspace here'} as ${owner}?`;
      if (!(await confirm(question)))
        return { exit: EXIT.refused, text: 'Nothing was changed.', json: { joined: false } };
    }
    const key = take();
    const joined = joinWorkspace(workspace, plan, { ...request, key });
    const gate = closeIncidentsIfPassing(workspace, 'nocturne init --join');
    return report({ ...context, root: () => root }, { plan, joined, key, gate });
  } finally {
    workspace.close();
  }
}

/** `known`: if there is one. `take`: called after the owner's yes, and only then writes. */
type JoiningKey = { readonly known: OwnerKey | undefined; readonly take: () => OwnerKey };

/** The key of this machine, one that the owner brings, or a new one for a new owner. */
async function keyFor(context: Context, options: Parsed['options']): Promise<JoiningKey> {
  const { home, cwd } = context;
  const named = textOption(options, 'key');
  if (named !== undefined) {
    const path = resolve(cwd, named);
    const file = readKeyFile(path, await passphraseOf(context, needsPassphrase(path)));
    const take = (): OwnerKey => {
      bringOwnerKey(home, file);
      return file.key;
    };
    return { known: file.key, take };
  }
  if (options['newOwner'] === true && ownerKeyStatus(home) === 'missing')
    return { known: undefined, take: () => createOwnerKey(home, {}) };
  const known = loadOwnerKey(home, await passphraseOf(context));
  return { known, take: () => known };
}

function shownTo(context: Context, { root }: Workspace, plan: JoinPlan): string {
  const { repairs, signing, damaged } = plan;
  const repaired = new Set([...repairs.repairs, ...repairs.copies].map(({ file }) => file));
  const changed = signing.changed.filter(({ file }) => !repaired.has(file));
  return [
    `${root}: ${plan.how}.`,
    ...(repaired.size === 0 ? [] : [`To be restored as signed: ${[...repaired].join(', ')}.`]),
    ...damaged.map(({ file, line, message }) => `${file}:${line}  ${message}`),
    changed.length === 0
      ? 'Every protected page is what was signed.'
      : paintedDiff(context, changed.map((change) => diffOf(change, signing)).join('\n')),
  ].join('\n');
}

function report(
  context: Context,
  outcome: {
    readonly plan: JoinPlan;
    readonly joined: ReturnType<typeof joinWorkspace>;
    readonly key: OwnerKey;
    readonly gate: GateReport;
  },
): CommandResult {
  const { plan, joined, key, gate } = outcome;
  const alarms = gateAlarms(context, gate);
  const { signed, repaired, aside } = joined;
  return {
    exit: gate.ok ? EXIT.ok : EXIT.gate,
    text: [
      `This machine trusts the key ${key.fingerprint.slice(0, 8)} for this workspace (${plan.how}).`,
      ...(repaired.length === 0 ? [] : [`Repaired: ${repaired.join('; ')}.`]),
      ...(aside === undefined ? [] : [`Files as they were are in ${aside}.`]),
      ...(gate.ok ? ['The gate passes.'] : alarmLines(alarms)),
    ].join('\n'),
    json: { joined: true, how: plan.how, signed, repaired, key: key.fingerprint, alarms },
  };
}
