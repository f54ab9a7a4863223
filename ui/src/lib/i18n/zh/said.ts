/** What the program says. A part stands wherever it comes in the sentence; those without a name stand in the program's order. */
import { together, type Said } from '../en/said';
import { app } from './said/app';
import { changes } from './said/changes';
import { configuration } from './said/configuration';
import { consent } from './said/consent';
import { engine } from './said/engine';
import { environment } from './said/environment';
import { inside } from './said/inside';
import { options } from './said/options';
import { registry } from './said/registry';
import { templates } from './said/templates';
import { volumes } from './said/volumes';

export const said: Said = together(
  consent,
  changes,
  engine,
  options,
  configuration,
  registry,
  environment,
  inside,
  volumes,
  app,
  templates,
);

export { HELD, SAID } from '../en/said';
