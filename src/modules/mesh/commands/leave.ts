/** `mesh leave`: this workspace works alone again. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { rmSync } from '../../../kernel/files.js';
import { plural } from '../../../kernel/words.js';
import { removeIfThere } from '../../../workspace/durable.js';
import type { Workspace } from '../../../workspace/types.js';
import type { ModuleCommand } from '../../types.js';
import { DECRYPTION_FILE, meshDirectory } from '../identity.js';
import { pageWithSettings } from '../join/mesh-page.js';
import { READERS_FILE } from '../node/readers.js';
import { isServed as isServedNow, readSeen } from '../node/seen.js';
import { keptRoster } from '../roster.js';
import { readLead } from '../server/lead-files.js';
import { MESH_PAGE, meshSettings } from '../settings.js';
import { MESH_OFF } from '../node/reach-text.js';
import { claimKey, readClaims, readResult, writeResult } from '../tasks/claim-store.js';
import { cancelLost } from '../work/tidy.js';

/** Its keys, what it knows of the mesh, and what it holds of others. */
const FILES = ['identity.json', DECRYPTION_FILE, READERS_FILE, 'roster.json', 'authority.pem'];
const FOLDERS = ['claims', 'results', 'arrivals', 'looks', 'runs', 'objects', 'asks'];
/** How long the running service may take to tell the owners of tasks. */
const TELLS_MS = 10_000;
const LOOK_MS = 100;

export const meshLeave: ModuleCommand = {
  summary: 'leave the mesh: this workspace works alone again',
  forAgents: 'never',
  options: [{ flags: '--yes', description: 'without asking' }],
  examples: ['nocturne mesh leave', 'nocturne mesh leave --yes'],
  async run(context, { options }) {
    context.requireOwner('leaving the mesh');
    const workspace = context.workspace();
    const { state } = workspace;
    const roster = keptRoster(state);
    const settings = meshSettings(workspace.snapshot());
    if (roster === undefined && settings === undefined)
      return { exit: EXIT.ok, text: MESH_OFF, json: { left: null } };
    if (readLead(state) !== undefined)
      throw new NocturneError('REFUSED', 'this is the lead: without it the mesh has no server', {
        hint: 'to end the mesh, remove the folder mesh/server from its state directory, then leave',
      });
    const name = roster?.mesh ?? 'mesh';
    if (
      options['yes'] !== true &&
      (await context.ask?.confirm(`Leave ${name}, and forget the keys of this node?`)) !== true
    )
      return {
        exit: EXIT.refused,
        text: `Nothing was written. To leave ${name}: nocturne mesh leave --yes`,
        json: { left: null },
      };
    await context.signPage(MESH_PAGE, {
      reason: `leave the mesh ${name}`,
      text: (snapshot) => pageWithSettings(snapshot, { node: '', url: '', tags: [] }),
    });
    const { released, unheard } = await releaseClaims(workspace);
    for (const file of FILES) removeIfThere(join(meshDirectory(state), file));
    for (const folder of FOLDERS)
      rmSync(join(meshDirectory(state), folder), { recursive: true, force: true });
    cancelLost(workspace);
    return {
      exit: EXIT.ok,
      text: [
        `This workspace has left ${name}. Its lead still lists it: nocturne mesh revoke, there.`,
        ...(released === 0 ? [] : [`${plural(released, 'task was', 'tasks were')} returned.`]),
        ...(unheard === 0
          ? []
          : [`${plural(unheard, 'task')} will be given to others when the lease ends.`]),
      ].join('\n'),
      json: { left: name, released, unheard },
    };
  },
};

/**
 * Their owners ask other nodes at once if the service still runs, which sends it; else when the
 * lease ends. What has ended already is sent as it is.
 */
async function releaseClaims({
  state,
  clock,
}: Workspace): Promise<{ readonly released: number; readonly unheard: number }> {
  const claims = readClaims(state);
  for (const claim of claims) {
    const { owner, attempt, package: packed, spec } = claim;
    if (readResult(state, claimKey(claim))?.attempt === attempt) continue;
    const common = { owner, task: spec.task, attempt, package: packed, runId: claim.runId ?? '' };
    writeResult(state, { ...common, outcome: 'broken', why: 'its node leaves the mesh' });
  }
  const seen = readSeen(state);
  const now = clock.now().getTime();
  const isServed = seen !== undefined && isServedNow(seen, now) && seen.connection === 'connected';
  const end = performance.now() + (isServed ? TELLS_MS : 0);
  while (readClaims(state).length > 0 && performance.now() < end) await pause(LOOK_MS);
  const unheard = readClaims(state).length;
  return { released: claims.length - unheard, unheard };
}
