// The program as a person runs it: `node bin/sluice.js …`, with its output and exit code.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly stdin?: string | Buffer;
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running `sluice`, whose output so far can be looked at. */
export class RunningSluice {
  out = '';
  err = '';
  readonly ended: Promise<Ran>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, out: this.out, err: this.err }));
    });
  }
}

/** Starts `sluice` with these arguments; stdin stays open. */
export function startSluice(words: readonly string[], options: RunOptions = {}): RunningSluice {
  const { SLUICE_URL: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [program, ...words], {
    stdio: 'pipe',
    env: { ...inherited, ...options.environment },
    ...(options.directory !== undefined && { cwd: options.directory }),
  });
  return new RunningSluice(child);
}

/** Runs `sluice` to its end. */
export async function sluice(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const running = startSluice(words, options);
  running.child.stdin?.on('error', () => {}); // it may end without reading
  running.child.stdin?.end(options.stdin ?? '');
  return running.ended;
}
