/** Whether the mesh can be reached, in one sentence. */
import type { Snapshot } from '../../../workspace/types.js';
import { meshSettings } from '../settings.js';
import type { MeshView } from './mesh-view.js';

export const MESH_OFF = 'The mesh is off: this workspace works alone.';
export const HOW_TO_BEGIN = 'nocturne mesh init begins one, nocturne mesh join TOKEN joins one';

/** After a sentence that would be true of a mesh as well. */
export function offNote(snapshot: Snapshot): string {
  return meshSettings(snapshot) === undefined ? ` ${MESH_OFF}` : '';
}

export function reachText(view: MeshView, now: number): string {
  const { reach, distrust, settings, seen } = view;
  const url = settings?.url ?? '';
  switch (reach) {
    case 'off':
      return distrust === undefined ? MESH_OFF : `The mesh is off: ${distrust}.`;
    case 'connected':
      return `Connected to ${url} (${seen?.server ?? 'a server'}) for ${ageText(now - (seen?.since ?? now))}.`;
    case 'deaf':
      return `No connection: ${url} was connected, but does not answer now.`;
    case 'unreached':
      return `No connection for ${ageText(now - (seen?.since ?? now))}: ${url}${seen?.why === undefined ? '' : ` (${seen.why})`}. nocturne mesh doctor finds out why.`;
    case 'unserved':
      return seen === undefined
        ? `No connection: no service of this workspace has been connected to ${url} yet. nocturne serve starts it.`
        : `No connection: the service is not running. What follows is ${ageText(now - seen.writtenAt)} old. nocturne serve starts it.`;
  }
}

/** `4 s`, `3 min`, `2 h`, `5 days`. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
