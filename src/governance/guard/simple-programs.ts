/** Programs of which options and operands tell everything that they do to files. */
import type { ProgramFacts } from './program.js';

/** A query that reads a file which it names itself. */
const LOADS = /\b(?:import|include)\b(?:\s|#[^\n]*\n)*"|\bload\w*\s*\(/;

const PACKING = `c stdout to-stdout t test l list d decompress z compress k keep f force q quiet
  v verbose n N r s e 1 2 3 4 5 6 7 8 9`;

export const SIMPLE: readonly ProgramFacts[] = [
  {
    names: 'tee sponge',
    flags: 'a append i ignore-interrupts p output-error',
    op: 'write',
    appends: 'a append',
  },
  {
    names: 'rm unlink',
    flags: `f force i I interactive r R recursive d dir v verbose one-file-system preserve-root
      no-preserve-root`,
    op: 'delete',
    trees: 'r R recursive',
  },
  {
    names: 'rmdir',
    flags: 'ignore-fail-on-non-empty v verbose',
    op: 'delete',
    opaque: 'p parents',
  },
  {
    names: 'shred',
    valued: 'n iterations s size random-source',
    flags: 'f force u remove x exact z zero v verbose',
    op: 'delete',
  },
  { names: 'truncate', valued: 's size r reference', flags: 'c no-create o io-blocks', op: 'edit' },
  {
    names: 'touch',
    valued: 'd date r reference t time',
    flags: 'a c no-create f h no-dereference m',
    op: 'append',
    adds: '',
  },
  { names: 'mkdir', valued: 'm mode', flags: 'p parents v verbose Z context', op: 'mkdir' },
  {
    names: 'uniq',
    valued: 'f skip-fields s skip-chars w check-chars',
    flags: `c count d repeated D all-repeated i ignore-case u unique z zero-terminated group`,
    op: 'write',
    later: true,
  },
  { names: 'xxd', valued: 'c g l o s n R', apart: true, op: 'write', later: true },
  {
    names: 'sort',
    valued: `k key t field-separator S buffer-size T temporary-directory parallel batch-size sort
      compress-program files0-from random-source`,
    flags: `b ignore-leading-blanks c C check d dictionary-order f ignore-case g general-numeric-sort
      h human-numeric-sort i ignore-nonprinting m merge M month-sort n numeric-sort r reverse
      R random-sort s stable u unique V version-sort z zero-terminated debug`,
    outputs: 'o output',
    runs: 'compress-program',
    opaque: 'files0-from T temporary-directory',
  },
  {
    names: 'shuf',
    valued: 'i input-range n head-count random-source',
    flags: 'e echo r repeat z zero-terminated',
    outputs: 'o output',
  },
  {
    names: 'tree',
    valued: 'L P I charset filelimit timefmt sort gitfile infofile H T',
    flags: `a d l f x q N Q p u g s h D F r t c U v n C A S J X i noreport dirsfirst prune gitignore
      ignore-case matchdirs du si inodes`,
    outputs: 'o',
    opaque: 'R fromfile fromtabfile',
  },
  { names: 'rg', refused: /^--(?:pre|hostname-bin)(?![a-z])/ },
  { names: 'ptx', opaque: 'G traditional' },
  {
    names: 'iconv',
    valued: 'f from-code t to-code',
    flags: 'c s silent l list',
    outputs: 'o output',
  },
  {
    names: 'gzip gunzip',
    valued: 'S suffix b bits',
    flags: PACKING,
    opaqueWithout: 'c stdout to-stdout t test l list',
  },
  // Of these, an option behind -t or -l takes its place.
  {
    names: 'bzip2 bunzip2 xz unxz zstd lzma compress uncompress',
    valued: 'S suffix b bits D M T C F',
    flags: PACKING,
    opaqueWithout: 'c stdout to-stdout',
    opaque: 'o output-dir-flat output-dir-mirror',
  },
  {
    names: 'curl',
    valued: `d data data-raw data-binary data-urlencode json H header X request u user A user-agent
      e referer m max-time connect-timeout max-redirs T upload-file F form form-string K config
      b cookie w write-out retry retry-delay retry-max-time url url-query x proxy r range
      C continue-at cacert E cert limit-rate resolve connect-to oauth2-bearer`,
    flags: `f fail fail-with-body s silent S show-error L location I head i include v verbose k insecure
      g globoff G get N no-buffer # progress-bar no-progress-meter compressed 4 ipv4 6 ipv6 http1.1
      http2 create-dirs`,
    outputs: 'o output c cookie-jar D dump-header trace trace-ascii stderr',
    dash: true,
    opaque: `O remote-name remote-name-all J remote-header-name K config output-dir libcurl hsts
      alt-svc etag-save proto-default T upload-file unix-socket abstract-unix-socket engine
      ssl-sessions n netrc netrc-file netrc-optional`,
    formats: 'w write-out',
    refused:
      /^--expand-|(?:^|=)\s*(?:file|ftps?|scp|sftp|smb|telnet|gopher|dict|tftp):|^[^{]*[{[].*:\/\//i,
  },
  { names: 'jq', valued: 'L library-path', opaque: 'f from-file', refused: LOADS },
  { names: 'yq', opaque: 'i inplace s split-exp f from-file', refused: LOADS },
  { names: 'strings', refused: /^@/ },
];
