/** The rules that the installed modules bring. */
import { installedModules } from '../../modules/installed.js';
import type { Rule } from '../../validate/rule.js';

export async function moduleRules(): Promise<readonly Rule[]> {
  return (await installedModules()).flatMap(({ rules = [] }) => rules);
}
