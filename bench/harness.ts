/*
 * One measurement: a fresh forwarder between the generator and the sink, warmed up, then timed from the generator's first byte
 * to the sink's last frame. Promise: a figure is given only when every message came exactly once, in order, to the right
 * receiver; anything else throws. Worst case: `measureMsMax` per measurement, then it says what is missing.
 */
import { type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from './certificate.js';
import type { CertificateFiles, Door, FromGenerator, FromSink, ToGenerator, ToSink } from './messages.js';
import type { Peer } from './peers/peer.js';
import { type Cores, cpuMicroseconds, end, residentBytesMax, startPinned } from './pinned.js';
import { type StreamShape, tenantName } from './stream.js';

const measureMsMax = 180_000;

export interface Measurement {
  /** From the first byte sent to the last message received. */
  readonly messagesPerS: number;
  /** All threads of the forwarder, per message; undefined where there is none. */
  readonly cpuMicrosecondsPerMessage?: number;
  readonly residentBytesMax?: number;
}

export interface HarnessOptions {
  readonly shape: StreamShape;
  /** Messages sent and received before the clock starts. */
  readonly warmUp: number;
  readonly cores: Cores;
  /** On the disk that is measured. */
  readonly directory: string;
  readonly tls: boolean;
}

/** A process of the harness that answers each message in turn. */
class Actor<To, From extends { readonly say: string }> {
  readonly child: ChildProcess;

  constructor(script: string, cores: string) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.child = startPinned(cores, [process.execPath, path], ['ignore', 'inherit', 'inherit', 'ipc']);
  }

  /** Sends a message and resolves with the answer named `say`. */
  ask<Say extends From['say']>(message: To, say: Say): Promise<Extract<From, { readonly say: Say }>> {
    return new Promise((resolve, reject) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        reject(new Error('a process of the harness has ended'));
        return;
      }
      const onExit = () => reject(new Error('a process of the harness ended'));
      const onMessage = (answer: unknown) => {
        if ((answer as From).say !== say) return;
        this.child.off('exit', onExit);
        this.child.off('message', onMessage);
        resolve(answer as Extract<From, { readonly say: Say }>);
      };
      this.child.once('exit', onExit);
      this.child.on('message', onMessage);
      this.child.send(message as object);
    });
  }
}

export class Harness {
  private constructor(
    readonly options: HarnessOptions,
    private readonly generator: Actor<ToGenerator, FromGenerator>,
    private readonly sink: Actor<ToSink, FromSink>,
    private readonly ports: readonly number[],
    private readonly anyPort: number,
    private readonly tls: CertificateFiles | null,
  ) {}

  static async start(options: HarnessOptions): Promise<Harness> {
    const { shape, warmUp, cores, directory } = options;
    const tls = options.tls ? await makeCertificate(directory) : null;
    const generator = new Actor<ToGenerator, FromGenerator>('generator.js', cores.generator);
    const sink = new Actor<ToSink, FromSink>('sink.js', cores.sink);
    const { ports, anyPort } = await sink.ask({ say: 'listen', drains: shape.drains, tls }, 'listening');
    await generator.ask({ say: 'prepare', shape, warmUp }, 'prepared');
    return new Harness(options, generator, sink, ports, anyPort, tls);
  }

  async stop(): Promise<void> {
    await Promise.all([end(this.generator.child), end(this.sink.child)]);
  }

  /** The generator straight into the sink: what the harness itself can do. */
  async ceiling(): Promise<Measurement> {
    return this.#measure({ host: '127.0.0.1', port: this.anyPort }, undefined);
  }

  /** One fresh start of `peer`, measured and stopped. */
  async run(peer: Peer): Promise<Measurement> {
    const { shape, warmUp, cores } = this.options;
    const directory = mkdtempSync(join(this.options.directory, `${peer.name}-`));
    const drains = this.ports.map((port, index) => ({ tenant: tenantName(index), port }));
    const queuedMax = Math.max(2000, Math.ceil(((shape.messages + warmUp) / shape.drains) * 2));
    const running = await peer.start({ directory, cores: cores.forwarder, drains, queuedMax, tls: this.tls });
    try {
      return await this.#measure(running.door, running.pid);
    } finally {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  }

  async #measure(door: Door, pid: number | undefined): Promise<Measurement> {
    const { shape, warmUp } = this.options;
    await this.generator.ask({ say: 'connect', door }, 'connected');
    try {
      await this.#pass('warm-up', warmUp);
      const cpuBefore = pid === undefined ? 0 : cpuMicroseconds(pid);
      const seconds = await this.#pass('measured', warmUp + shape.messages);
      const messagesPerS = shape.messages / seconds;
      if (pid === undefined) return { messagesPerS };
      const cpuMicrosecondsPerMessage = (cpuMicroseconds(pid) - cpuBefore) / shape.messages;
      return { messagesPerS, cpuMicrosecondsPerMessage, residentBytesMax: residentBytesMax(pid) };
    } finally {
      await this.generator.ask({ say: 'disconnect' }, 'disconnected');
    }
  }

  /** Sends one stream and waits until `total` messages have come since the start. Returns seconds. */
  async #pass(part: 'warm-up' | 'measured', total: number): Promise<number> {
    const received = this.sink.ask({ say: 'expect', messages: total, deadlineMs: measureMsMax }, 'received');
    const [sent, all] = await Promise.all([this.generator.ask({ say: 'send', part }, 'sent'), received]);
    const faults = [
      all.fault,
      all.received === total ? null : `${total - all.received} of ${total} messages did not come`,
      all.missing === 0 ? null : `${all.missing} messages were passed over`,
      all.doubled === 0 ? null : `${all.doubled} messages came again`,
      all.misrouted === 0 ? null : `${all.misrouted} messages came to another's receiver`,
    ].filter((fault) => fault !== null);
    if (faults.length > 0) throw new Error(faults.join('; '));
    return Number(BigInt(all.at) - BigInt(sent.startedAt)) / 1e9;
  }

  /** Waits until the last run's connections are closed and forgets its counts. */
  async forget(): Promise<void> {
    await this.sink.ask({ say: 'forget' }, 'forgotten');
  }
}
