/** Every text of the window, in Simplified Chinese. */
import type { Catalogue } from '../en';
import { configuration } from './configuration';
import { environment } from './environment';
import { frame } from './frame';
import { logs } from './logs';
import { overview } from './overview';
import { pages } from './pages';
import { ports } from './ports';

export const zh: Catalogue = {
  ...frame,
  ...environment,
  ...overview,
  ...logs,
  ...configuration,
  ...pages,
  ...ports,
};
