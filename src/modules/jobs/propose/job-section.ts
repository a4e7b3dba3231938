/** The section of JOBS.md for a job, from the proposals that the owner accepted. */
import { stringify } from 'yaml';
import type { Proposal } from './propose.js';
import type { WatchedJob } from './watched-job.js';

const LISTS = ['proves', 'fresh', 'forbids'] as const;
const FIELDS = {
  unchanged: 'Unchanged',
  start_by: 'Start by',
  done_by: 'Done by',
  time_zone: 'Time zone',
  grace: 'Grace',
} as const;

/** No line of a value can end the fence: names of files may have line breaks. */
const ON_ONE_LINE = {
  lineWidth: 0,
  blockQuote: false,
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'PLAIN',
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

/** Begins with an empty line. */
export function jobSection(job: WatchedJob, accepted: readonly Proposal[]): string {
  const { name, base, found } = job;
  const field = (label: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`- **${label}:** ${value.replaceAll(/\s+/g, ' ')}`];
  const lines = [
    ...field('Host', found?.host ?? 'command'),
    ...field('Host id', found?.id),
    ...field('Base', base),
    ...Object.entries(FIELDS).flatMap(([key, label]) =>
      field(label, accepted.find((each) => each.field === key)?.value?.toString()),
    ),
  ];
  const fences = LISTS.flatMap((list) => {
    const values = accepted.filter((each) => each.field === list).map(({ value }) => value);
    return values.length === 0
      ? []
      : [`\`\`\`yaml ${list}\n${stringify(values, ON_ONE_LINE).trimEnd()}\n\`\`\``];
  });
  return `\n## ${name}\n\n${lines.join('\n')}\n${fences.map((fence) => `\n${fence}\n`).join('')}`;
}
