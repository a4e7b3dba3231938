/** `bundle run`: runs a bundle of R5 for the owner, or for a pass whose scope allows it. */
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

/** For the owner only, whatever the scope of a pass. */
const OWNERS = new Set(['notification_answer', 'sender_decide', 'message_take', 'message_release']);
/** Their rows count only together with what Nocturne itself does. */
const INTERNAL = new Set(['approval_request', 'approval_record']);

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
    if (INTERNAL.has(name))
      throw new NocturneError('REFUSED', `only Nocturne runs the bundle ${name}`, {
        hint: 'to decide, run nocturne approve ID or nocturne decline ID',
      });
    const texts = namedValues(words, 'argument');
    return carryOut(
      context,
      (snapshot) => {
        const bundle = snapshot.schema.bundles.get(name);
        const near =
          bundle === undefined ? nearestName(name, snapshot.schema.bundles.keys()) : undefined;
        if (near !== undefined)
          throw new NocturneError('NOT_FOUND', `REGISTRY.md does not declare a bundle "${name}"`, {
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
