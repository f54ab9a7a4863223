/** Whether the fake backend is built in; false in what ships. */
declare const __FAKE__: boolean;

interface Window {
  /** What tests can do to the fake backend. */
  fake?: import('./lib/host/fake').Outside;
}
