/** A machine with ten jobs: seven lines of a crontab and three timers of systemd. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type MachineJob = {
  readonly name: string;
  /** What `job new` should propose, by its label. */
  readonly proposed: readonly RegExp[];
};

/** Each run writes something else, as backups and reports do: `$N` counts its runs. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'pg-backup.sh':
    'mkdir -p "$1"; head -c 4000 /dev/urandom > "$1/shop-2026-11-$((10 + N)).dump"; echo "dumped shop"',
  'report.sh':
    'printf "# Sales\\n\\n## North\\n\\nsold %s\\nreturned 1\\n\\n## South\\n\\nsold 2\\nreturned 0\\n" $N > "$1/report.md"',
  'export.sh':
    'printf "day,sold,returned\\n" > "$1/export.csv"; for i in 1 2 3 4 5 6; do echo "$i,$N,0"; done >> "$1/export.csv"',
  'rates.sh':
    'echo "{\\"base\\":\\"EUR\\",\\"rates\\":{\\"USD\\":1.$N},\\"run\\":$N}" > "$1/rates.json"',
  'mirror.sh': 'echo "the same page" > "$1/index.html"; echo "synced" >> "$1/sync.log"',
  'thumbs.sh': 'head -c 2000 /dev/urandom > "$1/sprite.bin"',
  'photos.sh': 'for i in 1 2; do echo "$i of $N" > "$1/photo-$N$N$N$N-$i.txt"; done',
  'feeds.sh': 'echo "[{\\"n\\":$N},{\\"n\\":2},{\\"n\\":3},{\\"n\\":4}]" > "$1/feeds.json"',
  'certs.sh': 'cat > "$1/renewed.txt"; echo "renewed $N" >> "$1/renewed.txt"',
  'digest.sh': 'echo "line $N"; for i in 1 2 3 4 5 6; do echo "item $i"; done',
};

export const JOBS_OF_MACHINE: readonly MachineJob[] = [
  {
    name: 'pg-backup',
    proposed: [/^fresh: shop-\*\.dump$/, /^start by: 15 2 \* \* \*$/, /^done by: 02:25$/],
  },
  {
    name: 'report',
    proposed: [/^fresh: report\.md$/, /^proves: .*## North/, /^start by: 0 6 \* \* mon-fri$/],
  },
  {
    name: 'export',
    proposed: [/^fresh: export\.csv$/, /^proves: .*day,sold,returned/, /^start by: 0 0 \* \* \*$/],
  },
  {
    name: 'rates',
    proposed: [
      /^fresh: rates\.json$/,
      /^proves: .*"required":\["base","rates","run"\]/,
      /^grace: 7m$/,
    ],
  },
  { name: 'mirror', proposed: [/^fresh: index\.html$/, /^unchanged: ok$/] },
  { name: 'thumbs', proposed: [/^fresh: sprite\.bin$/, /^proves: .*"min_bytes":1000/] },
  { name: 'certs', proposed: [/^fresh: renewed\.txt$/, /^start by: 30 4 1 jan,jul \*$/] },
  { name: 'photos', proposed: [/^fresh: photo-\*\.txt$/, /^start by: 30 2 \* \* mon-fri$/] },
  { name: 'feeds', proposed: [/^fresh: feeds\.json$/, /^proves: .*"type":"array","minItems":2/] },
  { name: 'digest', proposed: [/^fresh: digest\.txt$/, /^proves: .*"at_least":3/] },
];

/** Of a child that finds these jobs. */
export function machineWithJobs(directory: string): {
  readonly env: Readonly<Record<string, string>>;
  /** The folder of a job's files. */
  readonly work: (name: string) => string;
} {
  const work = (name: string): string => join(directory, 'out', name);
  for (const { name } of JOBS_OF_MACHINE) mkdirSync(work(name), { recursive: true });
  const bin = join(directory, 'scripts');
  for (const [name, body] of Object.entries(SCRIPTS)) {
    const count = join(bin, `${name}.count`);
    const counting = `N=$(( $(cat ${count} 2>/dev/null || echo 0) + 1 )); echo $N > ${count}`;
    program(join(bin, name), `#!/bin/sh\nset -e\n${counting}\n${body}\n`);
  }
  const crontab = [
    '# m h dom mon dow command',
    'SHELL=/bin/bash',
    'MAILTO="anna@example.com"',
    '',
    `15 2 * * *  ${bin}/pg-backup.sh ${work('pg-backup')} >/dev/null 2>&1`,
    `0 6 * * mon-fri cd ${work('report')} && ${bin}/report.sh .`,
    `@daily\tOUT=${work('export')}; ${bin}/export.sh $OUT # at midnight`,
    `*/15 * * * * flock -n ${directory}/rates.lock ${bin}/rates.sh ${work('rates')}`,
    `5 * * * * nice -n 10 ${bin}/mirror.sh ${work('mirror')} >> ${work('mirror')}/cron.log 2>&1`,
    `0 3 * * sun ${bin}/thumbs.sh '${work('thumbs')}' --date=$(date +\\%F)`,
    `30 4 1 jan,jul * ${bin}/certs.sh ${work('certs')}%first line%100\\% of it`,
    '',
  ].join('\n');
  program(join(directory, 'bin/crontab'), `#!/bin/sh\ncat <<'END'\n${crontab}END\n`);
  const config = join(directory, 'config');
  timer(config, 'photos', {
    timer: 'OnCalendar=Mon..Fri 02:30\nPersistent=true',
    service: `Type=oneshot\nEnvironment="OUT=${work('photos')}" TZ=UTC\nExecStart=-${bin}/photos.sh $OUT\nWorkingDirectory=${work('photos')}`,
  });
  timer(config, 'feeds', {
    timer: 'OnCalendar=*:0/20',
    service: `ExecStart=${bin}/feeds.sh \\\n  ${work('feeds')}`,
  });
  timer(config, 'digest', {
    timer: 'OnCalendar=Sat *-*-1..7 18:00',
    service: `ExecStart=/bin/sh -c '${bin}/digest.sh > ${work('digest')}/digest.txt'`,
  });
  const units = ['photos', 'feeds', 'digest'].map((name) => `{"unit":"${name}.timer"}`).join(',');
  program(join(directory, 'bin/systemctl'), `#!/bin/sh\necho '[${units}]'\n`);
  return { env: { PATH: `${directory}/bin:/usr/bin:/bin`, XDG_CONFIG_HOME: config }, work };
}

export function program(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

function timer(
  config: string,
  name: string,
  unit: { readonly timer: string; readonly service: string },
): void {
  const folder = join(config, 'systemd/user');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${name}.timer`),
    `[Unit]\nDescription=${name}\n\n[Timer]\n${unit.timer}\n`,
  );
  writeFileSync(join(folder, `${name}.service`), `[Service]\n${unit.service}\n`);
}
