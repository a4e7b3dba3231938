/**
 * Credential formats that secretlint's recommended preset lacks. A rule needs a distinct format, or
 * it also checks the entropy.
 */

type Place = { readonly start: number; readonly end: number };
/**
 * `words`: a match contains one of them inside a long word, in lower case. `mark`: such words
 * contain it as well, where `words` are in every text.
 */
export type SecretRule = {
  readonly id: string;
  readonly words: readonly string[];
  readonly mark?: RegExp;
  find(text: string): Place[];
};

const ENTROPY_BITS = 3.5;
export const PLACEHOLDER =
  /example|placeholder|changeme|change-me|your[-_]|dummy|redacted|x{4,}|\*{3,}|0{6,}|1234567|\$\{|\{\{|</i;

export const OWN_SECRET_RULES: readonly SecretRule[] = [
  rule(
    'private-key',
    ['-----begin'],
    /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n)*[A-Za-z0-9+/]{40,}/g,
  ),
  rule('aws-access-key-id', ['akia', 'asia'], /\b(?:AKIA|ASIA)[A-Z2-7][A-Z0-9]{15}\b/g, random),
  rule('npm-auth-token', ['_authtoken='], /_authToken="?([A-Za-z0-9_.+/=-]{16,})/g, random),
  rule(
    'json-web-token',
    ['eyj'],
    /eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g,
  ),
  rule('google-api-key', ['aiza'], /\bAIza[0-9A-Za-z_-]{35}(?![\w-])/g),
  rule('stripe-key', ['k_live_'], /\b[sr]k_live_[0-9A-Za-z]{20,}/g),
  rule('gitlab-token', ['glpat-'], /\bglpat-[0-9A-Za-z_-]{20,}/g),
  rule('hugging-face-token', ['hf_'], /\bhf_[A-Za-z0-9]{34,}/g),
  rule('telegram-token', [':aa'], /\b\d{8,10}:AA[0-9A-Za-z_-]{33}\b/g),
  rule('groq-key', ['gsk_'], /\bgsk_[A-Za-z0-9]{40,}/g),
  rule('xai-key', ['xai-'], /\bxai-[A-Za-z0-9]{60,}/g),
  rule('perplexity-key', ['pplx-'], /\bpplx-[A-Za-z0-9]{40,}/g),
  rule('notion-token', ['ntn_', 'secret_'], /\b(?:ntn_|secret_)[A-Za-z0-9]{40,}/g, random),
  rule('supabase-key', ['sbp_', 'sb_secret_'], /\b(?:sbp_[a-f0-9]{40}|sb_secret_[\w-]{20,})/g),
  // Its three letters are common in long base64, which goes on after the length of a key.
  rule('brave-key', ['bsa'], /(?<!\+)\bBSA[A-Za-z0-9_-]{24,40}(?![A-Za-z0-9+/=_-])/g, random),
  {
    ...rule(
      'discord-token',
      ['.'],
      /\b[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,}/g,
      random,
    ),
    mark: /\.[a-z\d_-]{6}\./,
  },
  rule('tavily-key', ['tvly-'], /\btvly-[A-Za-z0-9-]{28,}/g),
  rule('replicate-token', ['r8_'], /\br8_[A-Za-z0-9]{37,}/g),
  rule('digitalocean-token', ['dop_v1_'], /\bdop_v1_[a-f0-9]{64}/g),
  rule('doppler-token', ['dp.'], /\bdp\.(?:pt|st|ct)\.[A-Za-z0-9._-]{40,}/g),
  rule('model-key', ['sk-'], /\bsk-[A-Za-z0-9_-]{32,}/g, random),
  rule(
    'assigned-secret',
    ['"', "'"],
    /(?:password|passwd|api_?key|apikey|secret_?key|client_?secret|access_?token|auth_?token)["']?\s*(?:[:=]|=>)\s*["']([^\s"'`]{12,})["']/gi,
    random,
  ),
];

/** With a group, the place is the group: the value, not the name it is assigned to. */
function rule(
  id: string,
  words: readonly string[],
  pattern: RegExp,
  accept: (value: string) => boolean = () => true,
): SecretRule {
  return {
    id,
    words,
    find: (text) => {
      const places: Place[] = [];
      for (const match of text.matchAll(pattern)) {
        const value = match[1] ?? match[0];
        const start = match.index + match[0].lastIndexOf(value);
        if (accept(value)) places.push({ start, end: start + value.length });
      }
      return places;
    },
  };
}

/** Whether a value seems random: mixed letters and digits, high entropy, no word of examples. */
function random(value: string): boolean {
  return (
    /\d/.test(value) &&
    /[A-Za-z]/.test(value) &&
    !PLACEHOLDER.test(value) &&
    entropy(value) >= ENTROPY_BITS
  );
}

/** Shannon entropy in bits per character. */
function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
