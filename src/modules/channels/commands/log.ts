/** `channels log`: what was sent, answered and refused, the newest first. */
import { EXIT, NocturneError } from '../../../kernel/error.js';
import { localTime } from '../../../project/local-time.js';
import { ownerZone } from '../../../project/owner-zone.js';
import type { ModuleCommand } from '../../types.js';
import { channelEvents, type LoggedEvent } from '../channel-log.js';
import { REFUSALS } from '../answers/refusals.js';

const LAST = 30;

export const channelsLog: ModuleCommand = {
  summary: 'what was sent, answered and refused on the channels',
  forAgents: 'never',
  args: '[channel]',
  options: [{ flags: '-n, --last <count>', description: `how many (default: ${LAST})` }],
  examples: ['nocturne channels log', 'nocturne channels log phone --last 100 --json'],
  run(context, { args, options }) {
    const snapshot = context.workspace().snapshot();
    const zone = ownerZone(snapshot);
    const most = countOf(options['last']);
    const [channel] = args;
    const events: LoggedEvent[] = [];
    for (const event of channelEvents(snapshot)) {
      if (events.length >= most) break;
      if (channel === undefined || event.channel === channel) events.push(event);
    }
    const rows = events.map(({ time, ...event }) => ({
      time: new Date(time).toISOString(),
      ...event,
    }));
    const lines = rows.map(
      (row) => `${localTime(row.time, zone)}  ${row.channel.padEnd(10)} ${lineOf(row)}`,
    );
    return {
      exit: EXIT.ok,
      text: lines.length === 0 ? 'Nothing was sent yet.' : lines.join('\n'),
      json: { events: rows },
    };
  },
};

function lineOf({
  event,
  about = '',
  sender = '',
  why = '',
  detail = '',
  again,
}: Omit<LoggedEvent, 'time'>): string {
  switch (event) {
    case 'sent':
      return `sent ${about}${again === true ? ', perhaps twice' : ''}`;
    case 'undelivered':
      return `did not deliver ${about}: ${why}`;
    case 'answered':
      return `${about} answered ${detail} by ${sender}`;
    case 'refused':
      return `refused ${about === '' ? 'a message' : `an answer to ${about}`} from ${sender}: ${refusalText(why)}`;
    case 'failing':
      return `stopped working${about === '' ? '' : ` for ${about}`}: ${why}`;
    case 'working':
      return `works again${about === '' ? '' : ` for ${about}`}`;
  }
}

function refusalText(why: string): string {
  return Object.entries(REFUSALS).find(([code]) => code === why)?.[1] ?? why;
}

function countOf(value: unknown): number {
  if (value === undefined) return LAST;
  const count = Number(value);
  if (Number.isInteger(count) && count > 0) return count;
  throw new NocturneError('USAGE', `--last ${String(value)} is not a number above 0`);
}
