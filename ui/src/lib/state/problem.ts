import type { ErrorResult } from '../api';

/** Whatever a call to the host was refused with, as an error that a person can be shown. */
export function asError(reason: unknown): ErrorResult {
  if (typeof reason === 'object' && reason !== null && 'message' in reason && typeof reason.message === 'string') {
    return { description: '', ...reason, message: reason.message };
  }
  return { message: typeof reason === 'string' ? reason : JSON.stringify(reason), description: '' };
}
