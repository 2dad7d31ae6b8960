import { createServer, Socket } from 'node:net';

/** A way to a host that takes time, and counts what of it had to be waited for. */
export interface DelayProxy {
  readonly port: number;
  /** Round trips of the last connection that was opened: TCP's own, then each answer that a question had to wait for. */
  roundTrips(): number;
  /** How many connections came. */
  connections(): number;
  /** Round trips of all connections together. */
  allRoundTrips(): number;
  stop(): Promise<void>;
}

/**
 * A TCP proxy in front of a port, `roundTrip` milliseconds long: half of it each way, and one whole before
 * the first byte, for TCP's handshake. Round trips are counted by cause and not by time: bytes to the host belong to the
 * round of the last bytes that came from it, and bytes from the host end the round of the last bytes that it had got.
 */
export async function delayProxy(target: number, roundTrip: number, host = '127.0.0.1'): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  /** Round trips of each connection. */
  const rounds: number[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, near => {
    const connection = rounds.push(1) - 1;
    sockets.add(near);
    let [atClient, atHost] = [1, 1];
    const open = performance.now() + 1.5 * roundTrip;
    const later = (at: number, step: () => void) => setTimeout(step, Math.max(0, at - performance.now()));
    const far = new Socket({ allowHalfOpen: true });
    later(open, () => far.connect({ host, port: target, noDelay: true }));
    sockets.add(far);
    near.on('data', chunk => {
      const round = atClient;
      later(Math.max(open, performance.now() + roundTrip / 2), () => {
        atHost = Math.max(atHost, round);
        far.write(chunk);
      });
    });
    far.on('data', chunk => {
      const round = atHost + 1;
      later(Math.max(open, performance.now()) + roundTrip / 2, () => {
        atClient = Math.max(atClient, round);
        rounds[connection] = atClient;
        near.write(chunk);
      });
    });
    near.on('end', () => later(Math.max(open, performance.now() + roundTrip / 2), () => far.end()));
    far.on('end', () => later(Math.max(open, performance.now()) + roundTrip / 2, () => near.end()));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    roundTrips: () => rounds.at(-1) ?? 0,
    connections: () => rounds.length,
    allRoundTrips: () => rounds.reduce((sum, one) => sum + one, 0),
    stop: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
