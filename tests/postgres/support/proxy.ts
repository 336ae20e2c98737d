import { createServer, connect as dial, type Socket } from 'node:net';

/** `reset`: both ends are told that the connection is broken, not that it has ended. */
export type Fate = 'pass' | 'cut' | 'reset' | 'pass-then-cut' | 'keep';

/** What a proxy does to the bytes that pass it. Changed while it runs. */
export interface Trouble {
  /**
   * Called with each piece before it is passed on; gives what becomes of it. `line` is the number of the connection.
   * Default: it passes.
   */
  onPiece?: (from: 'client' | 'server', piece: Buffer, line: number) => Fate;
  /** Pieces of one byte each. */
  dribble?: boolean;
  /** Milliseconds that every piece is on its way. */
  latency?: number;
}

export interface TroubledLine {
  readonly port: number;
  /** Connections that were open at once, at most. */
  mostOpen: number;
  trouble: Trouble;
  close(): Promise<void>;
}

/** A TCP proxy before a server of this machine. */
export async function startProxy(to: () => number): Promise<TroubledLine> {
  const sockets = new Set<Socket>();
  const proxy = { port: 0, mostOpen: 0, trouble: {} as Trouble };
  let [lines, open] = [0, 0];
  const server = createServer((client) => {
    const line = lines++;
    proxy.mostOpen = Math.max(proxy.mostOpen, ++open);
    client.on('close', () => open--);
    const upstream = dial(to(), '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    const pass = (from: 'client' | 'server', source: Socket, target: Socket): void => {
      source.on('data', (piece: Buffer) => {
        const fate = proxy.trouble.onPiece?.(from, piece, line) ?? 'pass';
        if (fate === 'keep') return;
        if (fate === 'cut') return end();
        if (fate === 'reset') return void [client, upstream].map((socket) => socket.resetAndDestroy());
        const { latency } = proxy.trouble;
        // Timers of one length end in the order they were set in.
        if (latency !== undefined) setTimeout(() => target.write(piece), latency);
        else if (proxy.trouble.dribble) for (const byte of piece) target.write(Buffer.of(byte));
        else target.write(piece);
        if (fate !== 'pass-then-cut') return;
        // The server gets what it was sent, and nobody hears its answer.
        target.end();
        source.destroy();
      });
    };
    pass('client', client, upstream);
    pass('server', upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  proxy.port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(proxy, {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
