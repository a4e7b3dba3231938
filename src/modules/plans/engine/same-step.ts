/** Whether two definitions of a step say the same: one from the page, one from the log. */
import { isDeepStrictEqual } from 'node:util';
import type { StepDefinition } from '../types.js';

/** As the log has them, in which nothing is `undefined`. Texts are compared first, for speed. */
export function isSameStep(a: StepDefinition, b: StepDefinition): boolean {
  if (a === b) return true;
  const [one, other] = [textOf(a), textOf(b)];
  return one === other || isDeepStrictEqual(JSON.parse(one), JSON.parse(other));
}

const texts = new WeakMap<StepDefinition, string>();

function textOf(definition: StepDefinition): string {
  let text = texts.get(definition);
  if (text === undefined) {
    text = JSON.stringify(definition);
    texts.set(definition, text);
  }
  return text;
}
