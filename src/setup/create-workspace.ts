/**
 * Makes a directory a workspace: carries out the plan, creates the owner's key if there is none,
 * signs, and records what was shipped.
 */
import { restoreLostRegistry } from './lost-registry.js';
import { realpathSync, rmdirSync } from '../kernel/files.js';
import { defined } from '../kernel/defined.js';
import { MANIFEST_FILE, parseManifest } from '../integrity/manifest.js';
import {
  createOwnerKey,
  fingerprintOf,
  loadOwnerKey,
  type OwnerKey,
  ownerKeyStatus,
} from '../integrity/owner-key.js';
import { isProtected } from '../integrity/protected-files.js';
import { signManifest } from '../integrity/sign.js';
import { signingPlan } from '../integrity/signing-plan.js';
import { isHomeInside, readTrust } from '../integrity/trust.js';
import type { Clock } from '../kernel/clock.js';
import { NocturneError } from '../kernel/error.js';
import { recover } from '../workspace/recover.js';
import { stateDirectory } from '../workspace/state-home.js';
import { makeDirectory } from '../workspace/durable.js';
import { openWorkspace } from '../workspace/open-workspace.js';
import type { Workspace } from '../workspace/types.js';
import { carryOutPlan } from './carry-out-plan.js';
import { forgetState } from './forget-state.js';
import type { Importer } from './importer.js';
import { recordAdoption, reserveRunIds } from './record-adoption.js';
import { existingFiles, type ExistingFiles } from './existing-files.js';
import type { OwnerDetails } from './owner-details.js';
import { type Planned, planSetup } from './plan-setup.js';
import { isInstallation, keepReference, readReference } from './reference-files.js';
import { recordReference } from './reference-record.js';

export type CreateOptions = OwnerDetails & {
  readonly directory: string;
  readonly packageRoot: string;
  /** `$NOCTURNE_HOME`. */
  readonly home: string;
  readonly clock: Clock;
  /** Who signs. */
  readonly owner: string;
  /** Opens the owner's key, or protects a new one. */
  readonly passphrase?: string;
  /** Files that replace shipped ones or add to them. */
  readonly files?: Readonly<Record<string, string>>;
  /** The one of `installedImporters` that recognises the directory. */
  readonly importer?: Importer;
  /** Of pages that are not UTF-8 and have no byte order mark. */
  readonly encoding?: string;
};
export type Created = {
  readonly workspace: Workspace;
  readonly plan: Planned;
  readonly written: readonly string[];
  readonly signed: readonly string[];
  readonly key: OwnerKey;
  readonly keyMade: boolean;
  /** Where the state of an earlier workspace in this directory is now. */
  readonly forgotten?: string;
};

/** What `createWorkspace` would do; writes nothing. */
export function planWorkspace(options: Omit<CreateOptions, 'home' | 'passphrase'>): Planned {
  return planFor(options, existingFiles(options.directory));
}

/**
 * Overwrites no file of the owner's without a copy. The workspace is then signed, and trusted on
 * this machine.
 * @throws NocturneError `REFUSED` when protected files of an owned workspace changed since they
 * were signed, `NOT_TRUSTED` when it belongs to somebody else; nothing was written then.
 */
export function createWorkspace(options: CreateOptions): Created {
  const { directory, packageRoot, home, clock, passphrase } = options;
  makeDirectory(directory);
  const secret = passphrase === undefined ? {} : { passphrase };
  const keyMade = ownerKeyStatus(home) === 'missing';
  const opened = keyMade ? undefined : loadOwnerKey(home, secret);
  const root = realpathSync(directory);
  refuseHomeInside(home, root);
  // Finish an interrupted init first: the plan must see the files as they will be.
  recover(root, stateDirectory(home, root));
  const restored = restoreLostRegistry(root, stateDirectory(home, root));
  const existing = existingFiles(root);
  const plan = planFor(options, existing);
  const forgotten = plan.kind === 'workspace' ? undefined : forgetState(home, root, clock.now());
  const workspace = openWorkspace(root, { home, clock });
  const { state } = workspace;
  const owned = plan.kind === 'workspace' && (isSigned(existing) || readTrust(state) !== undefined);
  if (owned) {
    recover(root, state);
    refuseUnknownChanges(workspace, opened);
  }
  const reference = readReference(packageRoot);
  if (isInstallation(root, packageRoot)) keepReference(reference, packageRoot);
  const written = carryOutPlan({ root, state }, plan);
  const key = opened ?? createOwnerKey(home, secret);
  const signed = sign(workspace, { plan, key, options, owned });
  recordReference(state, reference);
  if (plan.importer !== undefined) reserveRunIds(state, plan, clock.now());
  if (plan.backups.size > 0) recordAdoption(workspace, plan, options.owner);
  return {
    workspace,
    plan,
    written: [...restored, ...written],
    signed,
    key,
    keyMade,
    ...defined({ forgotten }),
  };
}

function refuseHomeInside(home: string, root: string): void {
  const made = makeDirectory(home, 0o700);
  if (isHomeInside(root, home))
    throw new NocturneError(
      'CONFIG',
      `${root} is inside NOCTURNE_HOME (${home}), where no pass may write`,
      { hint: 'choose a directory outside it' },
    );
  if (!isHomeInside(home, root)) return;
  for (const directory of made) rmdirSync(directory);
  throw new NocturneError(
    'CONFIG',
    `NOCTURNE_HOME (${home}) is inside ${root}, where passes could write it`,
    { hint: 'set NOCTURNE_HOME to a directory outside every workspace; nothing was written' },
  );
}

function planFor(
  options: Omit<CreateOptions, 'home' | 'passphrase'>,
  existing: ExistingFiles,
): Planned {
  const { packageRoot, clock, files, importer, encoding, owner, domain, timeZone } = options;
  const words = defined({ owner: owner === '' ? undefined : owner, domain, timeZone });
  return planSetup({
    existing,
    reference: readReference(packageRoot),
    words,
    now: clock.now(),
    owned: isSigned(existing),
    ...defined({ files, importer, encoding }),
  });
}

function isSigned(existing: ExistingFiles): boolean {
  const text = existing.text(MANIFEST_FILE);
  return (
    text !== undefined &&
    existing.has('REGISTRY.md') &&
    parseManifest(text).manifest.signature !== ''
  );
}

/** Refuses if the owner has not reviewed a change: only what `init` writes is signed by it. */
function refuseUnknownChanges(workspace: Workspace, key: OwnerKey | undefined): void {
  const snapshot = workspace.snapshot();
  const { manifest } = parseManifest(snapshot.text(MANIFEST_FILE) ?? '');
  const trusted = readTrust(workspace.state)?.publicKey ?? key?.publicKey;
  const mine =
    key !== undefined &&
    trusted !== undefined &&
    fingerprintOf(trusted) === key.fingerprint &&
    manifest.key === key.fingerprint;
  if (!mine)
    throw new NocturneError(
      'NOT_TRUSTED',
      `${workspace.root} is signed by ${manifest.key === '' ? 'nobody' : `the key ${manifest.key}`}, not by yours (${key === undefined ? 'this machine has none' : key.fingerprint})`,
      {
        hint: 'if it is yours, copy your key to $NOCTURNE_HOME/keys; to take it over, read its protected files and run nocturne sign --all',
      },
    );
  const { changed } = signingPlan(snapshot, workspace.home);
  if (changed.length === 0) return;
  throw new NocturneError(
    'REFUSED',
    `protected files changed since they were signed: ${changed.map((change) => `${change.file} (${change.kind})`).join(', ')}`,
    {
      hint: 'review and sign them with nocturne sign --all, or restore them; then run nocturne init again',
    },
  );
}

function sign(
  workspace: Workspace,
  request: {
    readonly plan: Planned;
    readonly key: OwnerKey;
    readonly options: CreateOptions;
    readonly owned: boolean;
  },
): readonly string[] {
  const { plan, key, options, owned } = request;
  const { schema } = workspace.snapshot();
  const own = [...plan.files.keys()].filter((path) => isProtected(schema, path));
  const { signed } = signManifest(workspace, {
    files: owned ? own : 'all',
    key,
    signedBy: options.owner || 'owner',
    now: options.clock.now(),
  });
  return signed.map((change) => change.file);
}
