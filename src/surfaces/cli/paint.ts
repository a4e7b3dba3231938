/** Colours, only for what needs attention, and only if the terminal should show them. */
import picocolors from 'picocolors';
import type { Paint } from '../../passes/added-command.js';
import type { Context } from './types.js';

export type { Paint };

export function paint(context: Pick<Context, 'color'>): Paint {
  const { red, yellow, green } = picocolors.createColors(context.color);
  return { wrong: red, attention: yellow, good: green };
}
