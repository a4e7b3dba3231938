/** A story: everything that happens in one night, as plain data. */
import type { Fault } from './faults.js';

export const CHARACTERS = [
  'diligent',
  'lazy',
  'lying',
  'hostile',
  'crashing',
  'flooding',
  'looping',
] as const;
export type Character = (typeof CHARACTERS)[number];

/** What an agent does. Paths are relative to the workspace. */
export type AgentAction =
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  | { readonly do: 'append'; readonly path: string; readonly text: string }
  | { readonly do: 'tool'; readonly name: string; readonly path: string; readonly text: string }
  | { readonly do: 'truncate'; readonly path: string }
  | { readonly do: 'delete'; readonly path: string }
  | { readonly do: 'rename'; readonly path: string; readonly to: string }
  | { readonly do: 'symlink'; readonly path: string; readonly to: string }
  | { readonly do: 'hardlink'; readonly path: string; readonly to: string }
  | { readonly do: 'mode'; readonly path: string; readonly mode: number }
  | { readonly do: 'fifo'; readonly path: string }
  | { readonly do: 'many'; readonly path: string; readonly count: number }
  | { readonly do: 'big'; readonly path: string; readonly bytes: number }
  | { readonly do: 'loop' }
  | { readonly do: 'throw' }
  | { readonly do: 'die' }
  | { readonly do: 'owner'; readonly act: OwnerAct };

export type AgentScript = {
  readonly character: Character;
  readonly actions: readonly AgentAction[];
  /** The outputs that the report names, whether they are there or not. */
  readonly claims: readonly string[];
  readonly question?: string;
};

/** `mark`: text that nobody else writes, by which the owner's words are found again. */
export type OwnerAct =
  | { readonly do: 'note'; readonly path: string; readonly mark: string }
  | { readonly do: 'swap-priorities' }
  | { readonly do: 'status'; readonly slug: string; readonly status: 'active' | 'paused' }
  | { readonly do: 'answer'; readonly question: number; readonly text: string }
  | { readonly do: 'sync'; readonly path: string }
  | { readonly do: 'edit-protected'; readonly path: string; readonly mark: string }
  | { readonly do: 'sign' }
  | { readonly do: 'restore-kept'; readonly which: number };

export type Event =
  | {
      readonly kind: 'pass';
      readonly role: 'worker' | 'manager';
      readonly script: AgentScript;
      /** The agents of passes at the same time. */
      readonly beside?: readonly AgentScript[];
      readonly fault?: Fault;
    }
  | { readonly kind: 'owner'; readonly act: OwnerAct };

export type Story = { readonly seed: number; readonly events: readonly Event[] };

export function describeEvent(event: Event): string {
  if (event.kind === 'owner') return `owner: ${wordsOf(event.act)}`;
  const { role, script, beside = [], fault } = event;
  const failing =
    fault === undefined
      ? ''
      : `; ${fault.kind} ${fault.after ? 'after' : 'at'} ${fault.operation} ${fault.nth}${fault.on === undefined ? '' : ` of ${fault.on}`}`;
  if (role === 'manager') return `manager pass${failing}`;
  return [script, ...beside]
    .flatMap((each, i) => [
      `${i === 0 ? 'worker pass' : '  and another'} of the ${described(each)}${i === 0 ? failing : ''}`,
      ...each.actions.map((action) => `    ${wordsOf(action)}`),
    ])
    .join('\n');
}

function described({ character, claims, question }: AgentScript): string {
  const claimed = claims.length === 0 ? '' : `; claims ${claims.join(', ')}`;
  return `${character} agent${claimed}${question === undefined ? '' : '; asks a question'}`;
}

function wordsOf(act: AgentAction | OwnerAct): string {
  if (act.do === 'owner') return `the owner meanwhile: ${wordsOf(act.act)}`;
  const { do: verb, ...rest } = act;
  const shown = Object.entries(rest).map(([name, value]) => {
    const text = name === 'mode' ? Number(value).toString(8) : JSON.stringify(value);
    return `${name}=${text.length > 60 ? `${text.slice(0, 57)}...` : text}`;
  });
  return [verb, ...shown].join(' ');
}
