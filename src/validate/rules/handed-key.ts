/** Rule handed-key: no runner hands the key of a model to its agent. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { fieldList } from '../../project/field-text.js';
import { keyVariables } from '../../project/key-variables.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

export const handedKey: WorkspaceRule = {
  kind: 'workspace',
  id: 'handed-key',
  severity: 'warning',
  suppressible: 'never',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('RUNNER');
    if (object === undefined) return [];
    const keys = keyVariables(snapshot);
    return snapshot.records('RUNNER').flatMap((runner): Diagnostic[] => {
      const handed = fieldList(runner, 'pass_env').filter((name) => keys.includes(name));
      const names = handed.join(' and ');
      return handed.length === 0
        ? []
        : [
            {
              rule: 'handed-key',
              severity: 'warning',
              message: `pass_env of the runner ${runner.key} names ${names}: Nocturne passes no key on to an agent`,
              range: fieldRange(object, runner, 'pass_env'),
              actual: names,
              expected: 'variables without the key of a model',
              hint: `remove ${names} from pass_env; if the runner needs that model, set endpoint and api_key_env`,
            },
          ];
    });
  },
};
