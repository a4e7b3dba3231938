/**
 * Signs for the owner: commits a new manifest, anchors logs that have no anchor, and pins the key
 * the first time.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync } from '../kernel/files.js';
import { join } from 'node:path';
import { stamp } from '../kernel/clock.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { decodeCell, encodeCell } from '../markdown/cell.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { readAnchors, writeAnchors } from '../workspace/anchors.js';
import { noteAccepted } from '../workspace/commit-record.js';
import { writeFileDurably } from '../workspace/durable.js';
import type { AuditEntry, Change, CommitResult, Snapshot, Workspace } from '../workspace/types.js';
import { type AnchoredLog, anchorNewLogs } from './anchor-logs.js';
import { isSignedBy } from './gate-manifest.js';
import { readOpenings, writeOpenings } from './log-head.js';
import {
  isPlainText,
  MANIFEST_FILE,
  type ManifestRow,
  parseManifest,
  signedText,
} from './manifest.js';
import type { OwnerKey } from './owner-key.js';
import { registryError } from '../registry/registry-error.js';
import { renderManifest } from './render-manifest.js';
import { keepSignedContents, signedContent } from './signed-contents.js';
import {
  signedManifestPath,
  type SigningChange,
  type SigningPlan,
  signingPlan,
} from './signing-plan.js';
import { isHomeInside, pinTrust, readTrust, type Trust, trustedElsewhere } from './trust.js';

export type SignOptions = {
  readonly files: 'all' | readonly string[];
  readonly key: OwnerKey;
  /** The owner's name in the manifest and the audit log. */
  readonly signedBy: string;
  readonly now: Date;
  /** The owner changes: the key becomes the trusted one, and vouches for every page. */
  readonly takeOver?: boolean;
};
/** `pinned`: this signature pinned the key. No `commit`: there was nothing to sign. */
export type SignResult = {
  readonly signed: readonly SigningChange[];
  readonly pinned: boolean;
  readonly anchored: readonly AnchoredLog[];
  readonly commit?: CommitResult;
};

/**
 * @throws NocturneError `NOT_TRUSTED` for a key that is not the pinned one, `NOT_FOUND` for a file
 * that is not protected, `REFUSED` if protected files changed that are not listed (the signature
 * covers all of them), `SCHEMA` if R1 or R3 has errors, `GATE` if a log to anchor is not sound.
 */
export function signManifest(workspace: Workspace, options: SignOptions): SignResult {
  const { root, state, home } = workspace;
  const { key, signedBy } = options;
  refuseSigner(workspace, options);
  const before = readTrust(state);
  const trust = before?.fingerprint === key.fingerprint ? before : undefined;
  const snapshot = workspace.snapshot();
  const workspaceId = before?.workspaceId ?? adoptHere(workspace, { snapshot, key });
  refuseUnsound(snapshot);
  const anchored = anchorNewLogs({ root, state }, snapshot.schema);
  let written: Written | undefined;
  const commit = workspace.commit((fresh) => {
    const plan = signingPlan(fresh, home);
    const signed = choose(plan, options.files);
    written = undefined;
    const common = {
      actor: { kind: 'owner', name: signedBy },
      runId: '',
      reason: 'signed by the owner',
    } as const;
    const isSigned = plan.baseline === 'manifest' && plan.workspaceId === workspaceId;
    if (signed.length === 0 && isSigned && options.takeOver !== true)
      return { ...common, changes: [] };
    refuseUnsound(fresh);
    const text = render(fresh, { plan, signed, workspaceId, options });
    written = { text, signedAt: stamp(options.now), signed, snapshot: fresh };
    noteAccepted(workspace, new Map(signed.map(({ file }) => [file, fresh.bytes(file)])));
    const changes: Change[] = [
      ...signed.flatMap((change) => adopt({ root, state }, change, plan)),
      { kind: 'write', path: MANIFEST_FILE, content: text },
    ];
    return { ...common, changes, audit: [auditOf(signed, key)] };
  });
  const text = written?.text ?? snapshot.text(MANIFEST_FILE) ?? '';
  noteAccepted(workspace, new Map([[MANIFEST_FILE, Buffer.from(text)]]));
  const signedAt = written?.signedAt ?? parseManifest(text).manifest.signedAt;
  pinTrust(state, {
    root,
    workspaceId,
    fingerprint: key.fingerprint,
    publicKey: key.publicKey,
    pinnedAt: trust?.pinnedAt ?? stamp(options.now),
    signedAt,
  });
  writeFileDurably(signedManifestPath(state), text, { mode: 0o600 });
  keepContents(state, written?.snapshot ?? snapshot, text);
  return {
    signed: written?.signed ?? [],
    pinned: trust === undefined,
    anchored,
    ...defined({ commit: written === undefined ? undefined : commit }),
  };
}

type Written = {
  readonly text: string;
  readonly signedAt: string;
  readonly signed: readonly SigningChange[];
  readonly snapshot: Snapshot;
};

function refuseSigner(
  { root, state, home }: Workspace,
  { key, signedBy, takeOver }: SignOptions,
): void {
  if (signedBy.trim() !== signedBy || !isPlainText(signedBy) || decodeCell(signedBy) === '')
    throw new NocturneError(
      'BAD_VALUE',
      `${JSON.stringify(signedBy)} is not the name of a person; expected one line of plain text`,
    );
  if (isHomeInside(home, root))
    throw new NocturneError(
      'CONFIG',
      `NOCTURNE_HOME (${home}) is inside the workspace, so nothing in it can be trusted`,
      { hint: 'set NOCTURNE_HOME to a folder outside every workspace' },
    );
  const trust = readTrust(state);
  if (takeOver !== true && trust !== undefined && trust.fingerprint !== key.fingerprint)
    throw new NocturneError(
      'NOT_TRUSTED',
      `this workspace belongs to the key ${trust.fingerprint}, not to ${key.fingerprint}`,
      {
        hint: "use the owner's key; a new owner takes the workspace over with nocturne init --join --new-owner",
      },
    );
}

function auditOf(signed: readonly SigningChange[], key: SignOptions['key']): AuditEntry {
  const detail = signed.map((change) => `${change.file} (${change.kind})`).join(', ');
  return {
    step: '',
    type: 'sign',
    target: MANIFEST_FILE,
    authorisation: key.fingerprint,
    result: 'signed',
    detail: detail.length > 1000 ? `${signed.length} files` : detail,
  };
}

/**
 * The id of a workspace that is not trusted here yet. If its owner moved it, it keeps its id, its
 * anchors and its numbering. A copy (the original still exists) becomes a new workspace.
 */
function adoptHere(
  { root, state, home }: Workspace,
  { snapshot, key }: { readonly snapshot: Snapshot; readonly key: OwnerKey },
): string {
  const { manifest } = parseManifest(snapshot.text(MANIFEST_FILE) ?? '');
  const fresh = `w-${randomBytes(8).toString('hex')}`;
  if (!isSignedBy(manifest, key.publicKey)) return fresh;
  const elsewhere = trustedElsewhere(home, manifest.workspace, root).find(
    (trust) => trust.fingerprint === key.fingerprint,
  );
  if (elsewhere === undefined) return manifest.workspace;
  carryOver(elsewhere, state);
  return existsSync(join(elsewhere.root, REGISTRY_FILE)) ? fresh : manifest.workspace;
}

function carryOver(from: Trust & { readonly state: string }, state: string): void {
  const here = readAnchors(state);
  writeAnchors(state, {
    ...here,
    version: 1,
    logs: { ...readAnchors(from.state).logs, ...here.logs },
  });
  writeOpenings(state, { ...readOpenings(from.state), ...readOpenings(state) });
  for (const name of ['counters.json', 'reference.json'])
    if (existsSync(join(from.state, name)) && !existsSync(join(state, name)))
      copyFileSync(join(from.state, name), join(state, name));
}

/** A registry with errors does not say clearly what is governed, so no pass and no bundle runs. */
function refuseUnsound(snapshot: Snapshot): void {
  const error = registryError(snapshot);
  if (error !== undefined) throw error;
}

/** The changes to sign. Nothing else may have changed, because one signature covers all rows. */
function choose(plan: SigningPlan, files: 'all' | readonly string[]): readonly SigningChange[] {
  if (files === 'all') return plan.changed;
  const protectedFiles = new Set([...plan.changed, ...plan.rows].map((row) => row.file));
  for (const file of files) {
    if (!protectedFiles.has(file))
      throw new NocturneError('NOT_FOUND', `${file} is not a protected file`, {
        file,
        hint: 'only files with the tier PROTECTED in R3 of REGISTRY.md need a signature',
      });
  }
  const others = plan.changed
    .filter((change) => !files.includes(change.file))
    .map((change) => change.file);
  if (others.length > 0)
    throw new NocturneError(
      'REFUSED',
      `other protected files changed as well: ${others.join(', ')}`,
      {
        hint: 'check them, then restore them or sign them as well (nocturne sign --all shows every change first)',
      },
    );
  return plan.changed;
}

function render(
  snapshot: Snapshot,
  signing: {
    readonly plan: SigningPlan;
    readonly signed: readonly SigningChange[];
    readonly workspaceId: string;
    readonly options: SignOptions;
  },
): string {
  const { key, signedBy, now, takeOver } = signing.options;
  const signedAt = stamp(now);
  const rows = new Map<string, Omit<ManifestRow, 'line'>>(
    signing.plan.rows.map((row) => [
      row.file,
      takeOver === true ? { ...row, signedBy, signedAt } : row,
    ]),
  );
  for (const { file, afterHash } of signing.signed) {
    if (afterHash === undefined) rows.delete(file);
    else rows.set(file, { file, sha256: afterHash, signedBy, signedAt });
    if (decodeCell(encodeCell(file)) !== file)
      throw new NocturneError(
        'REFUSED',
        `${JSON.stringify(file)} cannot be written in a table, because its name begins or ends with a blank`,
        { file, hint: 'rename the file' },
      );
  }
  const content = {
    workspace: signing.workspaceId,
    key: key.fingerprint,
    signedAt,
    rows: [...rows.values()],
  };
  const current = snapshot.text(MANIFEST_FILE);
  // The signature does not cover itself, so any placeholder gives the text to sign.
  const { manifest, problems } = parseManifest(
    renderManifest(current, { ...content, signature: 'unsigned' }),
  );
  const [problem] = problems;
  if (problem !== undefined)
    throw new NocturneError(
      'BAD_VALUE',
      `${MANIFEST_FILE} cannot be signed because of line ${problem.line}: ${problem.message}`,
      {
        file: MANIFEST_FILE,
        line: problem.line,
        hint: 'correct the line, or remove the file: Nocturne makes a new one',
      },
    );
  const text = renderManifest(current, { ...content, signature: key.sign(signedText(manifest)) });
  if (!isSignedBy(parseManifest(text).manifest, key.publicKey))
    throw new NocturneError('INTERNAL', 'the new manifest does not verify');
  return text;
}

/** Keeps what is signed: it can be restored, and the next signature shows the difference. */
function keepContents(state: string, snapshot: Snapshot, manifest: string): void {
  keepSignedContents(
    state,
    parseManifest(manifest).manifest.rows.flatMap(({ file }) => snapshot.bytes(file) ?? []),
  );
}

/** Records the owner's edit of a signed file in the change log, if its former version is stored. */
function adopt(
  place: { readonly root: string; readonly state: string },
  change: SigningChange,
  plan: SigningPlan,
): Change[] {
  if (plan.baseline === 'none' || change.kind === 'gone') return [];
  const { file: path, beforeHash } = change;
  if (beforeHash === undefined) return [{ kind: 'adopt', path, before: undefined }];
  const bytes = signedContent(place, beforeHash);
  // Without the former version, the manifest's change row has the hash of the new one.
  return bytes === undefined
    ? []
    : [{ kind: 'adopt', path, before: { hash: beforeHash, bytes: () => bytes } }];
}
