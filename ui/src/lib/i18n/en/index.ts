/** Every text of the window, in English. Another language is another object of the same shape. */
import { configuration } from './configuration';
import { environment } from './environment';
import { frame } from './frame';
import { logs } from './logs';
import { overview } from './overview';
import { pages } from './pages';
import { ports } from './ports';

export const en = { ...frame, ...environment, ...overview, ...logs, ...configuration, ...pages, ...ports };

export type Catalogue = typeof en;
