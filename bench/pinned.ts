/*
 * Processes on chosen cores: which cores are whose, how a process is started there, and what it used.
 * Promise: a process that was started here is ended when its owner calls `end`, by its own pid.
 */
import { type ChildProcess, execFileSync, spawn, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Lists of cores as taskset takes them. */
export interface Cores {
  readonly forwarder: string;
  readonly generator: string;
  readonly sink: string;
  /** What a reader of the figures has to know about this split. */
  readonly remark: string;
}

/** The cores that this process may use, from the kernel. */
function usableCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number) as [number, number | undefined];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index);
  });
}

/** Two cores for the forwarder and one each for generator and sink; with fewer cores it says what that does to the figures. */
export function shareCores(usable: readonly number[] = usableCores()): Cores {
  const [a, b, c, d] = usable;
  if (a === undefined) throw new Error('no core to run on');
  if (b === undefined) {
    const remark = 'one core for everything: generator and sink take from the forwarder, the figures say little';
    return { forwarder: `${a}`, generator: `${a}`, sink: `${a}`, remark };
  }
  if (c === undefined) {
    const remark = `two cores only: forwarder on ${a}, generator and sink share ${b}; on four cores a forwarder has two`;
    return { forwarder: `${a}`, generator: `${b}`, sink: `${b}`, remark };
  }
  const remark = `forwarder on cores ${a},${b}, generator on ${c}, sink on ${d ?? c}`;
  return { forwarder: `${a},${b}`, generator: `${c}`, sink: `${d ?? c}`, remark };
}

/** Starts a program on `cores`. */
export function startPinned(cores: string, command: readonly string[], stdio: StdioOptions): ChildProcess {
  return spawn('taskset', ['-c', cores, ...command], { stdio });
}

/** Ends a process: politely, then for good after `patienceMs`. Resolves when it is gone. */
export async function end(child: ChildProcess, patienceMs = 20_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await gone;
  clearTimeout(patience);
}

const ticksPerS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU time of a process and all its threads so far, microseconds; the kernel counts in ticks of 10 ms. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerS) * 1e6;
}

/** Most memory that a process had resident so far, bytes. */
export function residentBytesMax(pid: number): number {
  const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}
