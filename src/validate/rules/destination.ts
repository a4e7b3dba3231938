/** Rule destination: each row of the list of destinations can be read and names real projects. */
import { defined } from '../../kernel/defined.js';
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { didYouMean } from '../../kernel/nearest-name.js';
import { DESTINATION_KINDS, parseDestinationPattern } from '../../project/destination-pattern.js';
import { fieldList, fieldText } from '../../project/field-text.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

export const destination: WorkspaceRule = {
  kind: 'workspace',
  id: 'destination',
  severity: 'error',
  suppressible: 'never',
  isTraced: true,
  run({ snapshot, schema }) {
    const object = schema.objects.get('DESTINATION');
    if (object === undefined) return [];
    const projects = snapshot.records('PROJECT').map((project) => project.key);
    return snapshot.records('DESTINATION').flatMap((record): Diagnostic[] => {
      const [kind = '', pattern = ''] = ['kind', 'pattern'].map((field) =>
        fieldText(record, field),
      );
      // field-contract reports other kinds.
      const parsed =
        DESTINATION_KINDS.some((name) => name === kind) && pattern !== ''
          ? parseDestinationPattern(kind, pattern)
          : undefined;
      const found: Diagnostic[] = [];
      if (parsed?.kind === 'invalid')
        found.push({
          rule: 'destination',
          severity: 'error',
          message: `${record.key} allows nothing, because its pattern cannot be read: ${parsed.why}`,
          range: fieldRange(object, record, 'pattern'),
          expected: `a pattern of the kind ${kind}`,
          actual: pattern,
        });
      for (const stray of fieldList(record, 'projects').filter(
        (project) => !projects.includes(project),
      )) {
        found.push({
          rule: 'destination',
          severity: 'warning',
          message: `${record.key} is for ${stray}, which is not a project`,
          range: fieldRange(object, record, 'projects'),
          actual: stray,
          ...defined({ hint: didYouMean(stray, projects) }),
        });
      }
      return found;
    });
  },
};
