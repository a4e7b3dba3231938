/**
 * The gate's part for the manifest: it can be read exactly, is this workspace's, and is signed by
 * the key that was pinned outside it.
 */
import { createPublicKey, verify } from 'node:crypto';
import type { GateFinding } from './gate-report.js';
import {
  MANIFEST_FILE,
  type Manifest,
  type ManifestProblem,
  type SealField,
  signedText,
} from './manifest.js';
import { type Trust, trustedElsewhere } from './trust.js';

const RESTORE = `put back the ${MANIFEST_FILE} that was signed, or run nocturne sign --all as the owner`;

/** Findings in the order in which they matter; none when the manifest may be believed. */
export function checkManifest(
  read: { readonly manifest: Manifest; readonly problems: readonly ManifestProblem[] },
  trust: Trust,
): readonly GateFinding[] {
  const { manifest, problems } = read;
  const findings: GateFinding[] = problems.map((problem) => ({
    file: MANIFEST_FILE,
    line: problem.line,
    problem: 'manifest-malformed',
    message: problem.message,
    hint: RESTORE,
  }));
  const say = (problem: GateFinding['problem'], seal: SealField, message: string): void => {
    findings.push({ file: MANIFEST_FILE, seal, problem, message, hint: RESTORE });
  };
  if (manifest.workspace !== trust.workspaceId)
    say(
      'manifest-replaced',
      'workspace',
      `it is the manifest of the workspace ${named(manifest.workspace)}; this one is ${trust.workspaceId}`,
    );
  if (manifest.key !== trust.fingerprint)
    say(
      'manifest-replaced',
      'key',
      `it names the key ${named(manifest.key)}; the owner's key, pinned at ${trust.pinnedAt}, is ${trust.fingerprint}`,
    );
  if (manifest.signature === '')
    say('manifest-signature', 'signature', 'its signature was taken out');
  else if (!isSignedBy(manifest, trust.publicKey))
    say(
      'manifest-signature',
      'signature',
      `the signature is not that of the owner's key ${trust.fingerprint} over what the file says: the file was changed after it was signed, or signed by somebody else`,
    );
  else if (manifest.signedAt < trust.signedAt)
    say(
      'manifest-older',
      'signed_at',
      `it was signed at ${manifest.signedAt}, but the owner signed a later one at ${trust.signedAt}: an old manifest was put back`,
    );
  return findings;
}

/**
 * Whether the signature is that of the key over every row and every other byte, in its one
 * spelling.
 */
export function isSignedBy(manifest: Manifest, publicKey: string): boolean {
  const signature = Buffer.from(manifest.signature, 'base64');
  if (signature.toString('base64') !== manifest.signature) return false;
  return verify(
    null,
    Buffer.from(signedText(manifest), 'utf8'),
    createPublicKey(publicKey),
    signature,
  );
}

/** Why nobody is trusted here although the manifest is signed. */
export function untrusted(home: string, root: string, manifest: Manifest): GateFinding {
  const [elsewhere] = trustedElsewhere(home, manifest.workspace, root);
  const message =
    elsewhere === undefined
      ? `it is signed by the key ${named(manifest.key)}, but on this machine nobody has said yet that this key is to be trusted here`
      : `this workspace (${manifest.workspace}) is trusted at ${elsewhere.root}, not here: it was moved or copied from there`;
  const hint =
    elsewhere === undefined
      ? 'if it is yours, run nocturne sign --all with your key; if somebody gave it to you, read its protected files first'
      : 'if that was you, run nocturne sign --all here with the same key: the logs keep their anchors';
  return { file: MANIFEST_FILE, problem: 'untrusted', message, hint };
}

function named(value: string): string {
  return value === '' ? 'of nobody' : value;
}
