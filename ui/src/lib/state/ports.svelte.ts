/** The ports of the environment in view, as its keeper tells them. */
import type { EnvironmentPorts, EnvironmentReference, ErrorResult, PortRequest } from '../api';
import type { Ports, Stop } from '../host/pages';
import { asError } from './problem';

export class PortsLook {
  /** None while the environment is not kept. */
  ports = $state.raw<EnvironmentPorts>();
  error = $state.raw<ErrorResult>();
  /** Why the last change was not made. */
  unchanged = $state.raw<ErrorResult>();
  /** It is listened to: no port means that there is none. */
  known = $state(false);
  readonly #host: Ports;

  constructor(host: Ports) {
    this.#host = host;
  }

  /** Hears of them until it is stopped. */
  watch(reference: EnvironmentReference): Stop {
    let stopped = false;
    const watching = this.#host.watch(reference, (ports) => {
      if (stopped) return;
      [this.ports, this.error] = [ports, undefined];
    });
    watching.then(
      () => (this.known = true),
      (reason) => {
        if (!stopped) this.error = asError(reason);
      },
    );
    return () => {
      stopped = true;
      void watching.then((stop) => stop()).catch(() => {});
    };
  }

  async change(request: PortRequest): Promise<void> {
    try {
      await this.#host.change(request);
      this.unchanged = undefined;
    } catch (reason) {
      this.unchanged = asError(reason);
    }
  }
}
