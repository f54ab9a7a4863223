/** Addresses of repositories, as far as a form has to know them. Git and the program have the last word. */

const SCHEME = /^(https?|ssh|git):\/\/[^\s/@:-][^\s/]*\/\S+$/i;
const WITH_USER = /^(https?|ssh|git):\/\/[^\s/@]+@[^\s/@:-][^\s/]*\/\S+$/i;
/** `git@host:owner/name` */
const SCP = /^[\w.+-]+@[\w][\w.-]*:[^\s]+$/;

export function isRepository(address: string): boolean {
  if (/[\p{Cc}\p{Cf}\s]/u.test(address) || address.startsWith('-')) return false;
  return SCHEME.test(address) || WITH_USER.test(address) || SCP.test(address);
}

/** What a clone of it is usually called. */
export function clonedName(address: string): string {
  const path = address.replace(/[?#].*$/, '').replace(/\/+$/, '');
  const last = path.split(/[/:]/).at(-1) ?? path;
  return last.replace(/\.git$/, '');
}

/** Where it comes from, which is what a person has to trust. */
export function hostOf(address: string): string {
  const scp = SCP.test(address) && !address.includes('://');
  const host = scp ? /@([^:]+):/.exec(address)?.[1] : /^[a-z]+:\/\/([^/?#]+)/i.exec(address)?.[1]?.replace(/^.*@/s, '');
  return host ?? '';
}
