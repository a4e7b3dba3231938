/** What stops the passes or threatens the workspace, with the command that ends it. */
import type { Alarm } from '../../../../integrity/alarm.js';
import { localTime } from '../../../../project/local-time.js';

export type ShownIncident = { readonly id: string; readonly at: string; readonly message: string };

export function Alarms({
  gatePasses,
  alarms,
  incidents,
  zone,
}: {
  readonly gatePasses: boolean;
  readonly alarms: readonly Alarm[];
  /** Of the gate; they are over once it passes. */
  readonly incidents: readonly ShownIncident[];
  readonly zone: string;
}) {
  const shown = gatePasses ? [] : incidents;
  if (gatePasses && alarms.length === 0) return null;
  return (
    <section class="alarms" aria-label="Alarms">
      {gatePasses ? null : (
        <p>
          <strong>No pass runs until this is put right.</strong>
        </p>
      )}
      <ul>
        {alarms.map(({ message, command }) => (
          <li>
            {message}
            {command === undefined ? null : <Command words={command} />}
          </li>
        ))}
        {shown.map(({ at, message }) => (
          <li>
            {`${localTime(at, zone)}: ${message}. `}
            {alarms.length > 0 ? null : <Command words="nocturne gate" />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Command({ words }: { readonly words: string }) {
  return (
    <>
      {' '}
      Run <code>{words}</code>
    </>
  );
}
