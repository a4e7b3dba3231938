/**
 * The gate's check of the manifest: it has the exact form, belongs to this workspace, and is signed
 * by the key that is pinned outside the workspace.
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

const RESTORE = `restore the ${MANIFEST_FILE} that was signed, or run nocturne sign --all as the owner`;

/** The most important finding first; none if the manifest can be trusted. */
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
      `this is the manifest of the workspace ${named(manifest.workspace)}; expected ${trust.workspaceId}`,
    );
  if (manifest.key !== trust.fingerprint)
    say(
      'manifest-replaced',
      'key',
      `it names the key ${named(manifest.key)}; the owner's key, pinned at ${trust.pinnedAt}, is ${trust.fingerprint}`,
    );
  if (manifest.signature === '')
    say('manifest-signature', 'signature', 'its signature was removed');
  else if (!isSignedBy(manifest, trust.publicKey))
    say(
      'manifest-signature',
      'signature',
      `the signature is not that of the owner's key ${trust.fingerprint} for this text: the file was changed after it was signed, or somebody else signed it`,
    );
  else if (manifest.signedAt < trust.signedAt)
    say(
      'manifest-older',
      'signed_at',
      `it was signed at ${manifest.signedAt}, but the owner signed a later one at ${trust.signedAt}: somebody restored an old manifest`,
    );
  return findings;
}

/**
 * Whether the key signed every row and every other byte, and the signature has its one spelling.
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

/** Why no key is trusted here although the manifest is signed. */
export function untrusted(home: string, root: string, manifest: Manifest): GateFinding {
  const [elsewhere] = trustedElsewhere(home, manifest.workspace, root);
  const message =
    elsewhere === undefined
      ? `it is signed by the key ${named(manifest.key)}, but no key is trusted for this workspace on this machine yet`
      : `this workspace (${manifest.workspace}) is trusted at ${elsewhere.root}, not here: somebody moved or copied it`;
  const hint =
    elsewhere === undefined
      ? 'if it is yours, run nocturne sign --all with your key; if somebody gave it to you, read its protected files first'
      : 'if that was you, run nocturne sign --all here with the same key: the logs keep their anchors';
  return { file: MANIFEST_FILE, problem: 'untrusted', message, hint };
}

function named(value: string): string {
  return value === '' ? '(none)' : value;
}
