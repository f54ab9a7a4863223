/** What the window asks and is told. */
export type * from './generated';
