/** Every text of the window, in English. Another language is another object of the same shape. */
import { environment } from './environment';
import { frame } from './frame';

export const en = { ...frame, ...environment };

export type Catalogue = typeof en;
