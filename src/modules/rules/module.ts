/**
 * Module rules: pages of the owner say what agents must keep to. The brief of a pass has those that
 * fit its files, and all of them are checked before Nocturne accepts what it changed.
 */
import type { Module } from '../types.js';
import { examine } from './checks/examine.js';
import { rolesList } from './commands/roles.js';
import { rulesList, rulesMatch } from './commands/rules.js';
import { ruleFragments } from './rule-fragments.js';

export const module: Module = {
  name: 'rules',
  // They are read when a pass needs them.
  onChange: () => undefined,
  fragments: ruleFragments,
  examine,
  commands: { 'rules list': rulesList, 'rules match': rulesMatch, 'roles list': rolesList },
};
