/** Programs that start programs: which ways of starting one are judged, and which are refused. */
import t from 'tap';
import { judgeScript } from '../../src/governance/guard/command.js';
import type { CommandWorld } from '../../src/governance/guard/command-findings.js';
import { parseShell, type ShellWorld } from '../../src/governance/guard/shell.js';

const SHELL: ShellWorld = { cwd: '', folder: () => undefined, matches: () => [] };
/** Everything but `evil` may run. */
const PROGRAMS =
  `cat wc ls sort uniq grep find sed awk xargs env timeout nice ionice nohup setsid chrt
  stdbuf time flock watch parallel ssh script strace make rsync tar git curl cp node python3 perl
  busybox rg tree dd touch rm xz gzip zstd wc du`.split(/\s+/);
const world: CommandWorld = {
  rules: [{ tool: 'all', programs: PROGRAMS, allow: ['*'], deny: [] }],
  tools: undefined,
  cwd: '',
  reading: () => [],
};

type Expected = 'runs' | 'refused';
const CASES: readonly (readonly [program: string, lines: Readonly<Record<string, Expected>>])[] = [
  [
    'flock',
    {
      'flock lock cat a': 'runs',
      'flock -n lock cat a': 'runs',
      'flock -w 5 lock wc -c a': 'runs',
      'flock lock evil': 'refused',
      'flock lock sh -c ls': 'refused',
      'flock lock -c ls': 'refused',
      'flock -c ls lock': 'refused',
      'flock lock --command ls': 'refused',
      'flock -o lock evil': 'refused',
    },
  ],
  ['watch', { 'watch ls': 'refused', "watch 'ls; evil'": 'refused', 'watch -x ls': 'refused' }],
  [
    'xargs',
    {
      'xargs wc -l': 'runs',
      'xargs -0 -n 1 cat': 'runs',
      'xargs -I F cat F': 'runs',
      'xargs evil': 'refused',
      'xargs -I F F': 'refused',
      'xargs sh -c ls': 'refused',
      'xargs rm': 'refused',
      'xargs uniq': 'refused',
      'xargs uniq --': 'refused',
      'xargs find': 'refused',
      'xargs find a': 'refused',
      'xargs sort': 'refused',
      'xargs --process-slot-var=LD_PRELOAD cat': 'refused',
      'xargs -p cat': 'refused',
    },
  ],
  [
    'env',
    {
      'env cat a': 'runs',
      'env -i LC_ALL=C cat a': 'runs',
      'env evil': 'refused',
      'env LD_PRELOAD=a cat a': 'refused',
      'env PATH=. cat a': 'refused',
      "env -S 'cat a'": 'refused',
      "env --split-string='cat a'": 'refused',
      'env -C outputs cat a': 'refused',
      'env --argv0=x cat a': 'refused',
    },
  ],
  [
    'find',
    {
      "find . -name '*.md' -newermt 2026-01-01": 'runs',
      "find . -type f -size +1k -not -path './x/*' -print0": 'runs',
      "find . -exec wc -l {} ';'": 'runs',
      'find . -exec wc -l {} +': 'runs',
      "find . -name '-x'": 'runs',
      "find . -exec evil ';'": 'refused',
      "find . -exec {} ';'": 'refused',
      "find . -execdir sh -c ls ';'": 'refused',
      "find . -ok rm {} ';'": 'refused',
      'find . -exec uniq {} +': 'refused',
      "find . -exec cat + ';' -delete": 'refused',
      'find . -delete': 'refused',
      "find . -execdir cat {} ';'": 'refused',
      "find . -name -name -execdir cat {} ';'": 'refused',
      'find . -files0-from a': 'refused',
      'find . -unheard-of': 'refused',
    },
  ],
  [
    'awk',
    {
      "awk '{ print $1 }' a": 'runs',
      "awk -F, -v n=1 '{ print n }' a": 'runs',
      'awk \'BEGIN { system("evil") }\'': 'refused',
      'awk \'BEGIN { "evil" | getline }\'': 'refused',
      'awk \'BEGIN { print | "evil" }\'': 'refused',
      'awk \'BEGIN { print > "a" }\'': 'refused',
      'awk \'BEGIN { print \\\n> "a" }\'': 'refused',
      'awk \'BEGIN { sys\\\ntem("evil") }\'': 'refused',
      'awk -f a': 'refused',
      'awk -i inplace 1 a': 'refused',
      'awk -l filefuncs 1': 'refused',
      "awk --lint '1'": 'refused',
    },
  ],
  [
    'sed',
    {
      'sed -n 1,3p a': 'runs',
      "sed -E -e 's/a/b/' -e ':x' a": 'runs',
      "sed ':a;N;$!ba;s/x/y/' a": 'runs',
      "sed 'e evil' a": 'refused',
      "sed 's/.*/evil/e' a": 'refused',
      "sed 'w b' a": 'refused',
      "sed ':x w b' a": 'refused',
      "sed ':x }w b' a": 'refused',
      "sed 'bx w b' a": 'refused',
      'sed -f b a': 'refused',
      "sed -i --follow-symlinks 's/a/b/' a": 'refused',
      "sed --unheard-of 's/a/b/' a": 'refused',
    },
  ],
  [
    'timeout',
    {
      'timeout 5 cat a': 'runs',
      'timeout -k 1 --signal=KILL 5 cat a': 'runs',
      'timeout 5 evil': 'refused',
      'timeout 5 bash -c ls': 'refused',
      'timeout --unheard-of 5 cat a': 'refused',
    },
  ],
  ['nice', { 'nice -n 5 cat a': 'runs', 'nice evil': 'refused', 'nice --x cat a': 'refused' }],
  ['ionice', { 'ionice -c 3 cat a': 'runs', 'ionice evil': 'refused', 'ionice -p 1': 'refused' }],
  ['nohup', { 'nohup cat a': 'runs', 'nohup evil': 'refused', 'nohup -x cat a': 'refused' }],
  [
    'setsid',
    {
      'setsid -w cat a': 'runs',
      'setsid evil': 'refused',
      'setsid -f cat a': 'refused',
      'setsid --fork cat a': 'refused',
    },
  ],
  ['stdbuf', { 'stdbuf -oL cat a': 'runs', 'stdbuf -oL evil': 'refused' }],
  ['time', { 'env time -p cat a': 'runs', 'busybox cat a': 'runs', 'busybox sh -c ls': 'refused' }],
  [
    'nested',
    {
      'nice timeout 5 env LC_ALL=C cat a': 'runs',
      'nice timeout 5 env LC_ALL=C evil': 'refused',
      'nice timeout 5 xargs evil': 'refused',
      "find . -exec timeout 5 evil {} ';'": 'refused',
    },
  ],
  [
    'never',
    {
      'parallel evil ::: a': 'refused',
      'ssh host ls': 'refused',
      'ssh -o ProxyCommand=evil host': 'refused',
      'script -c ls': 'refused',
      'strace ls': 'refused',
      'rsync -e evil a b:c': 'refused',
    },
  ],
  [
    'node and others',
    {
      'node check.mjs': 'runs',
      'node --no-warnings check.mjs --prof': 'runs',
      'node --version': 'runs',
      'node --prof check.mjs': 'refused',
      'node --cpu-prof check.mjs': 'refused',
      'node --require ./x check.mjs': 'refused',
      'node --import=./x check.mjs': 'refused',
      'node -e 1': 'refused',
      'node --eval=1': 'refused',
      'node -': 'refused',
      node: 'refused',
      'node /dev/stdin': 'refused',
      'node --unheard-of check.mjs': 'refused',
      'python3 check.py -c x': 'runs',
      'python3 -c 1': 'refused',
      'python3 -m http.server': 'refused',
      'python3 -Bc 1': 'refused',
      'python3 -x check.py': 'refused',
      'perl -e 1': 'refused',
      'perl -d check.pl': 'refused',
    },
  ],
  [
    'tar',
    {
      'tar tf a.tar': 'runs',
      'tar xf a.tar --to-command=evil': 'refused',
      'tar tf a.tar --to-command=evil': 'refused',
      'tar tf a.tar --checkpoint=1 --checkpoint-action=exec=evil': 'refused',
      'tar tf a.tar -I evil': 'refused',
      'tar tf a.tar --use-compress-program=evil': 'refused',
    },
  ],
  [
    'git',
    {
      'git log --oneline -n 3': 'runs',
      'git diff --stat': 'runs',
      'git -c core.fsmonitor=evil status': 'refused',
      'git -c alias.x=!evil x': 'refused',
      'git --exec-path=. status': 'refused',
      'git -C x status': 'refused',
      'git --git-dir=x status': 'refused',
      'git log --ext-diff': 'refused',
      'git log --textconv': 'refused',
      'git grep -Oevil x': 'refused',
      'git grep --open-files=evil x': 'refused',
      'git diff --output=a': 'refused',
      'git ls-remote --upload-pack=evil x': 'refused',
      'git diff --stat -- a': 'runs',
      'git diff --no-index --line-prefix -- --output=a b c': 'refused',
      'git help -w log': 'refused',
      'git rebase -x evil': 'refused',
    },
  ],
  [
    'curl',
    {
      'curl https://example.org/a': 'runs',
      'curl -s -o a https://example.org/a': 'runs',
      'curl -T f file:///a': 'refused',
      'curl file:///etc/hostname': 'refused',
      'curl FILE:/etc/hostname': 'refused',
      'curl --url=file:///a': 'refused',
      'curl {file,http}:///a': 'refused',
      "curl '{file,http}:///a'": 'refused',
      'curl --proto-default file /a': 'refused',
      'curl -K a': 'refused',
      'curl -sSL -m 5 -o a https://example.org/a': 'runs',
      'curl -Q -- -o a https://example.org/a': 'refused',
    },
  ],
  [
    'cp',
    {
      'cp a b': 'runs',
      'cp -P /proc/self/cwd here': 'refused',
      'cp -d a b': 'refused',
      'cp --no-dereference a b': 'refused',
      'cp --preserve=links a b': 'refused',
      'cp -l a b': 'refused',
      'cp -s a b': 'refused',
    },
  ],
  [
    'packing',
    {
      'xz -dc a.xz': 'runs',
      'gzip -l a.gz': 'runs',
      'xz -tz a': 'refused',
      'xz -lz a': 'refused',
      'zstd -c a -o b': 'refused',
    },
  ],
  [
    'lists of files',
    { 'wc -l a b': 'runs', 'wc --f=a': 'refused', 'du --files0-from a': 'refused' },
  ],
  [
    'sort and rg',
    {
      'sort -rn -k2 -t, -u -o a b': 'runs',
      'sort -y -k -o a b': 'refused',
      'rg --context-separator -e --pre=evil x a': 'refused',
      'sort -u a': 'runs',
      'sort --compress-program=evil a': 'refused',
      'sort --compress-prog evil a': 'refused',
      'rg x a': 'runs',
      'rg --pre evil x a': 'refused',
      'rg --pre=evil x a': 'refused',
      'rg --hostname-bin=evil x a': 'refused',
    },
  ],
];

for (const [program, lines] of CASES)
  t.test(`${program}: what may be started, and how`, async (t) => {
    for (const [line, expected] of Object.entries(lines)) {
      const { reasons } = judgeScript(parseShell(line, SHELL), world);
      t.equal(
        reasons.length === 0 ? 'runs' : 'refused',
        expected,
        `${line} ${JSON.stringify(reasons)}`,
      );
    }
  });
