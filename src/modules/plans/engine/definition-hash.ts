/** The hash of what a step does, by which its proof is known to hold or not. */
import { canonicalJson } from '../../../kernel/canonical-json.js';
import { sha256 } from '../../../kernel/hash.js';
import type { StepDefinition } from '../types.js';

const hashes = new WeakMap<StepDefinition, string>();

/**
 * Of what a step does and what proves it. When it starts, who does it, how often it may try, and
 * what its failure means do not make a proof worthless.
 */
export function definitionHash(definition: StepDefinition): string {
  let hash = hashes.get(definition);
  if (hash === undefined) {
    const { objective, run, role, command, plan, vars, writes, tools } = definition;
    const { produces, consumes, criteria, metric, question } = definition;
    const does = { objective, run, role, command, plan, vars, writes, tools, question };
    hash = sha256(canonicalJson({ ...does, produces, consumes, criteria, metric }));
    hashes.set(definition, hash);
  }
  return hash;
}
