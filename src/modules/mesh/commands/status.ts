/** `nocturne mesh status`: whether this workspace is in a mesh. */
import { EXIT } from '../../../kernel/error.js';
import type { ModuleCommand } from '../../types.js';
import { meshDistrusted, meshSettings } from '../settings.js';

export const MESH_OFF = 'The mesh is off: this workspace works alone.';

export const meshStatus: ModuleCommand = {
  summary: 'Shows whether this workspace is in a mesh, and the other nodes',
  forAgents: 'project',
  examples: ['nocturne mesh status'],
  run(context) {
    const workspace = context.workspace();
    const snapshot = workspace.snapshot();
    const settings = meshSettings(snapshot);
    const distrust = meshDistrusted(workspace, snapshot);
    if (settings === undefined || distrust !== undefined)
      return { exit: EXIT.ok, text: distrust ?? MESH_OFF, json: { on: false } };
    return {
      exit: EXIT.ok,
      text: `This is ${settings.node}, in the mesh at ${settings.url}.`,
      json: { on: true, node: settings.node, url: settings.url },
    };
  },
};
