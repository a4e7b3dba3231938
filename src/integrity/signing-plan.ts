/** What a signature would accept: the protected files that changed since the last one. */
import { isUtf8 } from 'node:buffer';
import { readFileSync } from '../kernel/files.js';
import { join } from 'node:path';
import { NocturneError } from '../kernel/error.js';
import { stateDirectory } from '../workspace/state-home.js';
import { errnoOf } from '../workspace/storage-error.js';
import type { Snapshot } from '../workspace/types.js';
import { isSignedBy } from './gate-manifest.js';
import { MANIFEST_FILE, type ManifestRow, parseManifest } from './manifest.js';
import { fingerprintOf, publicKeyPath } from './owner-key.js';
import { protectedFiles } from './protected-files.js';
import { signedContent } from './signed-contents.js';
import { readableTrust } from './trust.js';

/**
 * `before`/`after`: the text, if it is known (signed versions are in `.nocturne/objects`). Hashes
 * are SHA-256.
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
 * `baseline`: the source of the signed hashes. `manifest`: the workspace's own, which is intact;
 * `copy`: the last signed one in the state directory, because the workspace's is another; `none`:
 * there is no signature that can be trusted.
 */
export type SigningPlan = {
  readonly changed: readonly SigningChange[];
  readonly baseline: Baseline['kind'];
  readonly rows: readonly ManifestRow[];
  readonly unchanged: number;
  readonly workspaceId: string | undefined;
};
export type Baseline = {
  readonly kind: 'manifest' | 'copy' | 'none';
  readonly rows: readonly ManifestRow[];
  readonly workspaceId: string | undefined;
};

const SIGNED_MANIFEST = 'signed-manifest.md';

/**
 * @param own the owner's public key, where nothing is trusted yet; default: that of this machine.
 * @throws NocturneError `REFUSED` if a protected file is not a regular file.
 */
export function signingPlan(snapshot: Snapshot, home: string, own?: string): SigningPlan {
  const place = { root: snapshot.root, state: stateDirectory(home, snapshot.root) };
  const baseline = readBaseline(snapshot, home, own);
  const rows = new Map(baseline.rows.map((row) => [row.file, row]));
  const files = protectedFiles(snapshot.schema, snapshot.files.keys());
  const changed: SigningChange[] = [];
  for (const file of files) {
    const afterHash = snapshot.hash(file);
    if (afterHash === undefined)
      throw new NocturneError(
        'REFUSED',
        `${file} is protected, but is not a readable regular file, so it cannot be signed`,
        { file, hint: 'replace it with a regular file' },
      );
    const beforeHash = rows.get(file)?.sha256;
    if (beforeHash === afterHash) continue;
    changed.push({
      file,
      kind: beforeHash === undefined ? 'new' : 'changed',
      beforeHash,
      afterHash,
      before: storedText(place, beforeHash),
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
        before: storedText(place, row.sha256),
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
 * Only rows with a valid signature of the owner count as signed. Otherwise somebody could change a
 * file and its row, and the owner would sign it unseen.
 */
function readBaseline(snapshot: Snapshot, home: string, own: string | undefined): Baseline {
  const state = stateDirectory(home, snapshot.root);
  const trust = readableTrust(state);
  const publicKey = trust?.publicKey ?? own ?? ownPublicKey(home);
  const candidates = [
    ['manifest', snapshot.text(MANIFEST_FILE)],
    ['copy', readSignedManifest(state)],
  ] as const;
  for (const [kind, text] of candidates) {
    if (text === undefined || publicKey === undefined) continue;
    const { manifest, problems } = parseManifest(text);
    if (
      problems.length === 0 &&
      manifest.key === fingerprintOf(publicKey) &&
      manifest.signedAt >= (trust?.signedAt ?? '') &&
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

/** Where this workspace is not trusted yet, a signature with the owner's own key still counts. */
function ownPublicKey(home: string): string | undefined {
  return readIfThere(publicKeyPath(home));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** `undefined` if the version is not stored or not text: then only its hash can be shown. */
function storedText(
  place: { readonly root: string; readonly state: string },
  hash: string | undefined,
): string | undefined {
  const bytes = hash === undefined ? undefined : signedContent(place, hash);
  return bytes !== undefined && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
