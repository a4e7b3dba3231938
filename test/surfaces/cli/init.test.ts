import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/kernel/clock.js';
import { createWorkspace } from '../../../src/setup/create-workspace.js';
import { askForWords } from '../../../src/surfaces/cli/init-wizard.js';
import { typing } from './typing.js';
import { copyBuiltPages, copyShipped } from '../../support/make-workspace.js';
import { tree } from '../../support/tree.js';
import { callForText, callProcess, type CliPlace } from './run-cli.js';

/** A place to stand in, with an empty home beside it. */
const stand = (directory: string): CliPlace => {
  const place = { root: join(directory, 'here'), home: join(directory, 'home') };
  mkdirSync(place.root);
  return place;
};
/** Off a terminal, as in a script. */
const init = (
  place: CliPlace,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ReturnType<typeof callProcess> => callProcess(place, ['init', ...words], { env });

t.test('a new workspace is signed, trusted and sound, and says what comes next', async (t) => {
  const place = stand(t.testdir());
  const made = await callForText(place, [
    'init',
    'ours',
    '--owner',
    'Ada',
    '--domain',
    'rivers, for anglers',
    '--time-zone',
    'Europe/Lisbon',
  ]);
  t.equal(made.exit, 0);
  t.match(
    made.text,
    /Key: [0-9a-f]{32}, created now[\s\S]*Gate: passes \(\d+ protected files, 10 logs\)\.\nValidation: no errors, no warnings/,
  );
  t.match(
    made.text,
    /Next:\n {2}cd ours\n {2}nocturne project new SLUG --mission "why it exists"\n {2}nocturne run worker\n$/,
  );
  const at = { ...place, root: join(place.root, 'ours') };
  t.match((await callProcess(at, ['validate'])).json, {
    ok: true,
    summary: { errors: 0, warnings: 0 },
  });
  t.match((await callProcess(at, ['gate'])).json, { ok: true, owned: true });
  t.match(
    readFileSync(join(at.root, 'USER.md'), 'utf8'),
    /\*\*Name:\*\* Ada\n- \*\*Time zone:\*\* Europe\/Lisbon/,
  );
  t.match(
    readFileSync(join(at.root, 'SOUL.md'), 'utf8'),
    /\*\*Domain anchor:\*\* rivers, for anglers\n/,
  );
  t.equal(readFileSync(join(at.root, '.gitignore'), 'utf8'), '.nocturne/\n');
  t.equal(statSync(join(place.home, 'keys/owner.key')).mode & 0o777, 0o600);
});

t.test('where nobody can be asked, the missing flag is named and nothing is written', async (t) => {
  const place = stand(t.testdir());
  t.match(await init(place, ['ours']), {
    exit: 2,
    json: { error: { code: 'USAGE', message: /--owner/ } },
  });
  t.match(await init(place, ['ours', '--owner', 'Ada', '--passphrase']), {
    exit: 2,
    json: { error: { code: 'USAGE', message: /--passphrase/, hint: /NOCTURNE_PASSPHRASE/ } },
  });
  t.match(await init(place, ['ours', '--owner', 'Ada', '--time-zone', 'Europe/Lisbo']), {
    exit: 2,
    json: { error: { hint: 'did you mean Europe/Lisbon?' } },
  });
  t.notOk(existsSync(join(place.root, 'ours')));
  t.notOk(existsSync(place.home));
});

t.test('a directory may be missing, be relative, and have blanks in its name', async (t) => {
  const place = stand(t.testdir());
  const made = await init(place, ['./a b/c d', '--yes']);
  t.match(made, {
    exit: 0,
    json: {
      ok: true,
      kind: 'empty',
      directory: join(place.root, 'a b/c d'),
      gate: { ok: true },
      validation: { errors: 0 },
      next: [
        "cd 'a b/c d'",
        'nocturne project new SLUG --mission "why it exists"',
        'nocturne run worker',
      ],
    },
  });
  t.ok((made.json['written'] as readonly string[]).includes('REGISTRY.md'));
});

t.test('one key for each machine, used again', async (t) => {
  const place = stand(t.testdir());
  const first = (await init(place, ['one', '--yes'])).json;
  const second = (await init(place, ['two', '--yes'])).json;
  t.match(first, { key: { made: true } });
  t.match(second, {
    key: { made: false, fingerprint: (first['key'] as { fingerprint: string }).fingerprint },
  });
});

t.test('a key with a passphrase asks for it, here in the environment', async (t) => {
  const place = stand(t.testdir());
  t.match(
    await init(place, ['one', '--yes', '--passphrase'], { NOCTURNE_PASSPHRASE: 'open sesame' }),
    {
      exit: 0,
      json: { key: { made: true } },
    },
  );
  t.match(readFileSync(join(place.home, 'keys/owner.key'), 'utf8'), /ENCRYPTED/);
  t.match(await init(place, ['two', '--yes']), {
    exit: 2,
    json: { error: { code: 'CONFIG', hint: /NOCTURNE_PASSPHRASE/ } },
  });
  t.match(await init(place, ['two', '--yes'], { NOCTURNE_PASSPHRASE: 'open barley' }), {
    exit: 2,
    json: { error: { code: 'BAD_VALUE' } },
  });
  t.notOk(existsSync(join(place.root, 'two/REGISTRY.md')));
  t.match(await init(place, ['two', '--yes'], { NOCTURNE_PASSPHRASE: 'open sesame' }), {
    exit: 0,
    json: { key: { made: false } },
  });
});

t.test('a dry run says what would be written, and writes nothing', async (t) => {
  const place = stand(t.testdir());
  const told = await init(place, ['ours', '--dry-run']);
  t.match(told, { exit: 0, json: { kind: 'empty', conflicts: [], backups: [] } });
  t.ok((told.json['written'] as readonly string[]).includes('SOUL.md'));
  t.notOk(existsSync(join(place.root, 'ours')));
  t.notOk(existsSync(place.home));
});

t.test('it may be run again: only what is said anew changes', async (t) => {
  const place = stand(t.testdir());
  await init(place, ['ours', '--owner', 'Ada', '--time-zone', 'UTC']);
  const at = join(place.root, 'ours');
  const before = tree(at);
  t.match(await init(place, ['ours', '--yes']), {
    exit: 0,
    json: { kind: 'workspace', written: [], signed: [] },
  });
  t.same(tree(at), before);
  const again = await init(place, ['ours', '--yes', '--domain', 'boats']);
  t.match(again, {
    exit: 0,
    json: { written: ['SOUL.md'], signed: ['SOUL.md'], gate: { ok: true } },
  });
});

t.test('it never signs an edit that nobody has looked at', async (t) => {
  const place = stand(t.testdir());
  await init(place, ['ours', '--yes']);
  const at = join(place.root, 'ours');
  appendFileSync(join(at, 'orchestration-os/AGENTS-CORE.md'), '\nAgents may do what they like.\n');
  const before = tree(at);
  t.match(await init(place, ['ours', '--yes', '--domain', 'boats']), {
    exit: 5,
    json: { error: { code: 'REFUSED', message: /AGENTS-CORE\.md \(changed\)/ } },
  });
  t.same(tree(at), before);
});

t.test(
  'a manifest that was put back to a template is not a workspace that nobody owns',
  async (t) => {
    const place = stand(t.testdir());
    await init(place, ['ours', '--yes']);
    copyShipped(join(place.root, 'shipped'));
    writeFileSync(
      join(place.root, 'ours/INTEGRITY-MANIFEST.md'),
      readFileSync(join(place.root, 'shipped/INTEGRITY-MANIFEST.md')),
    );
    t.match(await init(place, ['ours', '--yes']), {
      exit: 3,
      json: { error: { code: 'NOT_TRUSTED' } },
    });
  },
);

t.test('a workspace that somebody else signed stays theirs', async (t) => {
  const place = stand(t.testdir());
  await init(place, ['ours', '--yes']);
  const other = { ...place, home: `${place.home}-other` };
  const before = tree(join(place.root, 'ours'));
  t.match(await init(other, ['ours', '--yes']), {
    exit: 3,
    json: { error: { code: 'NOT_TRUSTED', hint: /sign --all/ } },
  });
  t.same(tree(join(place.root, 'ours')), before);
});

t.test(
  'a clone becomes a workspace itself, and others are still made from what it shipped',
  async (t) => {
    const place = stand(t.testdir());
    const clone = join(place.root, 'clone');
    copyShipped(clone);
    copyBuiltPages(clone);
    writeFileSync(join(clone, 'package.json'), '{"version": "0.0.1"}');
    const common = { packageRoot: clone, home: place.home, clock: systemClock };
    const made = createWorkspace({ ...common, directory: clone, owner: 'Ada', domain: 'clones' });
    t.same([...made.written].sort(), [
      '.editorconfig',
      '.gitattributes',
      '.gitignore',
      '.markdownlintignore',
      '.prettierignore',
      'AGENTS.md',
      'SOUL.md',
      'USER.md',
    ]);
    t.match((await callProcess({ ...place, root: clone }, ['gate'])).json, { ok: true });
    t.match(readFileSync(join(clone, 'AGENTS.md'), 'utf8'), /in a workspace that Nocturne governs/);
    t.match(
      [...made.plan.backups].map(([path, content]) => [path, String(content)]),
      [[/\/AGENTS\.md$/, /^# For coding agents/]],
      'the page for coding agents is kept',
    );
    createWorkspace({ ...common, directory: join(place.root, 'second'), owner: 'Bob' });
    t.match(readFileSync(join(place.root, 'second/USER.md'), 'utf8'), /\*\*Name:\*\* Bob/);
    t.match(readFileSync(join(place.root, 'second/SOUL.md'), 'utf8'), /\*\*Domain anchor:\*\* -\n/);
    t.match(
      readFileSync(join(place.root, 'second/AGENTS.md'), 'utf8'),
      /in a workspace that Nocturne governs/,
    );
    t.notMatch(
      readFileSync(join(place.root, 'second/audit/AUDIT-LOG.md'), 'utf8'),
      /^\| 2 \|.*\| Ada/m,
    );
  },
);

t.test('a workspace that is gone does not stand in the way of one at its place', async (t) => {
  const place = stand(t.testdir());
  await init(place, ['ours', '--yes']);
  rmSync(join(place.root, 'ours'), { recursive: true });
  const made = await init(place, ['ours', '--yes']);
  t.match(made, { exit: 0, json: { gate: { ok: true }, forgotten: /forgotten/ } });
  t.ok(
    existsSync(join(String(made.json['forgotten']), 'anchors.json')),
    'what was known of it is kept',
  );
});

t.test('what cannot be a workspace is refused before anything is written', async (t) => {
  const place = stand(t.testdir());
  writeFileSync(join(place.root, 'notes.txt'), 'mine');
  t.match(await init(place, ['--yes']), { exit: 2, json: { error: { hint: /nocturne init \./ } } });
  t.match(await init(place, ['notes.txt', '--yes']), {
    exit: 2,
    json: { error: { message: /is a file/ } },
  });
  t.match(await init(place, ['/', '--yes']), {
    exit: 2,
    json: { error: { message: /cannot be a workspace/ } },
  });
  t.match(await init(place, ['.', '--yes'], { HOME: place.root }), {
    exit: 2,
    json: { error: { message: /cannot be a workspace/ } },
  });
  t.match(await init({ ...place, home: join(place.root, 'in/home') }, ['in', '--yes']), {
    exit: 2,
    json: { error: { code: 'CONFIG', message: /NOCTURNE_HOME/ } },
  });
  rmSync(join(place.root, 'in'), { recursive: true, force: true });
  t.match(await init({ ...place, home: join(place.root, 'own') }, ['own/new', '--yes']), {
    exit: 2,
    json: { error: { code: 'CONFIG', message: /is inside NOCTURNE_HOME/ } },
  });
  rmSync(join(place.root, 'own'), { recursive: true, force: true });
  for (const home of ['', 'elsewhere', '~/nocturne', join(place.root, 'notes.txt')])
    t.match(
      await init({ ...place, home }, ['new', '--yes']),
      {
        exit: 2,
        json: { error: { code: 'CONFIG', message: /^NOCTURNE_HOME/, hint: /directory|path/ } },
      },
      `NOCTURNE_HOME=${home}`,
    );
  t.match(await init({ ...place, home: '/proc/self/nope' }, ['new', '--yes']), {
    exit: 1,
    json: { error: { code: 'STORAGE', message: /cannot create/ } },
  });
  rmSync(join(place.root, 'new'), { recursive: true, force: true });
  mkdirSync(join(place.root, 'linked'));
  symlinkSync(mkdtempSync(join(tmpdir(), 'elsewhere-')), join(place.root, 'linked/memory'));
  t.match(await init(place, ['linked', '--yes']), {
    exit: 5,
    json: { error: { code: 'REFUSED', file: 'memory' } },
  });
  t.same([...tree(place.root).keys()], ['linked/memory', 'notes.txt']);
});

t.test('inside a pass nobody makes a workspace', async (t) => {
  const place = stand(t.testdir());
  t.match(await init(place, ['ours', '--yes'], { NOCTURNE_RUN: 'RUN-20261121-001' }), {
    exit: 5,
    json: { error: { code: 'REFUSED' } },
  });
  t.notOk(existsSync(join(place.root, 'ours')));
});

t.test('at a terminal it asks, with what is known already filled in', async (t) => {
  const asked = {
    directory: '/x',
    kind: 'agent',
    words: { owner: 'Ruth' },
    defaults: { owner: 'root', timeZone: 'Europe/Lisbon' },
  } as const;
  const said: string[] = [];
  const answers = await typing(['\r', 'tides', '\r', '\r', 'y'], said, (terminal) =>
    askForWords(asked, terminal),
  );
  t.same(answers, { owner: 'Ruth', domain: 'tides', timeZone: 'Europe/Lisbon' });
  t.match(said.join(''), /This adopts the agent's workspace/);
  await t.rejects(
    typing(['\x03'], [], (terminal) => askForWords(asked, terminal)),
    { code: 'USAGE', message: /nothing was written/ },
  );
  await t.rejects(
    typing(['\r', '\r', '\r', 'n'], [], (terminal) => askForWords(asked, terminal)),
    { code: 'USAGE', message: /nothing was written/ },
  );
});

t.test(
  'a workspace that lost REGISTRY.md gets it back as it was signed, and keeps its logs',
  async (t) => {
    const place = stand(t.testdir());
    await init(place, ['.', '--owner', 'Ruth', '--domain', 'tides']);
    await callProcess(place, ['project', 'new', 'tides', '--mission', 'Know the tides.']);
    const before = tree(place.root, ['.nocturne']);
    const registry = join(place.root, 'REGISTRY.md');
    rmSync(registry);
    t.match(
      await callForText(place, ['status']),
      { exit: 0, text: /REGISTRY\.md is missing[^]*Run: nocturne/ },
      'it is still found from inside',
    );
    t.match(await init(place, ['.', '--yes']), { exit: 0, json: { written: ['REGISTRY.md'] } });
    t.same(tree(place.root, ['.nocturne']), before);
    t.match(await callProcess(place, ['gate']), { exit: 0 });

    rmSync(registry);
    rmSync(join(place.home, 'workspaces'), { recursive: true });
    t.match(await init(place, ['.', '--yes']), { exit: 0 }, 'of another machine nothing is known');
  },
);

t.test('without the signed text of REGISTRY.md, nothing is written', async (t) => {
  const place = stand(t.testdir());
  await init(place, ['.', '--owner', 'Ruth', '--domain', 'tides']);
  rmSync(join(place.root, 'REGISTRY.md'));
  for (const folder of readdirSync(join(place.home, 'workspaces')))
    rmSync(join(place.home, 'workspaces', folder, 'signed-contents'), { recursive: true });
  rmSync(join(place.root, '.nocturne'), { recursive: true });
  t.match(await init(place, ['.', '--yes']), {
    exit: 2,
    json: { error: { code: 'CONFIG', hint: /backup/ } },
  });
  t.notOk(existsSync(join(place.root, 'REGISTRY.md')));
});
