/** The alarms about who owns a workspace, and whether this machine trusts it here. */
import { join } from 'node:path';
import { existsSync } from '../kernel/files.js';
import { REGISTRY_FILE } from '../registry/load-schema.js';
import { readTextIfThere } from '../workspace/read-if-there.js';
import { defined } from '../kernel/defined.js';
import { type Alarm, type AlarmKind, JOIN } from './alarm.js';
import type { GateReport } from './gate-report.js';
import { lineSpellings } from './restorable.js';
import { MANIFEST_FILE, type Manifest, parseManifest } from './manifest.js';
import { keyFingerprint } from './owner-key.js';
import { readableTrust, trustedElsewhere, trustPath } from './trust.js';

export type TrustPlace = { readonly root: string; readonly state: string; readonly home: string };
export const TAKE_OVER = `${JOIN} --new-owner`;
const BRING_KEY = `${JOIN} --key FILE`;

/** `undefined` if this machine trusts the owner who signed. */
export function trustAlarm(place: TrustPlace, report: GateReport): Alarm | undefined {
  const files = report.findings.map(({ file }) => file);
  const alarm = (kind: AlarmKind, message: string, command: string | undefined): Alarm =>
    defined({ kind, message, command, asks: true, files });
  const [first] = report.findings;
  if (first?.problem === 'unowned')
    return alarm('unowned', 'This workspace has no owner yet.', 'nocturne init .');
  if (first?.problem === 'untrusted' && first.file === place.home)
    return alarm('state-inside', `${first.message}. Move it, and set NOCTURNE_HOME.`, undefined);
  const manifest = readManifest(place.root);
  const trust = readableTrust(place.state);
  if (trust === undefined && report.findings.some(({ file }) => file === trustPath(place.state)))
    return alarm('damaged-trust', `${first?.message ?? ''}. Say again that it is yours.`, JOIN);
  if (trust !== undefined) {
    const isTheirs =
      manifest !== undefined && manifest.key !== '' && manifest.key !== trust.fingerprint;
    if (!isTheirs) return undefined;
    const message = `This workspace is signed with the key ${short(manifest.key)}; this machine trusts ${short(trust.fingerprint)}. If it has a new owner, let them take it over.`;
    return alarm('other-owner', message, TAKE_OVER);
  }
  if (manifest === undefined) return undefined;
  const here = keyFingerprint(place.home);
  const [elsewhere] = trustedElsewhere(place.home, manifest.workspace, place.root);
  if (here !== undefined && here !== manifest.key)
    return alarm(
      'other-owner',
      `This workspace is signed with the key ${short(manifest.key)}; yours is ${short(here)}. If it is yours now, take it over.`,
      TAKE_OVER,
    );
  if (elsewhere !== undefined) {
    const moved = !existsSync(join(elsewhere.root, REGISTRY_FILE));
    return moved
      ? alarm('moved', `This workspace was moved here from ${elsewhere.root}.`, JOIN)
      : alarm('copied', `This is a copy of the workspace at ${elsewhere.root}.`, JOIN);
  }
  if (here === undefined)
    return alarm(
      'no-key',
      `This workspace is signed with the key ${short(manifest.key)}, and this machine has no key. If it is yours, bring your key or a backup of it (FILE); if somebody gave it to you, read its pages and run ${TAKE_OVER}.`,
      BRING_KEY,
    );
  return alarm('machine', 'This workspace is signed with your key, but new on this machine.', JOIN);
}

/** While passes still run: whether the owner of the workspace could sign on this machine. */
export function keyAlarm({ home, state }: TrustPlace): Alarm | undefined {
  const trust = readableTrust(state);
  if (trust === undefined) return undefined;
  const here = keyFingerprint(home);
  if (here === trust.fingerprint) return undefined;
  const owner = `the owner's key ${short(trust.fingerprint)}`;
  return here === undefined
    ? {
        kind: 'no-key',
        message: `Nothing can be signed on this machine: ${owner} is missing. Bring a backup of it (FILE). If there is none, run ${TAKE_OVER}.`,
        command: BRING_KEY,
        asks: true,
        files: [],
      }
    : {
        kind: 'other-owner',
        message: `Nothing can be signed on this machine: ${owner} is missing, and ${short(here)} is another key. If the workspace has a new owner, let them take it over.`,
        command: TAKE_OVER,
        asks: true,
        files: [],
      };
}

/** Also with other line endings: only the names in it are read. */
export function readManifest(root: string): Manifest | undefined {
  const text = readTextIfThere(join(root, MANIFEST_FILE));
  if (text === undefined) return undefined;
  const [plain] = lineSpellings(Buffer.from(text));
  return [text, plain?.toString('utf8') ?? '']
    .map((spelling) => parseManifest(spelling).manifest)
    .find(({ key }) => key !== '');
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 8);
}
