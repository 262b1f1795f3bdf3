/**
 * Keeps secrets out of messages, wherever the text of a message came from. A message may be long, and made by someone hostile: no rule
 * looks over the same text again and again.
 */

// biome-ignore format: a line a rule
const RULES: readonly (readonly [secret: RegExp, shown: string])[] = [
  // The password of a URL.
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]*):[^\s/@]+@/gi, '$1:***@'],
  // Options with their value, as in a command line that is quoted.
  [/(--(?:password|new-user-password|auth-jwt-token)[= ])(?:"[^"]*"|'[^']*'|\S+)/g, '$1***'],
  [/(--user[= ]"[^":]{1,1000}:)[^"]*/g, '$1***'],
  [/(--user[= ]'[^':]{1,1000}:)[^']*/g, '$1***'],
  [/(--user[= ][^\s:"']{1,1000}:)\S+/g, '$1***'],
  [/(ETCDCTL_(?:PASSWORD|AUTH_JWT_TOKEN)=)(?:"[^"]*"|'[^']*'|\S+)/g, '$1***'],
  // Tokens: a header's, and a JWT wherever it stands.
  [/\b(bearer +|authorization: *(?:bearer +)?|token=)[\w.~+/-]{8,}=*/gi, '$1***'],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '***'],
  // Private keys in PEM, cut off or not.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '(a private key)'],
];

/** The text with `***` in place of passwords, tokens and keys. */
export function withoutSecrets(text: string): string {
  return RULES.reduce((shown, [secret, mask]) => shown.replace(secret, mask), text);
}
