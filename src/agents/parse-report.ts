/** Reads the agent's report: the last `nocturne-report` block of its output, which is untrusted. */
import { messageOf } from '../kernel/error.js';
import { LineCounter, parseDocument } from 'yaml';
import { printable } from './output-tail.js';
import { reportReader } from './report-reader.js';
import { type AgentReport, type Usage, NO_USAGE } from './types.js';

const MAX_BLOCK = 64 * 1024;
const KNOWN = [
  'summary',
  'outputs',
  'answers',
  'next_objective',
  'lessons',
  'failure_modes',
  'escalation',
  'usage',
] as const;

/** `found`: there was a block. `usage`: from its `usage:` map. */
export type ReadReport = {
  readonly report: AgentReport;
  readonly usage: Usage;
  readonly found: boolean;
};

/** Never throws: `problems` lists what is wrong, with lines counted from the block's first. */
export function parseReport(output: string): AgentReport {
  return readReport(output).report;
}

export function readReport(output: string): ReadReport {
  const block = lastBlock(printable(output));
  if (block === undefined)
    return {
      report: emptyReport(['The output has no ```nocturne-report block.']),
      usage: NO_USAGE,
      found: false,
    };
  if (block.text.length > MAX_BLOCK)
    return {
      report: emptyReport([
        `The report is ${block.text.length} characters long; at most ${MAX_BLOCK} are read.`,
      ]),
      usage: NO_USAGE,
      found: true,
    };
  const problems = block.closed
    ? []
    : ['The report block is not closed; it was read to the end of the output.'];
  const loaded = load(block.text);
  problems.push(...loaded.problems);
  if (!(loaded.value instanceof Map)) {
    if (loaded.problems.length === 0)
      problems.push('The report is not a map of `summary:`, `outputs:` and so on.');
    return { report: emptyReport(problems), usage: NO_USAGE, found: true };
  }
  const read = reportReader(loaded.value, KNOWN, problems);
  const usage = read.map('usage', ['tokens_in', 'tokens_out', 'cost']);
  return {
    found: true,
    usage:
      usage === undefined
        ? NO_USAGE
        : {
            tokensIn: usage.count('tokens_in'),
            tokensOut: usage.count('tokens_out'),
            cost: usage.amount('cost'),
          },
    report: { ...content(read), problems },
  };
}

export function emptyReport(problems: readonly string[]): AgentReport {
  return {
    summary: '',
    outputs: [],
    answers: undefined,
    nextObjective: undefined,
    lessons: [],
    failureModes: [],
    escalation: undefined,
    problems,
  };
}

function content(read: ReturnType<typeof reportReader>): Omit<AgentReport, 'problems'> {
  const answers = read.map('answers', ['non_obvious', 'durable', 'compounding']);
  const escalation = read.map('escalation', ['priority', 'question']);
  const question = escalation?.text('question', 2000) ?? '';
  if (escalation !== undefined && question === '')
    read.problem('`escalation` has no `question`, so nobody can be asked; it was left out');
  return {
    summary: read.text('summary', 4000),
    outputs: read.texts('outputs', { atMost: 200, each: 500 }),
    answers:
      answers === undefined
        ? undefined
        : {
            nonObvious: answers.flag('non_obvious'),
            durable: answers.flag('durable'),
            compounding: answers.flag('compounding'),
          },
    nextObjective: read.text('next_objective', 2000) || undefined,
    lessons: read.maps('lessons', ['kind', 'observation', 'evidence'], 20).map((lesson) => ({
      kind: lesson.text('kind', 80),
      observation: lesson.text('observation', 2000),
      evidence: lesson.text('evidence', 2000),
    })),
    failureModes: read
      .maps('failure_modes', ['symptom', 'detection', 'cause', 'fix', 'prevention'], 20)
      .map((mode) => ({
        symptom: mode.text('symptom', 1000),
        detection: mode.text('detection', 1000),
        cause: mode.text('cause', 1000),
        fix: mode.text('fix', 1000),
        prevention: mode.text('prevention', 1000),
      })),
    escalation:
      escalation === undefined || question === ''
        ? undefined
        : { priority: escalation.text('priority', 20) || 'medium', question },
  };
}

/** As maps, so that no key has a meaning in JavaScript. */
function load(text: string): { readonly value: unknown; readonly problems: readonly string[] } {
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      schema: 'core',
      version: '1.2',
    });
    const problems = document.errors
      .slice(0, 5)
      .map(
        (error) =>
          `Line ${lineCounter.linePos(error.pos[0]).line} of the report is not YAML: ${error.message}`,
      );
    return problems.length > 0
      ? { value: undefined, problems }
      : { value: document.toJS({ mapAsMap: true, maxAliasCount: 50 }) as unknown, problems };
  } catch (error) {
    return {
      value: undefined,
      problems: [`The report could not be read as YAML: ${messageOf(error)}`],
    };
  }
}

type Block = { readonly text: string; readonly closed: boolean };

/**
 * The last block outside other fences; if an unclosed fence swallowed all of them, the last opening
 * line.
 */
function lastBlock(output: string): Block | undefined {
  const lines = output.split('\n');
  let found: Block | undefined;
  const blockAt = (index: number, end: number | undefined): Block => ({
    text: lines.slice(index + 1, end ?? lines.length).join('\n'),
    closed: end !== undefined,
  });
  /** The shortest unclosed fence per character; otherwise many of them would cost a scan each. */
  const unclosed: Record<string, number> = {};
  for (let index = 0; index < lines.length; index++) {
    const fence = opening(lines[index] ?? '');
    if (fence === undefined) continue;
    const kind = fence.mark.charAt(0);
    const end =
      fence.mark.length >= (unclosed[kind] ?? Number.POSITIVE_INFINITY)
        ? undefined
        : closing(lines, index + 1, fence);
    if (fence.report) found = blockAt(index, end);
    if (end === undefined)
      unclosed[kind] = Math.min(fence.mark.length, unclosed[kind] ?? Number.POSITIVE_INFINITY);
    else index = end;
  }
  if (found !== undefined) return found;
  const heading = lines.findLastIndex((line) => opening(line)?.report === true);
  const fence = opening(lines[heading] ?? '');
  return fence === undefined ? undefined : blockAt(heading, closing(lines, heading + 1, fence));
}

type Fence = { readonly mark: string; readonly report: boolean };

function opening(line: string): Fence | undefined {
  const match = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/.exec(line);
  return match === null
    ? undefined
    : { mark: match[1] ?? '', report: /^nocturne-report(\s|$)/.test(match[2] ?? '') };
}

function closing(lines: readonly string[], from: number, fence: Fence): number | undefined {
  for (let index = from; index < lines.length; index++) {
    const mark = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(lines[index] ?? '')?.[1];
    if (mark !== undefined && mark[0] === fence.mark[0] && mark.length >= fence.mark.length)
      return index;
  }
  return undefined;
}
