/**
 * What can be repaired without the owner: files that become exactly what was signed or anchored,
 * and files that nobody signed and that go aside. Nothing here can lower the protection.
 */
import { basename, dirname, join, posix } from 'node:path';
import { syncCopyOf } from '../kernel/sync-copy.js';
import { existsSync, readdirSync } from '../kernel/files.js';
import { defined } from '../kernel/defined.js';
import { NocturneError } from '../kernel/error.js';
import { sha256 } from '../kernel/hash.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { LEAST_PAGES } from '../registry/least-protection.js';
import type { Anchor } from '../workspace/storage-types.js';
import { observe } from '../workspace/observe.js';
import { readIfThere } from '../workspace/read-if-there.js';
import { endsOf, logFiles } from './gate-logs.js';
import { isSignedBy } from './gate-manifest.js';
import { readGateSchema } from './gate-registry.js';
import { type Opening, readOpenings } from './log-head.js';
import { MANIFEST_FILE, type Manifest, parseManifest } from './manifest.js';
import { findProtected } from './protected-files.js';
import { rebuiltLog } from './rebuild-log.js';
import { lost, restored, type Restored } from './restorable.js';
import { signedContent } from './signed-contents.js';
import { signedManifestPath } from './signing-plan.js';
import { verifyContent } from './verify-content.js';
import { verifyLog } from './verify-log.js';

/** `before`: `undefined` if there is no such file. */
export type Repair = Restored & { readonly file: string; readonly before: string | undefined };
/** `copies`: of protected files, made by a sync tool; nobody signed them. */
export type RepairPlan = {
  readonly repairs: readonly Repair[];
  readonly copies: readonly { readonly file: string; readonly original: string }[];
};
export type RepairPlace = { readonly root: string; readonly state: string };

/** @param publicKey of the owner whom this machine trusts, in PEM. */
export function planRepairs(place: RepairPlace, publicKey: string): RepairPlan {
  const signed = trustedManifest(place, publicKey);
  if (signed === undefined) return { repairs: [], copies: [] };
  const pages = signed.manifest.rows.flatMap((row) => pageRepair(place, row.file, row.sha256));
  const registry =
    pages.find(({ file }) => file === REGISTRY_FILE)?.content ??
    readIfThere(join(place.root, REGISTRY_FILE));
  const { schema, logs } = readGateSchema(registry?.toString('utf8') ?? '');
  const rows = new Set(signed.manifest.rows.map(({ file }) => file));
  const twins = pages.flatMap(({ file, before }) => {
    const twin = before === undefined ? twinOf(place.root, file) : undefined;
    return twin === undefined ? [] : [{ file: twin, original: file }];
  });
  const copies = findProtected(place.root, schema).flatMap((file) => {
    const original = rows.has(file) ? undefined : syncCopyOf(file, (path) => rows.has(path));
    return original === undefined ? [] : [{ file, original }];
  });
  return {
    repairs: [...signed.repair, ...pages, ...logRepairs(place, logFiles(place.root, logs))],
    copies: [...twins, ...copies],
  };
}

/** The manifest that the owner's key signed: the workspace's own, or the copy outside of it. */
function trustedManifest(
  place: RepairPlace,
  publicKey: string,
): { readonly manifest: Manifest; readonly repair: readonly Repair[] } | undefined {
  const read = (bytes: Buffer): Manifest | undefined => {
    const { manifest, problems } = parseManifest(bytes.toString('utf8'));
    return problems.length === 0 && isSignedBy(manifest, publicKey) ? manifest : undefined;
  };
  const copy = readIfThere(signedManifestPath(place.state));
  const seen = observe(join(place.root, MANIFEST_FILE));
  if (seen.kind === 'file') {
    const manifest = read(seen.bytes);
    if (manifest !== undefined) return { manifest, repair: [] };
    const found = restored(seen.bytes, {
      isSound: (content) => read(content) !== undefined,
      stored: () => copy,
    });
    const repaired = found === undefined ? undefined : read(found.content);
    if (found !== undefined && repaired !== undefined)
      return {
        manifest: repaired,
        repair: [{ ...found, file: MANIFEST_FILE, before: seen.hash }],
      };
  }
  const manifest = copy === undefined ? undefined : read(copy);
  return manifest === undefined ? undefined : { manifest, repair: [] };
}

function pageRepair(place: RepairPlace, file: string, signed: string): readonly Repair[] {
  const seen = observe(join(place.root, file));
  const options = {
    isSound: (content: Buffer): boolean => sha256(content) === signed,
    stored: (): Buffer | undefined => signedContent(place, signed) ?? twinContent(place.root, file),
  };
  if (seen.kind === 'missing') {
    const found = isNeeded(place.root, file) ? lost(options) : undefined;
    return found === undefined ? [] : [{ ...found, file, before: undefined }];
  }
  if (seen.kind !== 'file' || seen.hash === signed) return [];
  const found = restored(seen.bytes, options);
  return found === undefined ? [] : [{ ...found, file, before: seen.hash }];
}

/** Nobody means to be without it, or it is there under another name. */
function isNeeded(root: string, file: string): boolean {
  return LEAST_PAGES.includes(file) || twinOf(root, file) !== undefined;
}

/**
 * What stands for the file: a name that differs only in case, which is the same name on macOS and
 * Windows, or what iCloud leaves of a page that it has taken off the disk.
 */
function twinOf(root: string, file: string): string | undefined {
  const folder = dirname(file);
  const name = basename(file);
  const twin = namesIn(join(root, folder)).find(
    (other) =>
      other === `.${name}.icloud` || (other !== name && other.toLowerCase() === name.toLowerCase()),
  );
  return twin === undefined ? undefined : posix.join(folder, twin);
}

/** On a machine that has not kept what was signed, the file under its other name may be it. */
function twinContent(root: string, file: string): Buffer | undefined {
  const twin = twinOf(root, file);
  return twin === undefined ? undefined : readIfThere(join(root, twin));
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Without readable anchors, nothing says what the logs were. */
function logRepairs(place: RepairPlace, files: readonly string[]): readonly Repair[] {
  try {
    const openings = readOpenings(place.state);
    return files.flatMap((file) => logRepair(place, file, openings[file]));
  } catch (error) {
    if (error instanceof NocturneError && error.code === 'GATE') return [];
    throw error;
  }
}

function logRepair(
  place: RepairPlace,
  file: string,
  opening: Opening | undefined,
): readonly Repair[] {
  const { root, state } = place;
  const seen = observe(join(root, file));
  const anchored = endsOf(state, file);
  if (seen.kind !== 'file') return [];
  // On a machine that does not know the log yet, any unbroken chain is sound.
  const anchors = anchored.length === 0 ? undefined : (): readonly Anchor[] => anchored;
  const expected = defined({ opening, anchors });
  if (verifyLog(join(root, file), { file, ...expected }).ok) return [];
  const isSoundContent = (content: Buffer): boolean =>
    verifyContent(place, { file, content, ...expected }).ok;
  const found = restored(seen.bytes, { isSound: isSoundContent, stored: () => undefined });
  if (found !== undefined) return [{ ...found, file, before: seen.hash }];
  const rebuilt = rebuiltLog(seen.bytes.toString('utf8'), { file, opening: opening?.text });
  const content = Buffer.from(rebuilt?.text ?? '');
  return rebuilt?.isWhole === true && isSoundContent(content)
    ? [{ reason: 'formatting', content, file, before: seen.hash }]
    : [];
}
