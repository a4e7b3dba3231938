/** `mesh leave`: this workspace works alone again. */
import { join } from 'node:path';
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { removeIfThere } from '../../../workspace/durable.js';
import type { ModuleCommand } from '../../types.js';
import { meshDirectory } from '../identity.js';
import { pageWithSettings } from '../join/mesh-page.js';
import { keptRoster } from '../roster.js';
import { readLead } from '../server/lead-files.js';
import { MESH_PAGE, meshSettings } from '../settings.js';
import { MESH_OFF } from '../node/reach-text.js';

/** Its keys, and what it knows of the mesh. */
const FILES = ['identity.json', 'roster.json', 'authority.pem'];

export const meshLeave: ModuleCommand = {
  summary: 'leave the mesh: this workspace works alone again',
  forAgents: 'never',
  options: [{ flags: '--yes', description: 'without asking' }],
  examples: ['nocturne mesh leave', 'nocturne mesh leave --yes'],
  async run(context, { options }) {
    context.requireOwner('leaving the mesh');
    const { state } = context.workspace();
    const roster = keptRoster(state);
    const settings = meshSettings(context.workspace().snapshot());
    if (roster === undefined && settings === undefined)
      return { exit: EXIT.ok, text: MESH_OFF, json: { left: null } };
    if (readLead(state) !== undefined)
      throw new NocturneError('REFUSED', 'this is the lead: without it the mesh has no server', {
        hint: 'to end the mesh, remove the folder server of its state, and leave then',
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
    for (const file of FILES) removeIfThere(join(meshDirectory(state), file));
    return {
      exit: EXIT.ok,
      text: `This workspace has left ${name}. Its lead still lists it: nocturne mesh revoke, there.`,
      json: { left: name },
    };
  },
};
