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
  const pieces = list.formatToParts(parts).map(({ value }) => value);
  return pieces.map((piece, at) => (at > 0 && isApart(pieces[at - 1] ?? '', piece) ? ` ${piece}` : piece)).join('');
}

/** A verb and what it is done to: `删除容器`, `删除 2 个卷`. */
export function done(verb: string, to: string): string {
  return isApart(verb, to) ? `${verb} ${to}` : verb + to;
}

/** Between a Chinese character and a Latin letter or a digit stands a space. */
function isApart(before: string, after: string): boolean {
  const isHan = /^\p{Script=Han}$/u;
  const isWestern = /^[\p{Script=Latin}\d]$/u;
  const [left, right] = [[...before].at(-1) ?? '', [...after][0] ?? ''];
  return (isHan.test(left) && isWestern.test(right)) || (isWestern.test(left) && isHan.test(right));
}
