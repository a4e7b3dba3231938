/** `bundle run`: a bundle of R5 by hand, or inside a pass where its scope allows it. */
import { NocturneError } from '../../../kernel/error.js';
import { nearestName } from '../../../kernel/nearest-name.js';
import type { Value } from '../../../markdown/types.js';
import { bundleChanges } from '../../../workspace/bundle.js';
import { requireOwner } from '../actor.js';
import { carryOut } from '../carry-out.js';
import { DRY_RUN } from '../options.js';
import { parseValue } from '../parse-value.js';
import type { Command } from '../types.js';
import { namedValues } from '../named-values.js';

/** Run for the owner only, whatever the scope of a pass is. */
const OWNERS = new Set(['notification_answer', 'sender_decide', 'message_take', 'message_release']);
/** Rows that only count with what nocturne does beside them. */
const OURS = new Set(['approval_request', 'approval_record']);

export const bundleRun: Command = {
  args: '<name> [arguments...]',
  options: [DRY_RUN],
  examples: [
    'nocturne bundle run objective_set slug=inventory next_objective="List the missing licences"',
    'nocturne bundle run project_pause slug=weather reason="on holiday" --dry-run',
  ],
  run(context, { args, options }) {
    const [name = '', ...words] = args;
    if (OWNERS.has(name)) requireOwner(context, `the bundle ${name}`);
    if (OURS.has(name))
      throw new NocturneError('REFUSED', `the bundle ${name} is run by nocturne itself`, {
        hint: 'nocturne approve ID, or nocturne decline ID',
      });
    const texts = namedValues(words, 'argument');
    return carryOut(
      context,
      (snapshot) => {
        const bundle = snapshot.schema.bundles.get(name);
        const near =
          bundle === undefined ? nearestName(name, snapshot.schema.bundles.keys()) : undefined;
        if (near !== undefined)
          throw new NocturneError('NOT_FOUND', `REGISTRY.md declares no bundle "${name}"`, {
            hint: `did you mean ${near}?`,
          });
        const values: Record<string, Value> = {};
        for (const [argument, text] of texts)
          values[argument] = parseValue(
            bundle?.arguments.find((candidate) => candidate.name === argument)?.type,
            text,
            { structured: true },
          );
        const { changes, notices } = bundleChanges(snapshot, name, values);
        const [slug, id, reason] = ['slug', 'id', 'reason'].map((argument) => texts.get(argument));
        return {
          changes,
          notices,
          bundle: name,
          reason: reason ?? name,
          audit: { type: name, target: slug ?? id ?? '', detail: reason ?? '' },
        };
      },
      { dryRun: options['dryRun'] === true },
    );
  },
};
