/** How English counts and enumerates. */
const LANGUAGE = 'en';
const plural = new Intl.PluralRules(LANGUAGE);
const number = new Intl.NumberFormat(LANGUAGE);
const list = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** A number with the word for one or for many. */
export function count(amount: number, one: string, many: string): string {
  return `${number.format(amount)} ${plural.select(amount) === 'one' ? one : many}`;
}

/** `a, b and c` */
export function all(parts: readonly string[]): string {
  return list.format(parts);
}
