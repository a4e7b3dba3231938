/** Module meter: what calls to models cost, and the limits that a call must fit into. */
import type { Module } from '../types.js';

export const module: Module = {
  name: 'meter',
  // Every call reads the limits as they are.
  onChange: () => undefined,
  modelAccess: async (context) => (await import('./model-access.js')).modelAccess(context),
  commands: {},
};
