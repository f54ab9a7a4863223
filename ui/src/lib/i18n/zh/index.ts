/** Every text of the window, in Simplified Chinese. */
import type { Catalogue } from '../en';
import { environment } from './environment';
import { frame } from './frame';

export const zh: Catalogue = { ...frame, ...environment };
