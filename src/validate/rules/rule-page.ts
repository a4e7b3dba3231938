/** Rule rule-page: a page of a rule or a role says only what Nocturne can check. */
import { globMatches } from '../../kernel/glob.js';
import {
  PAGE_RULE,
  readRolePage,
  readRulePage,
  ROLE_PAGES,
  RULE_PAGES,
} from '../../project/rule-page/rule-page.js';
import type { FileRule } from '../rule.js';

export const rulePage: FileRule = {
  kind: 'file',
  id: PAGE_RULE,
  severity: 'error',
  suppressible: 'never',
  run({ path, doc, objects }) {
    if (doc === undefined || objects.length === 0) return [];
    const problems = [
      ...(globMatches(RULE_PAGES, path) ? readRulePage(path, doc.text).problems : []),
      ...(globMatches(ROLE_PAGES, path) ? readRolePage(path, doc.text).problems : []),
    ];
    return problems.filter(({ ofContract }) => ofContract !== true);
  },
};
