/**
 * Which runner and model a pass gets, how often it may try again, and the heartbeat that keeps its
 * lease.
 */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { backoffMs, retryAfterMs } from '../../src/agents/retry.js';
import { outputLimiter } from '../../src/agents/process-output.js';
import { startHeartbeat, type Every } from '../../src/agents/heartbeat.js';
import { watchHeartbeatFile } from '../../src/agents/watchdog.js';
import { chooseTier, overBudget, tierRows, type TierRow } from '../../src/agents/model-tier.js';
import { installedHosts } from '../../src/hosts/installed.js';
import { nearestName } from '../../src/kernel/nearest-name.js';
import { runnerFor } from '../../src/agents/runner-for.js';
import { commandSpec, sampleInput } from './sample-run.js';
import type { Cell, Rec } from '../../src/markdown/types.js';

const row = (tier: string, maxPerDay: number | undefined): TierRow => ({
  tier,
  runner: `${tier}-runner`,
  model: `${tier}-model`,
  maxPerDay,
  limits: { maxMinutes: 20, maxTokens: 1000, maxCost: 1 },
});
const TIERS = [row('lightweight', 3), row('standard', 2), row('heavy', 1)];

t.test(
  'a pass gets the tier it wants, or the next cheaper one with a pass left today',
  async (t) => {
    const cases: readonly (readonly [
      wanted: string,
      used: Record<string, number>,
      expected: object,
    ])[] = [
      [
        'heavy',
        {},
        {
          kind: 'chosen',
          tier: 'heavy',
          runner: 'heavy-runner',
          model: 'heavy-model',
          limits: { maxMinutes: 20, maxTokens: 1000, maxCost: 1 },
          downgraded: undefined,
        },
      ],
      [
        'heavy',
        { heavy: 1 },
        {
          kind: 'chosen',
          tier: 'standard',
          downgraded: 'heavy was used 1 of 1 time today; standard is used instead',
        },
      ],
      [
        'heavy',
        { heavy: 1, standard: 2 },
        {
          kind: 'chosen',
          tier: 'lightweight',
          downgraded: /standard was used 2 of 2 times today; lightweight/,
        },
      ],
      [
        'heavy',
        { heavy: 5, standard: 5, lightweight: 5 },
        { kind: 'exhausted', reason: /heavy was used 5 of 1.*lightweight was used 5 of 3/ },
      ],
      ['standard', { standard: 1 }, { kind: 'chosen', tier: 'standard', downgraded: undefined }],
      ['standard', { standard: 2, heavy: 0 }, { kind: 'chosen', tier: 'lightweight' }],
      ['lightweight', { lightweight: 3 }, { kind: 'exhausted' }],
      [
        'huge',
        {},
        {
          kind: 'unknown-tier',
          reason: 'Tier `huge` is not in MODEL-TIERS.md, which has lightweight, standard, heavy.',
        },
      ],
    ];
    for (const [wanted, usedToday, expected] of cases)
      t.match(
        chooseTier({ tiers: TIERS, wanted, usedToday }),
        expected,
        `${wanted} after ${JSON.stringify(usedToday)}`,
      );
  },
);

t.test(
  'tiers without a number have no limit of the day, missing ones are skipped, owners may add their own',
  async (t) => {
    t.match(
      chooseTier({ tiers: [row('heavy', undefined)], wanted: 'heavy', usedToday: { heavy: 99 } }),
      { tier: 'heavy' },
    );
    t.match(
      chooseTier({
        tiers: [row('heavy', 0), row('lightweight', 1)],
        wanted: 'heavy',
        usedToday: {},
      }),
      {
        tier: 'lightweight',
        downgraded: 'heavy is turned off (its daily limit is 0); lightweight is used instead',
      },
    );
    t.match(
      chooseTier({ tiers: [row('weekend', 1)], wanted: 'weekend', usedToday: { weekend: 1 } }),
      { kind: 'exhausted' },
    );
    t.match(chooseTier({ tiers: [], wanted: 'heavy', usedToday: {} }), {
      kind: 'unknown-tier',
      reason: /has no tiers/,
    });
  },
);

t.test('the project’s own runner takes the place of the tier’s', async (t) => {
  t.match(chooseTier({ tiers: TIERS, wanted: 'standard', usedToday: {}, runner: 'inventory' }), {
    runner: 'inventory',
    model: 'standard-model',
  });
  t.match(chooseTier({ tiers: TIERS, wanted: 'standard', usedToday: {}, runner: '' }), {
    runner: 'standard-runner',
  });
});

t.test('rows are read from records; a number that is none lifts no limit', async (t) => {
  const range = { file: 'MODEL-TIERS.md', line: 1, column: 1, endLine: 1, endColumn: 1 };
  const cell = (value: string): Cell => ({ raw: value, value, start: 0, end: 0, range });
  const record = (fields: Record<string, string>): Rec => ({
    object: 'MODEL-TIER',
    key: fields['tier'] ?? '',
    file: 'MODEL-TIERS.md',
    range,
    start: 0,
    end: 0,
    fields: new Map(Object.entries(fields).map(([name, value]) => [name, cell(value)])),
  });
  t.same(
    tierRows([
      record({
        tier: 'heavy',
        runner: 'r',
        model: 'm',
        max_minutes: '45',
        max_tokens: '200000',
        max_cost: '2.5',
        max_per_day: '1',
      }),
      record({ tier: 'standard', runner: 'r', model: '', max_tokens: 'lots', max_cost: '' }),
    ]),
    [
      {
        tier: 'heavy',
        runner: 'r',
        model: 'm',
        maxPerDay: 1,
        limits: { maxMinutes: 45, maxTokens: 200_000, maxCost: 2.5 },
      },
      {
        tier: 'standard',
        runner: 'r',
        model: '',
        maxPerDay: undefined,
        limits: { maxMinutes: 30, maxTokens: 0, maxCost: undefined },
      },
    ],
  );
});

t.test('usage is over budget only beyond a limit, and unknown usage never is', async (t) => {
  const limits = { maxTokens: 100, maxCost: 1 };
  t.equal(overBudget({ tokensIn: 60, tokensOut: 40, cost: 1 }, limits), undefined);
  t.match(overBudget({ tokensIn: 60, tokensOut: 41, cost: 0 }, limits), {
    what: 'tokens',
    used: 101,
    limit: 100,
  });
  t.match(overBudget({ tokensIn: 1, tokensOut: 1, cost: 1.01 }, limits), {
    what: 'cost',
    used: 1.01,
    limit: 1,
  });
  t.equal(
    overBudget(
      { tokensIn: undefined, tokensOut: undefined, cost: undefined },
      { maxTokens: 0, maxCost: 0 },
    ),
    undefined,
  );
  t.equal(
    overBudget(
      { tokensIn: 1e9, tokensOut: 1e9, cost: 1e9 },
      { maxTokens: undefined, maxCost: undefined },
    ),
    undefined,
  );
});

t.test(
  'waits grow, with jitter, up to a minute, and never undercut what the server asks',
  async (t) => {
    t.same(
      [1, 2, 3, 4].map((attempt) => backoffMs(attempt, 0)),
      [500, 1000, 2000, 4000],
    );
    t.same(
      [1, 2, 3, 4].map((attempt) => backoffMs(attempt, 0.999999)),
      [1000, 2000, 4000, 8000],
    );
    t.equal(backoffMs(50, 0.999999), 60_000);
    t.equal(backoffMs(1, 0, 5000), 5000);
    t.equal(backoffMs(4, 0, 5), 4000);
    const asks = (headers: Record<string, string>) =>
      retryAfterMs((name) => headers[name] ?? null, Date.parse('2026-11-21T01:00:00Z'));
    t.equal(asks({ 'retry-after': '3' }), 3000);
    t.equal(asks({ 'retry-after': 'Sat, 21 Nov 2026 01:00:30 GMT' }), 30_000);
    t.equal(asks({ 'retry-after': 'Sat, 21 Nov 2026 00:00:00 GMT' }), 0);
    t.equal(asks({ 'retry-after-ms': '150', 'retry-after': '9' }), 150);
    for (const none of ['', 'soon', '-1', '2026'])
      t.equal(asks({ 'retry-after': none }), none === '2026' ? 2_026_000 : undefined, none);
    t.equal(asks({}), undefined);
  },
);

t.test('a flood is too much in all, or too much in a second', async (t) => {
  const gate = outputLimiter({ maxBytes: 2048, maxBytesPerSecond: 1000 });
  t.equal(gate(1000, 0), undefined);
  t.match(gate(1, 999), /more than 1000 bytes within a second/);
  t.equal(gate(900, 1000), undefined);
  t.match(gate(200, 5000), /more than 2 KiB\./);
});

/** A timer that ticks when told to. */
function handTimer() {
  const ticks: (() => void)[] = [];
  let stopped = 0;
  const every: Every = (_, tick) => {
    ticks.push(tick);
    return () => {
      stopped += 1;
    };
  };
  return {
    every,
    tick: async () => {
      for (const tick of ticks) tick();
      await new Promise((resolve) => setImmediate(resolve));
    },
    get stopped() {
      return stopped;
    },
  };
}

t.test('a heartbeat renews at every tick until it is stopped', async (t) => {
  const timer = handTimer();
  let renewed = 0;
  const heart = startHeartbeat({
    everyMs: 1000,
    renew: () => void renewed++,
    onLost: (error) => t.fail(String(error)),
    every: timer.every,
  });
  await timer.tick();
  await timer.tick();
  t.equal(heart.beats, 2);
  await heart.stop();
  t.equal(timer.stopped, 1);
  await timer.tick();
  t.equal(renewed, 2);
});

t.test('a slow renewal is not overtaken by the next, and stopping waits for it', async (t) => {
  const timer = handTimer();
  let begun = 0;
  let finish = (): void => undefined;
  const heart = startHeartbeat({
    everyMs: 1000,
    renew: () => {
      begun += 1;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    },
    onLost: () => t.fail('not lost'),
    every: timer.every,
  });
  await timer.tick();
  await timer.tick();
  t.equal(begun, 1);
  let ended = false;
  const stopped = heart.stop().then(() => {
    ended = true;
  });
  await timer.tick();
  t.notOk(ended);
  finish();
  await stopped;
  t.equal(heart.beats, 1);
});

t.test('a heartbeat that cannot renew says so once and ends', async (t) => {
  const timer = handTimer();
  const lost: unknown[] = [];
  const heart = startHeartbeat({
    everyMs: 1000,
    renew: () => {
      throw new Error('lease lost');
    },
    onLost: (error) => lost.push(error),
    every: timer.every,
  });
  await timer.tick();
  await timer.tick();
  t.match(lost, [{ message: 'lease lost' }]);
  t.equal(timer.stopped, 1);
  await heart.stop();
});

t.test('the real timer beats', async (t) => {
  await new Promise<void>((resolve) => {
    const heart = startHeartbeat({
      everyMs: 1,
      renew: () => {
        if (heart.beats >= 2) resolve();
      },
      onLost: () => resolve(),
    });
    const alive = setInterval(() => undefined, 10);
    t.teardown(async () => {
      clearInterval(alive);
      await heart.stop();
    });
  });
});

t.test('a heartbeat file tells of touches and of tools, and of nothing else', async (t) => {
  const path = join(t.testdir({ beat: '' }), 'beat');
  const file = watchHeartbeatFile(path);
  t.equal(file.look(0), false);
  writeFileSync(path, '{"tool": "cargo build", "seconds": 600}');
  t.equal(file.look(7), true);
  t.same(file.claim, { tool: 'cargo build', since: 7, declaredMs: 600_000 });
  t.equal(file.look(8), false);
  for (const content of ['{"tool": "x", "seconds": -1}', '{"tool": "x", "seconds": "many"}']) {
    writeFileSync(path, content);
    file.look(9);
    t.same(file.claim, { tool: 'x', since: 9 }, content);
  }
  for (const content of ['', 'alive', '{"tool": 5}', '[]', 'null', '{"tool": "']) {
    writeFileSync(path, content);
    appendFileSync(path, ' ');
    file.look(10);
    t.equal(file.claim, undefined, content);
  }
  rmSync(path);
  t.equal(file.look(11), true, 'its removal is a change');
  t.equal(watchHeartbeatFile(undefined).look(0), false);
});

t.test('a runner is found by its kind', async (t) => {
  t.equal((await runnerFor({ name: 'a', kind: 'command' })).name, 'command');
  t.equal((await runnerFor({ name: 'a', kind: 'chat' })).name, 'chat');
  const kinds = (await installedHosts()).flatMap((host) => host.runners ?? []);
  for (const { kind } of kinds)
    t.equal((await runnerFor({ name: 'a', kind }, { host: process.env, kinds })).name, kind);
  t.same(
    kinds.map(({ kind }) => kind),
    ['claude', 'openclaw'],
  );
});

t.test('a runner of a kind that nobody brings fails, and says which there are', async (t) => {
  const input = sampleInput({ spec: { ...commandSpec(), kind: 'claude' }, cwd: t.testdir() });
  const runner = await runnerFor(input.spec);
  t.match(await runner.run(input), {
    kind: 'failed',
    failure: 'not-found',
    detail: 'No runner of kind "claude" is installed. Installed kinds: command, chat.',
  });
});

t.test('the nearest name is found for slips, not for other words', async (t) => {
  const names = ['read', 'write', 'edit', 'search', 'query', 'run'];
  t.same(
    ['raed', 'Read', 'serch', 'wirte', 'querry', 'rn', 'banana', '', 'constructor'].map((name) =>
      nearestName(name, names),
    ),
    ['read', 'read', 'search', 'write', 'query', 'run', undefined, undefined, undefined],
  );
});
