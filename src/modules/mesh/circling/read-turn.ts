/**
 * Reads what an agent says at the end of its turn: artefacts and a reflection between markers,
 * which long text needs, or a reflection as JSON. What cannot be read counts for nothing and is
 * asked for again.
 */
import { z } from 'zod';
import { parsedJson } from '../../../kernel/parsed-json.js';
import type { Vote } from './circle.js';

export type SaidArtefact = {
  /** Empty where it is not said. */
  readonly type: string;
  readonly content: string;
};
export type SaidTurn = {
  readonly artefacts: readonly SaidArtefact[];
  readonly summary: string;
  readonly learnings: string;
  /** 0 to 1; nothing is decided by it. */
  readonly confidence: number;
  /** Nothing: it could not be read. */
  readonly vote: Vote | undefined;
  /** What is wrong with its form. */
  readonly problem: string | undefined;
};

const MARKER = '===CIRCLING_REFLECTION===';
const REFLECTION = /^===CIRCLING_REFLECTION===[ \t]*\n([\s\S]*?)^===END_REFLECTION===/gm;
const ARTEFACT = /===CIRCLING_ARTIFACT===([\s\S]*?)===END_ARTIFACT===/g;
const UNSURE = 0.5;
const MOST_TAIL = 300;
const VOTES: readonly Vote[] = ['continue', 'converged', 'blocked'];

export function readTurn(output: string): SaidTurn {
  const text = output.replace(/\r\n?/g, '\n');
  const reflections = [...text.matchAll(REFLECTION)];
  const [reflection] = reflections;
  if (reflection === undefined)
    return { artefacts: [], ...readReflection(text.includes(MARKER) ? '' : text) };
  const artefacts = artefactsIn(withoutOuterFence(text, reflection));
  const fields = fieldsOf(reflection[1] ?? '');
  const said = new Set(reflections.map(([, body]) => (body ?? '').trim()));
  const vote = VOTES.find((known) => known === fields.get('vote')?.toLowerCase());
  const [only, ...more] = artefacts;
  const type = fields.get('type') ?? '';
  const isUntyped = only !== undefined && more.length === 0 && only.type === '';
  return {
    artefacts: isUntyped ? [{ ...only, type }] : artefacts,
    summary: fields.get('summary') ?? '',
    learnings: '',
    confidence: within(Number.parseFloat(fields.get('confidence') ?? '')),
    vote: said.size === 1 ? vote : undefined,
    problem: said.size === 1 ? voteProblem(vote) : 'There are several reflections that differ.',
  };
}

const FORM = z.object({
  summary: z.unknown(),
  learnings: z.unknown(),
  confidence: z.unknown(),
  vote: z.unknown(),
});

/** From the last block of JSON: what stands before it may be quoted from somebody else. */
export function readReflection(text: string): Omit<SaidTurn, 'artefacts'> {
  const block = [...text.matchAll(/^```json[ \t]*\n([\s\S]*?)^```/gm)].at(-1)?.[1];
  const parsed = block === undefined ? undefined : parsedJson(block);
  const inner = z.object({ reflection: z.unknown() }).safeParse(parsed);
  const read = FORM.partial().safeParse(inner.success ? inner.data.reflection : parsed);
  if (!read.success || parsed === undefined)
    return {
      summary: text.trim().slice(-MOST_TAIL),
      learnings: '',
      confidence: UNSURE,
      vote: undefined,
      problem: 'There is no complete reflection at the end.',
    };
  const { summary, learnings, confidence } = read.data;
  const vote = VOTES.find((known) => known === read.data.vote);
  const isNumber = typeof confidence === 'number';
  return {
    summary: typeof summary === 'string' ? summary : '',
    learnings: typeof learnings === 'string' ? learnings : '',
    confidence: within(isNumber ? confidence : Number.NaN),
    vote,
    problem: voteProblem(vote) ?? (isNumber ? undefined : 'The confidence is not a number.'),
  };
}

/** Either what the block holds after its type, or the text before the block. */
function artefactsIn(text: string): readonly SaidArtefact[] {
  const blocks = [...text.matchAll(ARTEFACT)];
  if (blocks.length === 0) return text.trim() === '' ? [] : [{ type: '', content: text.trim() }];
  let end = 0;
  return blocks.flatMap((block) => {
    const before = text.slice(end, block.index).trim();
    end = block.index + block[0].length;
    const [, type = '', inside = ''] =
      /^\s*(?:type:[ \t]*(\S*))?([\s\S]*)$/.exec(block[1] ?? '') ?? [];
    const content = inside.trim() === '' ? before : inside.trim();
    return content === '' ? [] : [{ type, content }];
  });
}

/** What stands before the reflection, without a fence around the whole answer. */
function withoutOuterFence(text: string, reflection: RegExpExecArray): string {
  const before = text.slice(0, reflection.index);
  const fence = /^\s*(`{3,})[^\n`]*\n/.exec(before);
  const after = text.slice(reflection.index + reflection[0].length).trim();
  const isAround = fence !== null && after === fence[1];
  return isAround ? before.slice(fence[0].length) : before;
}

/** Indented or bold keys are the same keys. */
function fieldsOf(body: string): ReadonlyMap<string, string> {
  const lines = body.split('\n').flatMap((line) => {
    const found = /^\s*\**(type|summary|confidence|vote)\**:\**\s*(.*)$/.exec(line);
    return found === null ? [] : [[found[1] ?? '', (found[2] ?? '').trim()] as const];
  });
  return new Map(lines.reverse());
}

function voteProblem(vote: Vote | undefined): string | undefined {
  return vote === undefined ? `The vote is none of ${VOTES.join(', ')}.` : undefined;
}

function within(confidence: number): number {
  return Number.isFinite(confidence) ? Math.min(1, Math.max(0, confidence)) : UNSURE;
}
