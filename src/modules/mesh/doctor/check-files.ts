/** What this workspace has of the mesh: its page, its keys, its roster. */
import { join } from 'node:path';
import { statSync } from '../../../kernel/files.js';
import type { Workspace } from '../../../workspace/types.js';
import { type Identity, meshDirectory } from '../identity.js';
import type { Roster } from '../roster.js';
import { MESH_PAGE, meshDistrusted, type MeshSettings } from '../settings.js';
import { failed, type Finding, good } from './finding.js';

export type OwnFiles = {
  readonly settings: MeshSettings;
  readonly identity: Identity | undefined;
  readonly roster: Roster | undefined;
};

export function checkPage(workspace: Workspace, { settings }: OwnFiles): Finding {
  const distrust = meshDistrusted(workspace, workspace.snapshot());
  if (distrust !== undefined)
    return failed('page', distrust, `look at it, then: nocturne sign ${MESH_PAGE}`);
  return good('page', `${MESH_PAGE} is as signed: ${settings.node} at ${settings.url}`);
}

export function checkKeys({ state }: Workspace, { settings, identity, roster }: OwnFiles): Finding {
  const joinAgain = 'join again: nocturne mesh join TOKEN';
  if (identity === undefined)
    return failed('keys', `this machine has no keys of ${settings.node}`, joinAgain);
  if (roster === undefined)
    return failed('keys', 'this machine has no roster of the mesh', joinAgain);
  if (identity.node !== settings.node)
    return failed(
      'keys',
      `the keys are those of ${identity.node}, and ${MESH_PAGE} says ${settings.node}`,
      `correct Node in ${MESH_PAGE}, and sign it`,
    );
  const own = roster.nodes.find(({ id }) => id === identity.node);
  if (own?.key !== identity.publicKey || own.login !== identity.login)
    return failed('keys', `roster ${roster.version} has other keys of ${identity.node}`, joinAgain);
  if (own.revoked !== undefined)
    return failed(
      'keys',
      `the lead revoked ${identity.node} at ${own.revoked}`,
      `ask the owner of ${roster.lead} for a new token`,
    );
  const path = join(meshDirectory(state), 'identity.json');
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    return failed('keys', `other users of this machine can read ${path}`, `chmod 600 ${path}`);
  return good('keys', `${identity.node} of the mesh ${roster.mesh}, whose lead is ${roster.lead}`);
}
