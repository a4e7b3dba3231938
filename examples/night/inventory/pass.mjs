// One bounded piece of work, without a model: reads what is installed, writes one dated page,
// prints a report.
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { modules } = JSON.parse(readFileSync('source.json', 'utf8'));
const brief = JSON.parse(readFileSync(process.env.NOCTURNE_BRIEF, 'utf8'));
const today = new Date().toISOString().slice(0, 10);
mkdirSync('outputs', { recursive: true });

const reviewing = readFileSync('LONGRUNNER.md', 'utf8').includes('\n  name: review');
const first = /\bfirst\b/.test(brief.objective);
const packages = installed(modules);
const page = reviewing ? review(packages) : survey(first ? packages.slice(0, 8) : packages);
writeFileSync(page.file, page.text);

console.log('```nocturne-report');
console.log(`summary: ${page.summary}`);
console.log(`outputs: [${page.file}]`);
console.log(`answers: { non_obvious: ${reviewing}, durable: true, compounding: true }`);
console.log(`next_objective: ${page.next}`);
console.log('```');

function survey(list) {
  const rows = list.map(
    (one) => `| ${one.name} | ${one.version} | ${one.licence} | ${size(bytesOf(one.folder))} |`,
  );
  const text = `# Installed packages, ${today}\n\nRead from \`${modules}\`.\n\n## Packages\n\n| Name | Version | Licence | Size |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  return {
    file: `outputs/inventory-${today}.md`,
    text,
    summary: `${list.length} of ${packages.length} packages listed`,
    next: first
      ? 'List all installed packages, each with its name, version, licence and size.'
      : 'Review the installed packages and their licences.',
  };
}

function review(list) {
  const usual = new Set([
    'MIT',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    '0BSD',
    'BlueOak-1.0.0',
  ]);
  const byLicence = new Map();
  for (const one of list)
    byLicence.set(one.licence, [...(byLicence.get(one.licence) ?? []), one.name]);
  const licences = [...byLicence]
    .sort((a, b) => b[1].length - a[1].length)
    .map(
      ([licence, names]) =>
        `| ${licence} | ${names.length} | ${usual.has(licence) ? 'usual' : `look again: ${names.slice(0, 5).join(', ')}`} |`,
    );
  const versions = new Map();
  for (const one of list)
    versions.set(one.short, [...new Set([...(versions.get(one.short) ?? []), one.version])]);
  const twice = [...versions]
    .filter(([, found]) => found.length > 1)
    .map(([name, found]) => `| ${name} | ${found.join(', ')} |`);
  const text = `# Licences and duplicates, ${today}\n\n## Licences\n\n| Licence | Packages | Remark |\n|---|---|---|\n${licences.join('\n')}\n\n## Duplicates\n\n| Name | Versions |\n|---|---|\n${twice.join('\n')}\n`;
  return {
    file: `outputs/review-${today}.md`,
    text,
    summary: `${licences.length} licences, ${twice.length} packages in several versions`,
    next: 'Review again when something was installed.',
  };
}

/** Every package of the tree, nested ones under their path. */
function installed(root, at = '') {
  const found = [];
  for (const entry of readdirSync(join(root, at), { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    if (entry.name.startsWith('@')) found.push(...installed(root, path));
    else found.push(...onePackage(root, path));
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function onePackage(root, path) {
  let about;
  try {
    about = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  } catch {
    return [];
  }
  const short = about.name ?? path;
  const licence =
    typeof about.license === 'string' ? about.license : (about.license?.type ?? 'none given');
  const self = {
    name: path,
    short,
    version: about.version ?? 'none',
    licence,
    folder: join(root, path),
  };
  try {
    return [self, ...installed(root, `${path}/node_modules`)];
  } catch {
    return [self];
  }
}

function bytesOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesOf(path);
    else if (entry.isFile()) bytes += lstatSync(path).size;
  }
  return bytes;
}

function size(bytes) {
  return bytes > 1_000_000
    ? `${(bytes / 1_000_000).toFixed(1)} MB`
    : `${Math.ceil(bytes / 1000)} kB`;
}
