/** For the brief of a unit: its inputs, each with its hash. */
import type { Fragment } from '../../agents/types.js';
import type { Unit } from '../../governance/unit.js';
import type { Snapshot } from '../../workspace/types.js';
import { dataFragment } from '../worker/data-fragment.js';
import { hashesOf, matching } from './unit-conditions.js';

export function unitFragments(unit: Unit, snapshot: Snapshot): readonly Fragment[] {
  if (unit.consumes.length === 0) return [];
  const found = Object.entries(hashesOf(snapshot, matching(snapshot, unit.consumes)));
  const lines = found.map(([path, hash]) => `- ${path} (sha256:${hash})`);
  const none = `There is no file for ${unit.consumes.join(', ')}.`;
  return [
    dataFragment(
      'What this work begins with',
      `PROJECTS/${unit.project}/`,
      lines.join('\n') || none,
    ),
  ];
}
