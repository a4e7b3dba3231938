// The layer rule: a room imports only from rooms before it in its list. Run on the compiled output, so type-only imports are free.
const ROOMS = {
  src: ['kernel', 'markdown', 'registry', 'workspace', 'integrity', 'project', 'report', 'validate', 'governance', 'tools', 'agents', 'passes', 'hosts', 'setup', 'modules', 'surfaces'],
  'src/governance': ['quality', 'guard', 'conditions', 'approvals', 'host-tools'],
  'src/passes': ['approvals', 'modules', 'reconcile', 'worker', 'manager', 'host'],
  'src/modules/knowledge': ['embedders', 'store', 'latent', 'ranking', 'operations', 'commands'],
};

const layers = Object.entries(ROOMS).flatMap(([house, rooms]) =>
  rooms.slice(0, -1).map((room, i) => ({
    name: `${house.replace(/^src\/?/, '')}${house === 'src' ? '' : '/'}${room}-imports-only-from-above`,
    comment: `Of the rooms in ${house}, ${room} may import only from: ${rooms.slice(0, i).join(', ') || 'none'}. Move the shared part into one of these, or pass it in as an argument.`,
    severity: 'error',
    from: { path: `^dist/${house}/${room}/` },
    to: { path: `^dist/${house}/(${rooms.slice(i + 1).join('|')})/` },
  })),
);

module.exports = {
  forbidden: [
    ...layers,
    { name: 'no-circular', comment: 'Two files that import each other cannot be read one after the other: move what both need into a third.', severity: 'error', from: {}, to: { circular: true } },
    { name: 'surfaces-apart', comment: 'A surface knows only the core, never another surface. What two of them need belongs into passes.', severity: 'error', from: { path: '^dist/src/surfaces/(?!cli/)([^/]+)/' }, to: { path: '^dist/src/surfaces/', pathNot: '^dist/src/surfaces/$1/' } },
    { name: 'cli-starts-surfaces', comment: 'A command starts another surface by its start.js and knows nothing else of it.', severity: 'error', from: { path: '^dist/src/surfaces/cli/' }, to: { path: '^dist/src/surfaces/', pathNot: '^dist/src/surfaces/(cli/|[^/]+/start[.]js$)' } },
    { name: 'core-knows-no-module', comment: 'Modules are found by their folders (modules/installed.js), so that each can be removed: import none by name.', severity: 'error', from: { path: '^dist/src/(?!modules/)' }, to: { path: '^dist/src/modules/[^/]+/' } },
    { name: 'core-knows-no-host', comment: 'Hosts are found by their folders (hosts/installed.js), so that each can be removed: ask all that are installed, and let the Host record say what differs.', severity: 'error', from: { path: '^dist/src/(?!hosts/)' }, to: { path: '^dist/src/hosts/[^/]+/' } },
    { name: 'hosts-apart', comment: 'A host can be removed: it imports no other host. What two of them need stands beside their folders, in src/hosts.', severity: 'error', from: { path: '^dist/src/hosts/([^/]+)/' }, to: { path: '^dist/src/hosts/[^/]+/', pathNot: '^dist/src/hosts/$1/' } },
    { name: 'plugin-alone', comment: "The plugin runs in the host's own Node and is one file made of its folder: import types only.", severity: 'error', from: { path: '^dist/src/hosts/[^/]+/plugin/' }, to: { path: '^dist/', pathNot: '^dist/src/hosts/[^/]+/plugin/' } },
    { name: 'modules-apart', comment: 'A module can be removed: it imports no other module.', severity: 'error', from: { path: '^dist/src/modules/([^/]+)/' }, to: { path: '^dist/src/modules/', pathNot: '^dist/src/modules/$1/' } },
    { name: 'core-without-network-or-process', comment: 'kernel to validate decide and store: no network, no child process, no console.', severity: 'error', from: { path: '^dist/src/(kernel|markdown|registry|workspace|integrity|project|validate)/' }, to: { path: '^(node:)?(http|https|http2|net|tls|dgram|dns|child_process|cluster|readline)$' } },
    { name: 'one-way-to-files', comment: 'All file access goes through kernel/files.js, where the simulator puts its faults.', severity: 'error', from: { path: '^dist/src/', pathNot: '^dist/src/(kernel/files[.]js$|hosts/[^/]+/plugin/)' }, to: { path: '^(node:)?fs$' } },
    { name: 'core-knows-no-commander', comment: 'Only surfaces parse words and colour text.', severity: 'error', from: { path: '^dist/src/(?!surfaces/)' }, to: { path: 'node_modules/(commander|picocolors|@clack)/' } },
    { name: 'unresolvable', comment: 'This import names nothing.', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, exclude: { path: '^dist/(test|bench|fuzz)/' }, enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] } },
};
