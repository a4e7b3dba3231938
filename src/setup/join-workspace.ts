/**
 * Joins a signed workspace on this machine or at its new place: trusts its owner's key here, and
 * anchors its logs. Or a new owner takes it over.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { existsSync, renameSync } from '../kernel/files.js';
import type { ChangedLog } from '../integrity/accept-logs.js';
import { changedLogs, putBack } from '../integrity/accept-logs.js';
import { carryOutRepairs } from '../integrity/carry-out-repairs.js';
import type { OwnerKey } from '../integrity/owner-key.js';
import { planRepairs, type RepairPlan } from '../integrity/plan-repairs.js';
import { signManifest } from '../integrity/sign.js';
import { type SigningPlan, signingPlan } from '../integrity/signing-plan.js';
import { readManifest } from '../integrity/trust-alarm.js';
import { readableTrust, type Trust, trustedElsewhere, trustPath } from '../integrity/trust.js';
import { stamp } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import type { Workspace } from '../workspace/types.js';
import { backupFolder } from './backup-folder.js';

/** `key`: of the owner; a new owner may have none yet. */
export type JoinRequest = {
  readonly key: OwnerKey | undefined;
  readonly owner: string;
  readonly newOwner: boolean;
};
/** `how`: for the audit log. `damaged`: logs of which only a part can be anchored. */
export type JoinPlan = {
  readonly how: string;
  readonly repairs: RepairPlan;
  readonly signing: SigningPlan;
  readonly damaged: readonly ChangedLog[];
};
export type Joined = {
  readonly signed: readonly string[];
  readonly repaired: readonly string[];
  readonly aside: string | undefined;
};

/** @throws NocturneError `NOT_TRUSTED` if the workspace is somebody else's. */
export function planJoin(workspace: Workspace, request: JoinRequest): JoinPlan {
  const { root, state, home } = workspace;
  const manifest = readManifest(root);
  if (manifest === undefined)
    throw new NocturneError('NOT_TRUSTED', `${root} is not signed, so there is nothing to join`, {
      hint: 'run nocturne init . to become its owner',
    });
  const { key, newOwner } = request;
  const trust = readableTrust(state);
  const owners = [manifest.key, ...(trust === undefined ? [] : [trust.fingerprint])];
  if (!newOwner && owners.some((owner) => owner !== key?.fingerprint))
    throw new NocturneError(
      'NOT_TRUSTED',
      `this workspace is signed with the key ${manifest.key}; yours is ${key?.fingerprint ?? 'missing'}`,
      {
        hint: 'bring a copy of its key with nocturne init --join --key FILE, or take the workspace over with nocturne init --join --new-owner',
      },
    );
  const publicKey = newOwner && trust ? trust.publicKey : key?.publicKey;
  const repairs =
    publicKey === undefined ? { repairs: [], copies: [] } : planRepairs(workspace, publicKey);
  const repaired = new Set(repairs.repairs.map(({ file }) => file));
  const [elsewhere] = trustedElsewhere(home, manifest.workspace, root);
  return {
    how: newOwner ? `the owner changes from ${manifest.key}` : howOf(elsewhere),
    repairs,
    signing: signingPlan(workspace.snapshot(), home, key?.publicKey),
    damaged:
      elsewhere !== undefined || trust !== undefined
        ? []
        : changedLogs(workspace, [], () => undefined).filter(
            ({ file, rest }) => rest !== undefined && !repaired.has(file),
          ),
  };
}

function howOf(elsewhere: Trust | undefined): string {
  if (elsewhere === undefined) return `joined on ${hostname()}`;
  return existsSync(join(elsewhere.root, REGISTRY_FILE))
    ? `copied from ${elsewhere.root}`
    : `moved from ${elsewhere.root}`;
}

/** Carries out what the owner saw. */
export function joinWorkspace(
  workspace: Workspace,
  plan: JoinPlan,
  { key, owner, newOwner }: JoinRequest & { readonly key: OwnerKey },
): Joined {
  const { clock } = workspace;
  setDamagedTrustAside(workspace);
  const paths = workspace.snapshot().files.keys();
  const aside = backupFolder({ now: clock.now(), what: 'repair', paths });
  const { done } = carryOutRepairs(workspace, {
    ...plan.repairs,
    conflicts: [],
    journal: [],
    aside,
    owner,
  });
  putBack(workspace, plan.damaged, aside);
  const { signed } = signManifest(workspace, {
    files: 'all',
    key,
    signedBy: owner,
    now: clock.now(),
    takeOver: newOwner,
  });
  const details = [
    plan.how,
    ...done,
    ...plan.damaged.map(({ file, after }) => `kept ${after.rows} rows of ${file}`),
  ];
  workspace.commit({
    actor: { kind: 'owner', name: owner },
    runId: '',
    reason: 'joined by the owner',
    changes: [],
    audit: [
      {
        step: '',
        type: 'join',
        target: '',
        authorisation: key.fingerprint,
        result: 'trusted',
        detail: details.join('; '),
      },
    ],
  });
  const isAside = existsSync(join(workspace.root, aside));
  return {
    signed: signed.map(({ file }) => file),
    repaired: done,
    aside: isAside ? aside : undefined,
  };
}

function setDamagedTrustAside({ state, clock }: Workspace): void {
  const path = trustPath(state);
  if (!existsSync(path) || readableTrust(state) !== undefined) return;
  renameSync(path, join(state, `trust-damaged-${stamp(clock.now()).replaceAll(':', '')}.json`));
}
