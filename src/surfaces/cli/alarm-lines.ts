/** Alarms as lines of text. */
import type { Alarm } from '../../integrity/alarm.js';

/** Two lines for each alarm: what it is, and the command that ends it. */
export function alarmLines(alarms: readonly Alarm[]): readonly string[] {
  return alarms.flatMap(({ message, command }) => [
    message,
    ...(command === undefined ? [] : [`  Run: ${command}`]),
  ]);
}
