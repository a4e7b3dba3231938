/**
 * Module rules: pages of the owner say what agents must keep to. The brief of a pass quotes those
 * that fit its files.
 */
import type { Module } from '../types.js';
import { rolesList } from './commands/roles.js';
import { rulesList, rulesMatch } from './commands/rules.js';

export const module: Module = {
  name: 'rules',
  // They are read when a pass needs them.
  onChange: () => undefined,
  commands: { 'rules list': rulesList, 'rules match': rulesMatch, 'roles list': rolesList },
};
