/** Every text of the window, in English. Another language is another object of the same shape. */
import { configuration } from './configuration';
import { environment } from './environment';
import { frame } from './frame';
import { logs } from './logs';
import { overview } from './overview';
import { pages } from './pages';
import { ports } from './ports';
import { said } from './said';

export const en = { ...frame, ...environment, ...overview, ...logs, ...configuration, ...pages, ...ports, ...said };

export type Catalogue = typeof en;
