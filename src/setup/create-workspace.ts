/** A new workspace: the reference files in an empty place, signed by its owner. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createOwnerKey, loadOwnerKey, ownerKeyStatus } from '../integrity/owner-key.js';
import { signManifest } from '../integrity/sign.js';
import type { Clock } from '../kernel/clock.js';
import { openWorkspace } from '../workspace/open-workspace.js';
import type { Workspace } from '../workspace/types.js';
import { referenceFiles, referenceText } from './reference-files.js';

export type CreateOptions = { readonly directory: string; readonly packageRoot: string; readonly home: string; readonly clock: Clock; readonly owner: string; readonly domain?: string; readonly timeZone?: string; readonly passphrase?: string };

export type Created = { readonly workspace: Workspace; readonly written: readonly string[]; readonly keyMade: boolean };

/** Writes what is not there yet; nothing is overwritten. Ends signed and trusted on this machine. */
export function createWorkspace(options: CreateOptions): Created {
  const { directory, packageRoot, home } = options;
  mkdirSync(directory, { recursive: true });
  const written: string[] = [];
  for (const path of referenceFiles(packageRoot)) {
    const target = join(directory, path);
    if (existsSync(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, fill(path, referenceText(packageRoot, path), options));
    written.push(path);
  }
  const keyMade = ownerKeyStatus(home) === 'missing';
  const secret = options.passphrase === undefined ? {} : { passphrase: options.passphrase };
  const key = keyMade ? createOwnerKey(home, secret) : loadOwnerKey(home, secret);
  const workspace = openWorkspace(directory, { home, clock: options.clock });
  signManifest(workspace, { files: 'all', key, signedBy: options.owner, now: options.clock.now() });
  return { workspace, written, keyMade };
}

/** The owner's name, zone and domain where the reference files leave them open. */
function fill(path: string, text: string, options: CreateOptions): string {
  if (path === 'USER.md') return text.replace('- **Name:** -', `- **Name:** ${oneLine(options.owner)}`).replace('- **Time zone:** UTC', `- **Time zone:** ${oneLine(options.timeZone ?? 'UTC')}`);
  if (path === 'SOUL.md' && options.domain !== undefined && options.domain !== '') return text.replace('- **Domain anchor:** -', `- **Domain anchor:** ${oneLine(options.domain)}`);
  return text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
