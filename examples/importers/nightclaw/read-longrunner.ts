/** Reads a NightClaw project page: mission, phase, last and next pass. */
import matter from 'gray-matter';
import { NocturneError } from '../../../src/kernel/error.js';
import {
  fencesOf,
  fieldsOf,
  isMap,
  type PageSection,
  pageSections,
  withoutFences,
} from './sections.js';
import { listOf, numberOf, oneLine, timeOf, tokenOf, wordOf } from './plain-values.js';

export type LongrunnerPage = {
  readonly mission: string;
  readonly phase: {
    readonly name: string;
    readonly objective: string;
    readonly stop: readonly string[];
    readonly started: string;
    readonly status: string;
    readonly successor: string;
  };
  readonly transition: {
    readonly triggered: string;
    readonly expires: string;
    readonly timeoutDays: number | undefined;
    readonly reescalations: number;
  };
  readonly last: {
    readonly date: string;
    readonly objective: string;
    readonly outputs: readonly string[];
    readonly quality: string;
    readonly validated: string;
    readonly weak: string;
  };
  readonly next: {
    readonly objective: string;
    readonly tier: string;
    readonly budget: number | undefined;
    readonly tools: readonly string[];
    readonly type: string;
    readonly criteria: readonly unknown[];
  };
  /** Everything else, for people. */
  readonly body: string;
};

type Fields = Readonly<Record<string, unknown>>;

/** These sections move into the front matter; the body omits them. */
const STATE = ['current phase', 'last pass', 'next pass', 'resume template'];

export function readLongrunner(page: string): LongrunnerPage {
  const { data, content } = frontMatterOf(page);
  const sections = pageSections(content);
  const part = (title: string, key: string): Fields => ({
    ...fencedFields(sections, title),
    ...(isMap(data[key]) ? data[key] : {}),
  });
  const [phase, last, next] = [
    part('current phase', 'phase'),
    part('last pass', 'last_pass'),
    part('next pass', 'next_pass'),
  ];
  return {
    mission: oneLine(wordOf(data['mission']) || firstParagraph(sections, 'mission')),
    phase: {
      name: tokenOf(wordOf(phase['name'])),
      objective: textOf(phase['objective']),
      stop: clauses(phase['stop_condition']),
      started: timeOf(phase['started']),
      status: wordOf(phase['status']).toLowerCase(),
      successor: tokenOf(wordOf(phase['successor'])),
    },
    transition: {
      triggered: timeOf(phase['transition_triggered_at']),
      expires: timeOf(phase['transition_expires']),
      timeoutDays: numberOf(phase['transition_timeout_days']),
      reescalations: numberOf(phase['transition_reescalation_count']) ?? 0,
    },
    last: {
      date: timeOf(last['date']),
      objective: textOf(last['objective']),
      outputs: listOf(last['output_files']),
      quality: wordOf(last['quality']).toUpperCase(),
      validated: flagOf(last['validation_passed']),
      weak: flagOf(last['weak_pass']),
    },
    next: {
      objective: textOf(next['objective']),
      tier: wordOf(next['model_tier']).toLowerCase(),
      budget: tokensOf(next['context_budget']),
      tools: listOf(next['tools_required']),
      type: tokenOf(wordOf(next['pass_type'])),
      criteria: criteriaOf(sections),
    },
    body: bodyOf(content, sections),
  };
}

/** Parses only YAML, and never calls an engine that would execute the page. */
function frontMatterOf(page: string): { readonly data: Fields; readonly content: string } {
  const refuse = (): never => {
    throw new NocturneError('REFUSED', 'the front matter is a program, not YAML');
  };
  try {
    const { data, content } = matter(page, {
      engines: {
        yaml: { parse: (text) => ({ ...fieldsOf(text) }) },
        json: { parse: refuse },
        javascript: { parse: refuse },
      },
    });
    return { data: isMap(data) ? data : {}, content };
  } catch {
    return { data: {}, content: page };
  }
}

function fencedFields(sections: readonly PageSection[], title: string): Fields {
  const section = sections.find((candidate) => candidate.title.toLowerCase() === title);
  return Object.assign({}, ...fencesOf(section?.text ?? '').map(fieldsOf));
}

function firstParagraph(sections: readonly PageSection[], title: string): string {
  const section = sections.find((candidate) => candidate.title.toLowerCase() === title);
  const paragraphs = withoutFences(section?.text ?? '').split(/\r?\n[ \t]*\r?\n/);
  return wordOf(
    paragraphs
      .map(oneLine)
      .find((text) => text !== '' && !text.startsWith('#') && wordOf(text) !== ''),
  );
}

function textOf(value: unknown): string {
  return oneLine(wordOf(value));
}

/** A text is one clause, a list one for each item. */
function clauses(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value])
    .map((item) => (isMap(item) ? oneLine(JSON.stringify(item)) : textOf(item)))
    .filter((item) => item !== '');
}

function flagOf(value: unknown): string {
  const word = wordOf(value).toLowerCase();
  if (word === 'true' || word === 'yes') return 'true';
  return word === 'false' || word === 'no' ? 'false' : '';
}

/** `80K` are 80,000 tokens. */
function tokensOf(value: unknown): number | undefined {
  const match = /^(\d+)\s*(k?)$/i.exec(wordOf(value));
  return match === null ? undefined : Number(match[1]) * (match[2] === '' ? 1 : 1000);
}

/** The criteria of a pass are a list in a fenced block of the appendix. */
function criteriaOf(sections: readonly PageSection[]): readonly unknown[] {
  const blocks = sections
    .filter((section) => /criteria/i.test(section.title))
    .flatMap((section) => fencesOf(section.text).map(fieldsOf));
  return blocks.flatMap((block) =>
    Array.isArray(block['pass_output_criteria'])
      ? block['pass_output_criteria']
      : (Object.values(block).find(Array.isArray) ?? []),
  );
}

function bodyOf(content: string, sections: readonly PageSection[]): string {
  let body = content;
  for (const section of [...sections].reverse())
    if (STATE.includes(section.title.toLowerCase()))
      body = body.slice(0, section.start) + body.slice(section.end);
  return body.replace(/\n{3,}/g, '\n\n').trim();
}
