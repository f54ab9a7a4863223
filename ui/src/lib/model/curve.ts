/** Curves of what is measured about once a second: the last minutes, as paths to draw. */

/** So much is kept and shown, in milliseconds. */
export const SHOWN = 180_000;

export interface Point {
  at: number;
  value: number;
}

/** Adds a point and lets go of those that are out of view, but for one: a curve begins at the edge. */
export function added(points: readonly Point[], point: Point): Point[] {
  const from = point.at - SHOWN;
  const first = points.findIndex(({ at }) => at >= from);
  return [...points.slice(Math.max(0, first - 1)), point];
}

export function peak(points: readonly Point[]): number {
  return points.reduce((highest, { value }) => Math.max(highest, value), 0);
}

/** The top of the scale: a little above what is shown, and a number that a person would choose. */
export function scaleFor(highest: number, least: number): number {
  const wanted = Math.max(highest * 1.1, least);
  const unit = 10 ** Math.floor(Math.log10(wanted));
  for (const step of [1, 2, 5]) if (step * unit >= wanted) return step * unit;
  return 10 * unit;
}

/** A line through the points, in a box of this size; `now` is its right edge. */
export function path(points: readonly Point[], now: number, top: number, width: number, height: number): string {
  return points
    .map(({ at, value }, place) => {
      const x = width * (1 - (now - at) / SHOWN);
      const y = height * (1 - Math.min(1, value / top));
      return `${place === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** The same, with the ground below it. */
export function area(points: readonly Point[], now: number, top: number, width: number, height: number): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return '';
  const x = (at: number): string => (width * (1 - (now - at) / SHOWN)).toFixed(1);
  return `${path(points, now, top, width, height)}L${x(last.at)} ${height}L${x(first.at)} ${height}Z`;
}
