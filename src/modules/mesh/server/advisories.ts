/**
 * Published weaknesses of nats-server that matter to a mesh: <https://advisories.nats.io>. Those of
 * parts that a mesh does not use (MQTT, WebSocket, leaf nodes, JWT) are not among them.
 */

export type Advisory = {
  readonly id: string;
  readonly about: string;
  /** The first version of each line without it; later lines never had it. */
  readonly fixed: readonly string[];
};

const ADVISORIES: readonly Advisory[] = [
  {
    id: 'CVE-2025-30215',
    about: 'JetStream requests of one account act on the streams of another',
    fixed: ['2.10.27', '2.11.1'],
  },
  {
    id: 'CVE-2026-33222',
    about: 'whoever may restore one stream restores others',
    fixed: ['2.11.15', '2.12.6'],
  },
  {
    id: 'GHSA-jx8g-9g95-6322',
    about: 'queue subscriptions go past permissions',
    fixed: ['2.11.16', '2.12.7'],
  },
];
/** The version that a mesh is tested with. */
export const TESTED_VERSION = '2.15.2';
export const HOW_TO_GET = `go install github.com/nats-io/nats-server/v2@v${TESTED_VERSION}, or a release from https://github.com/nats-io/nats-server/releases`;

/** Of a version such as `2.9.10`; all of them if it cannot be read. */
export function advisoriesOf(version: string): readonly Advisory[] {
  const [major, minor, patch] = numbersOf(version);
  return ADVISORIES.filter(({ fixed }) => {
    if (major === undefined || minor === undefined || patch === undefined) return true;
    const lines = fixed.map(numbersOf);
    const same = lines.find((line) => line[0] === major && line[1] === minor);
    if (same !== undefined) return patch < (same[2] ?? 0);
    const last = lines.at(-1) ?? [];
    return major < (last[0] ?? 0) || (major === last[0] && minor < (last[1] ?? 0));
  });
}

export function advisoryText(version: string): string {
  return advisoriesOf(version)
    .map(({ id, about }) => `${about} (${id})`)
    .join('; ');
}

/** Whether `version` is this one or a later one. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(wanted)];
  for (const [i, number] of want.entries()) {
    const own = have[i] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

function numbersOf(version: string): readonly number[] {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match === null ? [] : match.slice(1).map(Number);
}
