import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP connection's way from the controller to a host's sshd, which a test can cut or let go silent. */
export class Cable {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #silent = false;
  #down = false;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async open(address: string): Promise<Cable> {
    const server = createServer({ noDelay: true, pauseOnConnect: true });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    const cable = new Cable(server, typeof at === 'object' && at !== null ? at.port : 0);
    server.on('connection', near => cable.#join(near, address));
    return cable;
  }

  /** Both ends lose their connections; new ones are taken. */
  cut(): void {
    for (const pair of this.#pairs) for (const end of pair) end.destroy();
    this.#pairs.clear();
  }

  /** Nothing gets through any more, and nobody is told: the network is gone, or its host has stopped. */
  silence(): void {
    this.#silent = true;
    for (const pair of this.#pairs) for (const end of pair) end.pause();
  }

  /** What was held back arrives. */
  restore(): void {
    this.#silent = false;
    this.#down = false;
    for (const pair of this.#pairs) for (const end of pair) end.resume();
  }

  /** The port takes no connection any more, as with sshd stopped. */
  refuse(): void {
    this.#down = true;
    this.cut();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, address: string): void {
    if (this.#down) {
      near.destroy();
      return;
    }
    const far = connect({ host: address, port: 22, noDelay: true });
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('data', chunk => to.write(chunk));
      from.on('end', () => to.end());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#silent) for (const end of pair) end.pause();
    else near.resume();
  }
}
