/** Finds the shortest story that still fails in the same way. */
import type { AgentAction, Event, Story } from './story.js';

/** The name of the invariant: what comes before the colon. */
export function invariantOf(violation: string): string {
  return violation.split(':', 1)[0] ?? '';
}

/** Leaves out one thing after the other, until nothing can be left out or `most` plays are over. */
export async function shrink(
  story: Story,
  options: { readonly fails: (shorter: Story) => Promise<boolean>; readonly most: number },
): Promise<Story> {
  const { fails, most } = options;
  let shortest = story;
  let plays = 0;
  for (let found = true; found; ) {
    found = false;
    for (const shorter of shorterStories(shortest)) {
      if (++plays > most) return shortest;
      if (!(await fails(shorter))) continue;
      shortest = shorter;
      found = true;
      break;
    }
  }
  return shortest;
}

function* shorterStories({ seed, events }: Story): Generator<Story> {
  const withEvents = (changed: readonly Event[]): Story => ({ seed, events: changed });
  for (let size = events.length >> 1; size >= 1; size >>= 1)
    for (let from = 0; from + size <= events.length; from += size)
      yield withEvents(events.toSpliced(from, size));
  for (const [i, event] of events.entries())
    for (const simpler of simplerEvents(event)) yield withEvents(events.with(i, simpler));
}

function* simplerEvents(event: Event): Generator<Event> {
  if (event.kind === 'owner') return;
  const { fault, ...faultless } = event;
  if (fault !== undefined) yield faultless;
  const { beside = [], ...alone } = event;
  if (beside.length > 1)
    for (const i of beside.keys()) yield { ...event, beside: beside.toSpliced(i, 1) };
  if (beside.length > 0) yield alone;
  const { script } = event;
  const withActions = (actions: readonly AgentAction[]): Event => ({
    ...event,
    script: { ...script, actions },
  });
  for (const i of script.actions.keys()) yield withActions(script.actions.toSpliced(i, 1));
  if (script.claims.length > 0) yield { ...event, script: { ...script, claims: [] } };
  const { question, ...silent } = script;
  if (question !== undefined) yield { ...event, script: silent };
}
