/** Rule time-zone: the time zone in USER.md exists. */
import type { Diagnostic } from '../../kernel/diagnostic.js';
import { nearestName } from '../../kernel/nearest-name.js';
import { showControl } from '../../kernel/show-control.js';
import { fieldText } from '../../project/field-text.js';
import { isZone } from '../../project/owner-zone.js';
import { fieldRange } from '../record-place.js';
import type { WorkspaceRule } from '../rule.js';

export const timeZone: WorkspaceRule = {
  kind: 'workspace',
  id: 'time-zone',
  severity: 'error',
  suppressible: 'never',
  run: ({ snapshot, schema }) => {
    const object = schema.objects.get('OWNER');
    if (object === undefined) return [];
    return snapshot.records('OWNER').flatMap((record): Diagnostic[] => {
      const zone = fieldText(record, 'time_zone');
      if (zone === '' || isZone(zone)) return [];
      const near = nearestName(zone, Intl.supportedValuesOf('timeZone'));
      return [
        {
          rule: 'time-zone',
          severity: 'error',
          message: `there is no time zone ${showControl(zone)}, so Nocturne uses UTC`,
          range: fieldRange(object, record, 'time_zone'),
          expected: near ?? 'a name such as Europe/Lisbon or UTC',
          actual: showControl(zone),
          hint: near === undefined ? 'write a region and a city' : `did you mean ${near}?`,
        },
      ];
    });
  },
};
