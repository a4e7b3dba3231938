/** What research and coding agents do all day runs with the tool registry as it ships. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decide } from '../../src/governance/guard/decide.js';
import type { Authority } from '../../src/governance/types.js';
import { openSnapshot } from '../../src/workspace/snapshot.js';
import { chatTools } from '../../src/passes/chat-tools.js';
import { beginPass } from '../../src/passes/host/host-driver.js';
import { runTool } from '../../src/tools/run.js';
import { environment, placeWithProject } from './pass-workspace.js';

/** Each ends with 0 in the project's folder; `¶` is the end of a line within a command. */
const COMMANDS = String.raw`
ls
ls -la outputs
ls outputs/*.csv
ls -1 outputs | wc -l
cat LONGRUNNER.md
cat outputs/notes.md outputs/data.csv
cat -n outputs/notes.md | head -n 3
head -5 outputs/data.csv
tail -n 2 outputs/data.csv
tail -n +2 outputs/data.csv
head -n 3 outputs/data.csv | tail -n 1
wc -l outputs/data.csv
wc -c < outputs/data.csv
wc -w outputs/*.md
sort outputs/data.csv
sort -t, -k2 -n outputs/data.csv
sort -u outputs/data.csv | wc -l
sort -r outputs/data.csv | head -n 1
cut -d, -f1 outputs/data.csv
cut -d, -f1 outputs/data.csv | sort | uniq -c | sort -rn
tr a-z A-Z < outputs/notes.md
tr -d '\r' < outputs/notes.md
cut -c1-10 outputs/notes.md
paste -d, outputs/data.csv outputs/data.csv
comm -12 outputs/data.csv outputs/data.csv
join outputs/data.csv outputs/data.csv
nl outputs/notes.md
tac outputs/notes.md
grep licence outputs/notes.md
grep -n licence outputs/notes.md
grep -rn licence outputs
grep -c , outputs/data.csv
grep -i LICENCE outputs/notes.md
grep -E 'mit|gpl' outputs/data.csv
grep -v mit outputs/data.csv
grep -l licence outputs/*.md
grep -o 'licen[cs]e' outputs/notes.md
grep -A 1 licence outputs/notes.md
grep -F 'a > b; rm x' outputs/notes.md || echo none
grep -q licence outputs/notes.md && echo found
grep -c none outputs/data.csv || true
find . -name '*.md'
find outputs -type f | sort
find outputs -name '*.csv' -size +0
find . -maxdepth 1 -type d
find outputs -type f | xargs wc -l
find . -name '*.md' -newer LONGRUNNER.md
sed -n '1,3p' outputs/notes.md
sed -n '/licence/p' outputs/notes.md
sed 's/mit/MIT/' outputs/data.csv
sed -e 's/a/b/' -e '/^$/d' outputs/notes.md
sed '1d' outputs/data.csv | head -n 1
awk -F, '{ print $1 }' outputs/data.csv
awk -F, 'NR > 1 { s += $2 } END { print s }' outputs/data.csv
awk -F, '$2 > 1 { print $1 }' outputs/data.csv
awk 'length > 5' outputs/notes.md
jq . outputs/data.json
jq -r .name outputs/data.json
jq '.list | length' outputs/data.json
jq -r '.list[]' outputs/data.json | sort
diff outputs/data.csv outputs/data.csv
diff -u outputs/notes.md outputs/notes.md && echo same
date
date -u +%Y-%m-%d
date +%s
pwd
echo done
printf '%s\n' one two
true
false || echo recovered
test -f outputs/notes.md && echo there
[ -d outputs ] && echo folder
[ -f none ] || echo missing
basename outputs/data.csv .csv
dirname outputs/data.csv
realpath outputs/data.csv
stat -c %s outputs/data.csv
du -sh outputs
sha256sum outputs/data.csv
sha256sum outputs/*.csv | cut -c1-64
md5sum outputs/data.csv
base64 outputs/notes.md | head -n 1
which ls
sleep 0
seq 1 3
seq 3 | paste -sd, -
for f in outputs/*.md; do wc -l "$f"; done
for n in 1 2 3; do echo "row $n"; done
for f in outputs/*.csv; do echo "$f"; head -n 1 "$f"; done
mkdir -p outputs/report
mkdir outputs/a outputs/b
touch outputs/empty.md
cp outputs/notes.md outputs/report/notes.md
cp -r outputs/report outputs/copy
mv outputs/copy/notes.md outputs/copy/old.md
rm -r outputs/copy
rm -f outputs/none.md
echo '# Report' > outputs/report.md
echo 'A line.' >> outputs/report.md
printf '%s,%s\n' left-pad 3 >> outputs/data.csv
cut -d, -f1 outputs/data.csv > outputs/names.txt
sort outputs/data.csv > outputs/sorted.csv && wc -l outputs/sorted.csv
sort -u outputs/data.csv | tee outputs/unique.csv | wc -l
grep mit outputs/data.csv > outputs/mit.csv; cat outputs/mit.csv
ls none 2> /dev/null || echo none
ls none 2>&1 | head -n 1
ls outputs > outputs/list.txt 2>&1
sed -i 's/mit/MIT/' outputs/data.csv
cat <<'END' > outputs/page.md¶# Page¶Costs $5, see $(x).¶END
cat > outputs/page2.md <<END¶It's plain.¶END
cd outputs && ls
cd outputs && grep -c , data.csv
cd outputs; wc -l data.csv
LC_ALL=C sort outputs/data.csv
TZ=UTC date
echo "a \"quoted\" word"
echo 'it'\''s'
echo a\ b
python3 --version
node --version
git --version
ls outputs # what is there
ls outputs¶wc -l outputs/data.csv
cat outputs/data.csv |¶  sort |¶  head -n 1
timeout 5 grep -c , outputs/data.csv
tree outputs || ls -R outputs
rg licence outputs || grep -r licence outputs
mkdir -p outputs/deep/er && touch outputs/deep/er/page.md
cp outputs/notes.md outputs/data.csv outputs/report/
touch outputs/one.md outputs/two.md
sed -n '$p' outputs/notes.md
sed -E 's/([a-z]+),/\1;/' outputs/data.csv
awk 'BEGIN { FS = "," } { print NF }' outputs/data.csv
tr -s ' ' '\n' < outputs/notes.md | sort | uniq -c
sha256sum outputs/notes.md > outputs/sums.txt && sha256sum -c outputs/sums.txt
which grep sort
stat -c '%n %s' outputs/notes.md
basename -s .md outputs/notes.md
nl -ba outputs/notes.md | tail -n 1
base64 -w 0 outputs/notes.md | base64 -d
sleep 0.1
find outputs -type f -newermt 2020-01-01 -print0 | xargs -0 wc -c
cat outputs/notes.md 2> /dev/null | tee outputs/again.md > /dev/null
env LC_ALL=C sort outputs/data.csv
nice -n 5 sort outputs/data.csv
`
  .trim()
  .split('\n')
  .map((line) => line.replaceAll('¶', '\n'));

/** What an agent may also call as a tool, through a host that runs commands. */
const WORDS = [
  'nocturne brief',
  'nocturne search licence',
  'nocturne read PROJECTS/pages/LONGRUNNER.md',
  "nocturne write PROJECTS/pages/outputs/page.md --content '# Page'",
  "nocturne notify 'Which licence?'",
  "nocturne knowledge search 'licence of left-pad'",
  'nocturne query "SELECT path FROM files"',
  'nocturne tool read --path SOUL.md',
];

t.test('the words of nocturne that are tools may be run as commands', async (t) => {
  const { root, home } = placeWithProject(t.testdir({}), '', { writes: '["outputs/**"]' });
  const snapshot = openSnapshot(root, { now: new Date() });
  const authority: Authority = {
    kind: 'pass',
    runId: 'RUN-20261121-001',
    role: 'worker',
    project: 'pages',
    phase: undefined,
    earlierOutputs: [],
    writes: ['PROJECTS/pages/outputs/**'],
    tools: undefined,
  };
  for (const command of WORDS) {
    const decision = decide(snapshot, authority, { kind: 'exec', command }, { home });
    t.equal(decision.verdict, 'allow', `${command}: ${JSON.stringify(decision.reasons)}`);
  }
  for (const command of ['nocturne approve Q-1', 'nocturne sign SOUL.md', 'nocturne set a b'])
    t.equal(decide(snapshot, authority, { kind: 'exec', command }, { home }).verdict, 'deny');
});

t.test(`${COMMANDS.length} commands of research and coding agents run`, async (t) => {
  const place = placeWithProject(t.testdir({}), '', { writes: '["outputs/**"]' });
  const outputs = join(place.root, 'PROJECTS/pages/outputs');
  mkdirSync(outputs, { recursive: true });
  writeFileSync(join(outputs, 'notes.md'), '# Notes\n\nThe licence of each.\nSecond line.\n');
  writeFileSync(join(outputs, 'data.csv'), 'name,count\nleft-pad,3 mit\nyaml,1 isc\n');
  writeFileSync(join(outputs, 'data.json'), '{"name":"x","list":["b","a"]}\n');
  const env = environment(place);
  const begun = await beginPass(env, { role: 'worker' });
  if (begun.kind !== 'brief') return t.fail(begun.report.outcome);
  const tools = chatTools({ env, pass: begun.data });
  for (const command of COMMANDS) {
    const ended = await tools.call(runTool, { command }).catch((error: unknown) => error);
    t.match(ended, { text: /\[exit 0\]$/ }, `${command}: ${String(ended)}`);
  }
});
