/**
 * What signing would vouch for: the protected files that are not as they were when the owner last
 * signed them, with both texts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { getObject } from '../workspace/objects.js';
import { stateDirectory } from '../workspace/state-home.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { Snapshot } from '../workspace/types.js';
import { isSignedBy } from './gate-manifest.js';
import { MANIFEST_FILE, type ManifestRow, parseManifest } from './manifest.js';
import { fingerprintOf } from './owner-key.js';
import { protectedFiles } from './protected-files.js';
import { readTrust } from './trust.js';

/**
 * `before`/`after`: the text, where there is one and it is known (what was signed is kept in
 * `.nocturne/objects`). Hashes are SHA-256.
 */
export type SigningChange = {
  readonly file: string;
  readonly kind: 'new' | 'changed' | 'gone';
  readonly beforeHash: string | undefined;
  readonly afterHash: string | undefined;
  readonly before: string | undefined;
  readonly after: string | undefined;
};
/**
 * `baseline`: where the signed hashes were taken from. `manifest`: the one in the workspace, which
 * is intact; `kept`: the copy of the last signed
 * one in the state directory, because the one in the workspace was changed; `none`: nothing was
 * signed yet that can be believed.
 */
export type SigningPlan = {
  readonly changed: readonly SigningChange[];
  readonly baseline: Baseline['kind'];
  readonly rows: readonly ManifestRow[];
  readonly unchanged: number;
  readonly workspaceId: string | undefined;
};
export type Baseline = {
  readonly kind: 'manifest' | 'kept' | 'none';
  readonly rows: readonly ManifestRow[];
  readonly workspaceId: string | undefined;
};

const SIGNED_MANIFEST = 'signed-manifest.md';

/** @throws NocturneError `REFUSED` when a protected name is not a regular file. */
export function signingPlan(snapshot: Snapshot, home: string): SigningPlan {
  const baseline = readBaseline(snapshot, home);
  const rows = new Map(baseline.rows.map((row) => [row.file, row]));
  const files = protectedFiles(snapshot.schema, snapshot.files.keys());
  const changed: SigningChange[] = [];
  for (const file of files) {
    const afterHash = snapshot.hash(file);
    if (afterHash === undefined)
      throw new NocturneError(
        'REFUSED',
        `${file} is protected but is not a regular file that can be read, so it cannot be signed`,
        { file, hint: 'replace it by a regular file' },
      );
    const beforeHash = rows.get(file)?.sha256;
    if (beforeHash === afterHash) continue;
    changed.push({
      file,
      kind: beforeHash === undefined ? 'new' : 'changed',
      beforeHash,
      afterHash,
      before: keptText(snapshot.root, beforeHash),
      after: snapshot.text(file),
    });
  }
  const present = new Set(files);
  for (const row of baseline.rows) {
    if (!present.has(row.file))
      changed.push({
        file: row.file,
        kind: 'gone',
        beforeHash: row.sha256,
        afterHash: undefined,
        before: keptText(snapshot.root, row.sha256),
        after: undefined,
      });
  }
  changed.sort((a, b) => (a.file < b.file ? -1 : 1));
  return {
    changed,
    baseline: baseline.kind,
    rows: baseline.rows,
    unchanged: files.length - changed.filter((change) => change.kind !== 'gone').length,
    workspaceId: baseline.workspaceId,
  };
}

/**
 * Only rows under a good signature of the owner count as signed: otherwise whoever changed a file
 * and its row would have us sign it unseen.
 */
function readBaseline(snapshot: Snapshot, home: string): Baseline {
  const state = stateDirectory(home, snapshot.root);
  const publicKey = readTrust(state)?.publicKey ?? ownPublicKey(home);
  const candidates = [
    ['manifest', snapshot.text(MANIFEST_FILE)],
    ['kept', readSignedManifest(state)],
  ] as const;
  for (const [kind, text] of candidates) {
    if (text === undefined || publicKey === undefined) continue;
    const { manifest, problems } = parseManifest(text);
    if (
      problems.length === 0 &&
      manifest.key === fingerprintOf(publicKey) &&
      isSignedBy(manifest, publicKey)
    )
      return { kind, rows: manifest.rows, workspaceId: manifest.workspace };
  }
  return { kind: 'none', rows: [], workspaceId: undefined };
}

export function signedManifestPath(state: string): string {
  return join(state, SIGNED_MANIFEST);
}

function readSignedManifest(state: string): string | undefined {
  return readIfThere(signedManifestPath(state));
}

/**
 * On a machine where this workspace is not trusted yet, what the owner signed elsewhere with the
 * same key still counts.
 */
function ownPublicKey(home: string): string | undefined {
  return readIfThere(join(home, 'keys', 'owner.pub'));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function keptText(root: string, hash: string | undefined): string | undefined {
  if (hash === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(getObject(root, hash));
  } catch {
    // Pruned, damaged or binary: the diff cannot be shown, and the hashes still are.
    return undefined;
  }
}
