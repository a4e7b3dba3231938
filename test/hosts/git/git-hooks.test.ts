import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { signManifest } from '../../../src/integrity/sign.js';
import { beginPass } from '../../../src/passes/host/host-driver.js';
import { environment, placeWithProject } from '../../passes/pass-workspace.js';
import { makeWorkspace } from '../../support/make-workspace.js';
import { callForText, callMany } from '../../surfaces/cli/run-cli.js';

t.setTimeout(300_000);

type Repo = ReturnType<typeof makeWorkspace>;
const SECRET = `${['gh', 'p_'].join('')}${'a1B2'.repeat(9)}`;

function gitIn(
  cwd: string,
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { exit: number | null; said: string } {
  const { NOCTURNE_RUN: _, NOCTURNE_PASS_TOKEN: __, ...clean } = process.env;
  const identity = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_EDITOR: 'true',
  };
  // Nothing may still be tidying up in the background when the folder is taken away.
  const quiet = {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'gc.auto',
    GIT_CONFIG_VALUE_0: '0',
    GIT_CONFIG_KEY_1: 'maintenance.auto',
    GIT_CONFIG_VALUE_1: 'false',
  };
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: { ...clean, NOCTURNE_HOME: home, ...identity, ...quiet, ...env },
  });
  return { exit: status, said: `${stdout}${stderr}` };
}

async function repository(
  t: Test,
  first?: (root: string) => void,
): Promise<
  Repo & {
    git: (...args: string[]) => { exit: number | null; said: string };
    put: (path: string, content: string | Buffer) => void;
  }
> {
  const made = makeWorkspace(t.testdir());
  const git = (...args: string[]) => gitIn(made.root, made.home, args);
  git('init', '-q', '-b', 'main');
  first?.(made.root);
  const installed = await callForText(made, ['hooks', 'install', '--git'], {
    env: { GIT_CONFIG_GLOBAL: '/dev/null' },
  });
  if (installed.exit !== 0) throw new Error(installed.text);
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(made.root, path)), { recursive: true });
    writeFileSync(join(made.root, path), content);
  };
  writeFileSync(join(made.root, '.gitignore'), '.nocturne/\n');
  return { ...made, git, put };
}

t.test('what is staged is judged', async (t) => {
  const { root, git, put, workspace, key, now } = await repository(t);
  git('add', '-A');
  t.match(
    git('commit', '-m', 'The workspace as it is'),
    { exit: 0 },
    'the first commit, without a HEAD',
  );
  const refused = (that: string, message: RegExp): void => {
    t.match(git('commit', '-m', 'One more'), { exit: 1, said: message }, that);
    git('reset', '-q', '--hard');
  };
  const staged = (path: string, content: string | Buffer): void => {
    put(path, content);
    git('add', '-A');
  };
  staged('docs/a.md', `token: ${SECRET}\n`);
  refused('a secret', /docs\/a\.md, line 1.*credential/);
  staged(
    'docs/b.bin',
    Buffer.concat([Buffer.from([0, 255, 254, 0]), Buffer.from(SECRET), Buffer.from([0])]),
  );
  refused('a secret in a binary file', /docs\/b\.bin.*credential/);
  staged('docs/a.json', '{ "a": 1, }\n');
  refused('JSON that is none', /docs\/a\.json is not JSON/);
  staged('docs/a.yaml', 'a: [1\nb: 2\n');
  refused('YAML that is none', /docs\/a\.yaml, line \d+: this is not YAML/);
  staged('docs/a.md', '---\na: [1\n---\n\n# A\n');
  refused('front matter that is none', /docs\/a\.md, line \d+: this is not YAML/);
  staged('docs/a.md', '# A\n\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> other\n');
  refused('a conflict', /docs\/a\.md, line 3: a merge conflict/);
  staged('docs/new\nline "x".json', '{');
  refused('a name with a newline', /is not JSON/);
  staged('SOUL.md', `${readFileSync(join(root, 'SOUL.md'), 'utf8')}\nMore.\n`);
  refused(
    'a protected file that nobody signed',
    /SOUL\.md is protected, and its staged content is not what the owner signed/,
  );
  staged('orchestration-os/NEW.md', '# New\n');
  refused('a new protected file', /NEW\.md is protected.*no row/);
  git('rm', '-q', 'SOUL.md');
  refused('a protected file that goes', /SOUL\.md is protected and would be gone/);

  put('docs/a.json', '{ "a": 1 }\n');
  git('add', 'docs/a.json');
  put('docs/a.json', '{ broken');
  t.match(
    git('commit', '-m', 'What is staged counts'),
    { exit: 0 },
    'not what stands in the work tree',
  );
  put('docs/a.json', '{ "a": 1 }\n');
  put('docs/with blank.json', '{}\n');
  put('docs/picture.png', Buffer.from([0x89, 0x50, 0, 1, 2, 255]));
  put('docs/heading.md', '# A\n\nHeading\n=======\n');
  git('mv', 'docs/a.json', 'docs/b.json');
  git('add', '-A');
  t.match(git('commit', '-m', 'A rename, a blank, a picture'), { exit: 0 });
  appendFileSync(join(root, 'SOUL.md'), '\nMore.\n');
  signManifest(workspace, {
    files: 'all',
    key,
    signedBy: 'owner',
    now: new Date(now.getTime() + 60_000),
  });
  git('add', 'SOUL.md');
  t.match(git('commit', '-m', 'Without its manifest'), {
    exit: 1,
    said: /not what the owner signed/,
  });
  git('add', '-A');
  t.match(git('commit', '-m', 'Signed, and with its manifest'), { exit: 0 });
  put(
    'INTEGRITY-MANIFEST.md',
    readFileSync(join(root, 'INTEGRITY-MANIFEST.md'), 'utf8').replace(
      '# Integrity',
      '# Another integrity',
    ),
  );
  git('add', '-A');
  refused('a manifest that nobody signed', /INTEGRITY-MANIFEST\.md: the signature is not/);
  put('docs/a.md', `token: ${SECRET}\n`);
  git('add', '-A');
  t.match(
    git('commit', '--no-verify', '-m', 'Without asking'),
    { exit: 0 },
    'git does not ask when it is told not to',
  );
});

t.test('a merge is judged as well', async (t) => {
  const { git, put } = await repository(t);
  git('add', '-A');
  git('commit', '-m', 'The workspace as it is');
  git('checkout', '-q', '-b', 'other');
  put('docs/x.json', '{ broken');
  git('add', '-A');
  git('commit', '-q', '--no-verify', '-m', 'Unseen');
  git('checkout', '-q', 'main');
  put('docs/y.md', '# Y\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'Another page');
  t.match(git('merge', '--no-edit', 'other'), { exit: 1, said: /x\.json is not JSON/ });
  put('docs/x.json', '{}\n');
  git('add', '-A');
  t.match(git('commit', '--no-edit'), { exit: 0 }, 'put right, the merge is made');
});

t.test('messages have a form', async (t) => {
  const { root, home, git } = await repository(t);
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['a plain one', 'One thing is added', 0, /./],
    ['with a body', 'One thing is added\n\nBecause it was missing.', 0, /./],
    ['too long', 'x'.repeat(101), 1, /101 characters/],
    ['as long as may be', 'é'.repeat(100), 0, /./],
    ['a second line', 'One thing\nis added', 1, /second line/],
    ['not ended', 'Add this,', 1, /ends with ","/],
    ['a secret in it', `Add it\n\n${SECRET}`, 1, /credential/],
    ['a fixup', `fixup! ${'x'.repeat(98)}`, 0, /./],
  ];
  for (const [that, message, exit, said] of cases)
    t.match(
      git('commit', '--allow-empty', '--cleanup=verbatim', '-m', message),
      { exit, said },
      that,
    );
  const file = join(root, '.git/MESSAGE');
  writeFileSync(file, 'Add this,\n');
  const words = ['hook', 'git', 'commit-msg', '--workspace', root, '--', file];
  const quick = await callForText({ root, home }, words);
  const [whole] = await callMany({ root, home }, [words], { json: false });
  t.match(quick, { exit: 5, text: /refuses this commit:\n {2}.*ends with ","/ });
  t.same({ ...quick, json: {} }, whole, 'the hook answers as the whole command line does');
  git('config', 'nocturne.subjectLength', '20');
  t.match(git('commit', '--allow-empty', '-m', 'x'.repeat(21)), { exit: 1, said: /at most 20/ });
});

t.test('protected branches are neither rewritten nor deleted', async (t) => {
  const { root, git, put } = await repository(t);
  git('add', '-A');
  git('commit', '-q', '-m', 'The workspace as it is');
  const remote = join(root, '../remote.git');
  gitIn(root, '', ['init', '-q', '--bare', '-b', 'none', remote]);
  git('remote', 'add', 'origin', remote);
  t.match(git('push', 'origin', 'main', 'main:release/1', 'main:topic'), { exit: 0 });
  put('docs/y.md', '# Y\n');
  git('add', '-A');
  git('commit', '-q', '-m', 'Another page');
  t.match(git('push', 'origin', 'main'), { exit: 0 }, 'forward');
  git('reset', '-q', '--hard', 'HEAD~1');
  t.match(git('push', '--force', 'origin', 'main'), {
    exit: 1,
    said: /main is a protected branch, and this push would drop some of its commits/,
  });
  t.match(git('push', 'origin', ':release/1'), {
    exit: 1,
    said: /release\/1 is a protected branch and would be deleted/,
  });
  t.match(git('push', 'origin', '+HEAD~0:refs/heads/topic', ':refs/heads/none'), { said: /./ });
  t.match(git('push', 'origin', ':topic'), { exit: 0 }, 'another one goes');
  git('config', 'nocturne.protectedBranches', 'only/*');
  t.match(git('push', '--force', 'origin', 'main'), { exit: 0 }, 'the owner may name others');
});

function hooksPath(root: string, folder: string): string {
  spawnSync('git', ['config', 'core.hooksPath', folder], { cwd: root });
  return join(root, folder);
}

t.test('hooks that were there are called, and stay as they are', async (t) => {
  const mark = (root: string, exit = 0): string =>
    `#!/usr/bin/env bash\necho "\${0##*/} $*" >> '${join(root, '../called')}'\nexit ${exit}\n`;
  const cases: readonly (readonly [string, (root: string) => string])[] = [
    ['in the usual folder', (root) => join(root, '.git/hooks')],
    ['with core.hooksPath', (root) => hooksPath(root, '.githooks')],
    ['of husky', (root) => hooksPath(root, '.husky/_')],
  ];
  for (const [that, folderOf] of cases) {
    await t.test(that, async (t) => {
      let folder = '';
      let config = '';
      const hooks = (name: string): string => join(folder, name);
      const { root, home, git } = await repository(t, (at) => {
        folder = folderOf(at);
        mkdirSync(folder, { recursive: true });
        writeFileSync(hooks('pre-commit'), mark(at), { mode: 0o755 });
        writeFileSync(hooks('post-commit'), mark(at), { mode: 0o755 });
        writeFileSync(hooks('commit-msg'), `#!/bin/sh\r\n${'echo never'}`, { mode: 0o644 });
        config = readFileSync(join(at, '.git/config'), 'utf8');
      });
      const called = join(root, '../called');
      t.match(git('commit', '--allow-empty', '-m', 'One'), { exit: 0 });
      t.equal(
        readFileSync(called, 'utf8'),
        'pre-commit \npost-commit \n',
        'by their own names, ours or not; one that may not be executed is not',
      );
      writeFileSync(hooks('pre-commit'), mark(root, 7));
      t.not(git('commit', '--allow-empty', '-m', 'Two').exit, 0, 'their exit code counts');
      writeFileSync(hooks('pre-push'), '#!/bin/sh\ncat > ../pushed\n', { mode: 0o755 });
      gitIn(root, '', ['init', '-q', '--bare', join(root, '../r.git')]);
      t.match(git('push', join(root, '../r.git'), 'HEAD:refs/heads/topic'), { exit: 0 });
      t.match(
        readFileSync(join(root, '../pushed'), 'utf8'),
        /refs\/heads\/topic 0+\n$/,
        'one that came later gets what git says as well',
      );
      t.match(
        (await callForText({ root, home }, ['hooks', 'install', '--git'])).text,
        /nothing to do/,
      );
      t.match((await callForText({ root, home }, ['hooks', 'status'])).text, /git: active/);
      t.match(await callForText({ root, home }, ['hook', 'git', 'commit-msg', 'none']), {
        exit: 2,
      });
      t.match(
        (await callForText({ root, home }, ['hooks', 'uninstall', '--git'])).text,
        /removes our hooks/,
      );
      t.equal(
        readFileSync(join(root, '.git/config'), 'utf8'),
        config,
        'the settings of the repository are as they were',
      );
      t.equal(readFileSync(hooks('commit-msg'), 'utf8'), '#!/bin/sh\r\necho never');
      t.notOk(existsSync(join(root, '.git/nocturne-hooks')));
      writeFileSync(hooks('pre-commit'), mark(root));
      t.match(
        git('commit', '--allow-empty', '-m', 'x'.repeat(150)),
        { exit: 0 },
        'and nothing of ours is asked any more',
      );
    });
  }
});

t.test('a setting that somebody changed in between stays', async (t) => {
  const { root, home, git } = await repository(t);
  git('config', 'user.nickname', 'me');
  await callForText({ root, home }, ['hooks', 'uninstall', '--git']);
  t.match(readFileSync(join(root, '.git/config'), 'utf8'), /nickname = me/);
  t.not(git('config', 'core.hooksPath').exit, 0);
  await callForText({ root, home }, ['hooks', 'install', '--git']);
  git('config', 'core.hooksPath', 'mine');
  t.match((await callForText({ root, home }, ['hooks', 'status', '--git'])).text, /not installed/);
  await callForText({ root, home }, ['hooks', 'uninstall', '--git']);
  t.match(git('config', 'core.hooksPath').said, /mine/);
});

t.test('another work tree of the repository is judged by what is staged there', async (t) => {
  const { root, home, git } = await repository(t);
  git('add', '-A');
  git('commit', '-q', '-m', 'The workspace as it is');
  const other = join(root, '../other tree');
  git('worktree', 'add', '-q', '-b', 'other', other);
  appendFileSync(join(other, 'SOUL.md'), '\nMore.\n');
  gitIn(other, home, ['add', '-A']);
  t.match(gitIn(other, home, ['commit', '-m', 'There']), {
    exit: 1,
    said: /SOUL\.md is protected/,
  });
  gitIn(other, home, ['reset', '-q', '--hard']);
  t.match(gitIn(other, home, ['commit', '--allow-empty', '-m', 'There']), { exit: 0 });
});

t.test('a workspace in a folder of a repository', async (t) => {
  const made = makeWorkspace(t.testdir());
  const top = dirname(made.root);
  writeFileSync(join(top, '.gitignore'), 'home/\n.nocturne/\n');
  gitIn(top, made.home, ['init', '-q']);
  await callForText(made, ['hooks', 'install', '--git']);
  gitIn(top, made.home, ['add', '-A']);
  t.match(gitIn(top, made.home, ['commit', '-m', 'All']), { exit: 0 });
  appendFileSync(join(made.root, 'SOUL.md'), '\nMore.\n');
  writeFileSync(join(top, 'SOUL.md'), '# Not of the workspace\n');
  gitIn(top, made.home, ['add', '-A']);
  const { exit, said } = gitIn(top, made.home, ['commit', '-m', 'More']);
  t.equal(exit, 1);
  t.equal(said.match(/SOUL\.md is protected/g)?.length, 1, "only the one that is the workspace's");
});

t.test('in a pass git is a tool like others', async (t) => {
  const place = placeWithProject(t.testdir(), '');
  const git = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    gitIn(place.root, place.home, args, env);
  git(['init', '-q', '-b', 'main']);
  writeFileSync(join(place.root, '.gitignore'), '.nocturne/\n');
  await callForText(place, ['hooks', 'install', '--git']);
  git(['add', '-A']);
  t.match(git(['commit', '-m', 'The workspace as it is']), { exit: 0 });
  const begun = await beginPass(environment(place), { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  const inPass = { NOCTURNE_PASS_TOKEN: begun.data.token };
  mkdirSync(join(place.root, 'PROJECTS/pages/outputs'), { recursive: true });
  mkdirSync(join(place.root, 'docs'), { recursive: true });
  writeFileSync(join(place.root, 'PROJECTS/pages/outputs/page.md'), '# Page\n');
  git(['add', 'PROJECTS/pages/outputs']);
  t.match(
    git(['commit', '-m', 'One page'], inPass),
    { exit: 0 },
    'what the pass may write it may commit',
  );
  writeFileSync(join(place.root, 'docs/other.md'), '# Other\n');
  git(['add', 'docs']);
  t.match(git(['commit', '-m', 'Another page'], inPass), { exit: 1, said: /out-of-scope/ });
  t.match(git(['commit', '-m', 'Another page'], { NOCTURNE_RUN: begun.data.runId }), {
    exit: 1,
    said: /a pass needs its token to write/,
  });
  gitIn(place.root, '', ['init', '-q', '--bare', join(place.root, '../r.git')]);
  t.match(git(['push', join(place.root, '../r.git'), 'HEAD:refs/heads/topic'], inPass), {
    exit: 1,
    said: /a pass does not push/,
  });
  t.match(await callForText(place, ['hooks', 'uninstall'], { env: inPass }), {
    exit: 5,
    text: /for the owner only/,
  });
});
