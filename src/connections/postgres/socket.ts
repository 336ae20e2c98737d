import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** Takes bytes as they come. They are its to write over, and hold until it returns. */
export type Taker = (bytes: Buffer) => void;

/** Somebody who takes bytes in the place of who took them before. */
export interface Tap {
  /** Hands bytes on to who took them before. */
  pass(bytes: Buffer): void;
  end(): void;
}

/** Bytes that are read at once. */
const bufferBytes = 128 * 1024;

interface Reading {
  taker: Taker | null;
}
const readings = new WeakMap<Duplex, Reading>();

/**
 * A socket that reads into one buffer for its whole life. New memory for every piece would keep the collection of
 * garbage busy, which would cost more than all else that is done with the bytes here.
 */
export function oneBufferSocket(): Socket {
  const reading: Reading = { taker: null };
  const take = (length: number, buffer: Uint8Array): boolean => {
    const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, length);
    if (reading.taker === null) return socket.push(Buffer.from(bytes));
    reading.taker(bytes);
    return true;
  };
  const onread: OnReadOpts = { buffer: Buffer.allocUnsafeSlow(bufferBytes), callback: take };
  const options: SocketConstructorOpts & { onread: OnReadOpts } = { onread };
  const socket: Socket = new Socket(options);
  readings.set(socket, reading);
  return socket;
}

/** Takes the bytes of a connection in the place of the driver, be it encrypted or not. */
export function tap(stream: Duplex, taker: Taker): Tap {
  const reading = readings.get(stream);
  if (reading !== undefined) {
    reading.taker = taker;
    return {
      pass: (bytes) => void stream.push(Buffer.from(bytes)),
      end: () => {
        reading.taker = null;
      },
    };
  }
  const [driver] = stream.listeners('data') as Taker[];
  if (driver === undefined) throw new Error('the driver does not read its connection');
  stream.off('data', driver);
  stream.on('data', taker);
  return {
    pass: driver,
    end: () => {
      stream.off('data', taker);
      stream.on('data', driver);
    },
  };
}
