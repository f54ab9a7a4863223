/** How Chinese counts and enumerates. */
const LANGUAGE = 'zh-CN';
const number = new Intl.NumberFormat(LANGUAGE);
const list = new Intl.ListFormat(LANGUAGE, { type: 'conjunction' });

/** A number with its measure word and what is counted: `3 个卷`. */
export function count(amount: number, what: string): string {
  return `${number.format(amount)} ${what}`;
}

/** `甲、乙和丙` */
export function all(parts: readonly string[]): string {
  return list.format(parts);
}
