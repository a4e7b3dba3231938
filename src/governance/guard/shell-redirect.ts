/** Redirections of one program, as far as every shell reads them the same way. */
import type { Redirection } from 'unbash';
import type { Redirect } from './shell-types.js';
import { oneWord, Refused, type Variables } from './shell-word.js';

/** @param isFolder whether a name is that of a folder now. */
export function readRedirection(
  part: Redirection,
  variables: Variables,
  isFolder: (name: string) => boolean,
): readonly Redirect[] {
  const descriptor = part.descriptor;
  const number = descriptor?.type === 'FileDescriptor' ? descriptor.value : undefined;
  const refuse = (what: string): never => {
    throw new Refused(`${what} is not accepted: use <, >, >>, 2>, 2>> or 2>&1`);
  };
  if (descriptor !== undefined && (number === undefined || number > 2))
    return refuse('a descriptor other than 0, 1 and 2');
  const input = part.type !== 'Redirect' || part.operator === '<';
  if (input && number !== undefined && number !== 0) return refuse('input on another descriptor');
  if (!input && number === 0) return refuse('output to descriptor 0');
  if (part.type === 'HereDoc') return [{ fd: 0, mode: 'text', text: hereText(part) }];
  if (part.target === undefined) return refuse('a redirection without a name');
  const to = oneWord(part.target, variables);
  if (part.type === 'HereString') return [{ fd: 0, mode: 'text', text: `${to}\n` }];
  if (to === '' || to.startsWith('!')) return refuse(`a redirection to "${to}"`);
  if (isFolder(to)) throw new Refused(`${to} is a folder: name a file`);
  const fd = number === 2 ? 2 : 1;
  const { operator } = part;
  if (operator === '<') return [{ fd: 0, mode: 'read', to }];
  if (operator === '>' || operator === '>|') return [{ fd, mode: 'write', to }];
  if (operator === '>>') return [{ fd, mode: 'append', to }];
  if (operator === '>&' && (to === '1' || to === '2'))
    return [{ fd, mode: 'copy', of: to === '1' ? 1 : 2 }];
  if ((operator === '&>' || operator === '&>>') && descriptor === undefined)
    return [
      { fd: 1, mode: operator === '&>' ? 'write' : 'append', to },
      { fd: 2, mode: 'copy', of: 1 },
    ];
  return refuse(operator);
}

/** The text of a here-document in which no shell would expand anything. */
function hereText(part: Extract<Redirection, { readonly type: 'HereDoc' }>): string {
  const { operator, delimiter, body, closing } = part;
  if (operator !== '<<' || !/^(?:[\w.-]+|'[\w.-]+'|"[\w.-]+")$/.test(delimiter?.text ?? ''))
    throw new Refused("a here-document is accepted as <<'END' with a plain word at its end");
  if (closing === undefined)
    throw new Refused(`the here-document does not end: ${delimiter?.value ?? ''} is missing`);
  if (delimiter?.quoted !== true && /[$`\\]/.test(body.text))
    throw new Refused("the shell would expand the here-document: quote its delimiter, <<'END'");
  return body.text;
}
