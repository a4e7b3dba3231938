/** What stops every pass, and the command that ends it. */
import type { Alarm } from '../../../../integrity/alarm.js';
import { localTime } from '../../../../project/local-time.js';
import { Empty, Section } from '../../../../report/html/html.js';

type Incident = { readonly id: string; readonly at: string; readonly message: string };
/** Of `doctor`. */
export type AlarmsJson = {
  readonly alarms: readonly Alarm[];
  readonly incidents: readonly Incident[];
};

const MOST = 50;

export function AlarmsSection({ alarms, incidents, zone }: AlarmsJson & { readonly zone: string }) {
  return (
    <Section title="Alarms and incidents" id="alarms">
      {alarms.length + incidents.length === 0 ? <Empty>There is no alarm.</Empty> : null}
      {alarms.map(({ message, command }) => (
        <article class="card alarm">
          <p>{message}</p>
          {command === undefined ? null : (
            <p>
              To end it, run <code>{command}</code>
            </p>
          )}
        </article>
      ))}
      {incidents.slice(-MOST).map(({ at, message }) => (
        <article class="card alarm">
          <p>{`Incident at ${localTime(at, zone)}: ${message}.`}</p>
          <p>
            It ends when <code>nocturne gate</code> passes.
          </p>
        </article>
      ))}
    </Section>
  );
}
