// A real receiver as a child process: a free port, ready when that very process listens on it, ended by its own pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { until } from './until.js';

/** PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Makes the receiver ask for a client certificate that this CA signed. */
  readonly ca?: string;
}

export interface Receiver {
  readonly port: number;
  readonly pid: number;
  /** What the process printed on stdout and stderr so far. */
  output(): string;
  /** Names of the files that it has written so far, below its directory. */
  files(): string[];
  /** Complete lines of one of them so far; none if it isn't there yet. */
  lines(file?: string): string[];
  /** SIGTERM, and resolves when the process has ended. Another signal: the same with that. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface Start {
  readonly program: string;
  /** Writes the configuration for this port and returns the arguments. */
  readonly configure: (port: number) => readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Where the receiver writes its messages; nothing else is there. */
  readonly directory: string;
  /** Tried first, and then nothing else: to start a receiver again where it was. */
  readonly port?: number | undefined;
}

const ATTEMPTS = 5;

/** Starts a receiver; takes another port if somebody was quicker. */
export async function startReceiver(start: Start): Promise<Receiver> {
  let output = '';
  for (let attempt = 1; attempt <= (start.port === undefined ? ATTEMPTS : 1); attempt++) {
    const port = start.port ?? (await freePort());
    const child = spawn(start.program, start.configure(port), {
      env: { ...process.env, ...start.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const receiver = new ReceiverProcess(child, port, start.directory);
    if (await receiver.isListening()) return receiver;
    await receiver.stop('SIGKILL');
    output = receiver.output();
  }
  throw new Error(`${start.program} didn't listen:\n${output}`);
}

class ReceiverProcess implements Receiver {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #output = '';
  #gone = false;

  constructor(
    child: ChildProcess,
    readonly port: number,
    readonly directory: string,
  ) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    const hear = (chunk: Buffer) => (this.#output += chunk.toString());
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    this.#exited = new Promise((resolve) => {
      const done = () => {
        this.#gone = true;
        resolve();
      };
      child.once('exit', done);
      child.once('error', (error) => {
        this.#output += String(error);
        done();
      });
    });
  }

  /** True as soon as this process listens on the port; false if it ended, or another process has the port. */
  async isListening(): Promise<boolean> {
    const state = await until(`${this.#child.spawnfile} listens on ${this.port}`, () => {
      if (this.#gone) return 'gone';
      const inode = listenerInode(this.port);
      if (inode === undefined) return undefined;
      return openSockets(this.pid).has(inode) ? 'ours' : 'taken';
    });
    return state === 'ours';
  }

  output(): string {
    return this.#output;
  }

  files(): string[] {
    return readdirSync(this.directory).toSorted();
  }

  lines(file = 'messages.log'): string[] {
    if (!this.files().includes(file)) return [];
    return readFileSync(`${this.directory}/${file}`, 'utf8').split('\n').slice(0, -1);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#gone) this.#child.kill(signal);
    await this.#exited;
  }
}

/** The inode of the socket that listens on a port of 127.0.0.1 or of every address, from the kernel's table. */
function listenerInode(port: number): string | undefined {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/self/net/tcp', 'utf8').split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(end) && columns[3] === '0A') return columns[9];
  }
  return undefined;
}

function openSockets(pid: number): Set<string> {
  const inodes = new Set<string>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // closed while we looked
    }
  }
  return inodes;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
