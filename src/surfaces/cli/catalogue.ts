/**
 * Every command by its words, with one line for the help page and where it is loaded from when it
 * is called.
 */
import type { Catalogue } from './catalogue-entry.js';
import { UPKEEP_COMMANDS } from './upkeep-commands.js';
import { WORK_COMMANDS } from './work-commands.js';

export const CATALOGUE: Catalogue = { ...WORK_COMMANDS, ...UPKEEP_COMMANDS };
