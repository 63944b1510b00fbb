// Doors on real sockets: who may use them, what is removed to make room, and what is not.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/api/listen.js';
import type { Failure } from '../../src/base/failure.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-listen-'));
  return () => rmSync(directory, { recursive: true, force: true });
});

function newServer(): Server {
  const server = createServer((socket) => socket.on('error', () => {}).end('hello'));
  onTestFinished(() => void server.close());
  return server;
}

const at = (path: string, group: string | null = null) => listen(newServer(), { path, group });

const failureOf = async (opening: Promise<unknown>): Promise<string> => {
  const failure = await opening.then(
    () => undefined,
    (error: unknown) => error as Failure,
  );
  return `${failure?.code}: ${failure?.message}`;
};

const greeting = (path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    connect({ path })
      .once('data', (bytes) => resolve(bytes.toString()))
      .once('error', reject);
  });

/** Leaves a socket behind as a killed process does. */
function leaveStale(path: string): void {
  const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  try {
    execFileSync(process.execPath, ['-e', program], { stdio: 'ignore' });
  } catch {
    // It killed itself.
  }
}

test('a unix socket is for its owner and its group alone, whatever the umask', async () => {
  const path = join(directory, 'a.sock');
  const before = process.umask(0);
  try {
    expect(await at(path)).toEqual({ address: path });
    expect(process.umask()).toBe(0);
  } finally {
    process.umask(before);
  }
  expect(statSync(path).mode & 0o777).toBe(0o660);
  expect(await greeting(path)).toBe('hello');
});

test('a socket that a killed agent left is replaced', async () => {
  const path = join(directory, 'a.sock');
  leaveStale(path);
  expect(statSync(path).isSocket()).toBe(true);
  await at(path);
  expect(await greeting(path)).toBe('hello');
});

test('a socket on which somebody answers is left alone', async () => {
  const path = join(directory, 'a.sock');
  await at(path);
  expect(await failureOf(at(path))).toContain("door_unavailable: Can't listen on");
  expect(await failureOf(at(path))).toContain('another process listens there');
  expect(await greeting(path)).toBe('hello');
});

test('a file that is no socket is left alone, also behind a link', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, 'precious');
  symlinkSync(file, join(directory, 'link'));
  expect(await failureOf(at(file))).toContain('something that is no socket');
  expect(await failureOf(at(join(directory, 'link')))).toContain('something that is no socket');
  expect(statSync(file).size).toBe(8);
});

test.each([
  ['a directory that is not there', () => join(directory, 'no', 'a.sock'), 'its directory is missing'],
  ['a path that is too long', () => join(directory, 'x'.repeat(100)), 'has 107 bytes at most'],
])('refused: %s', async (_, path, why) => {
  expect(await failureOf(at(path()))).toContain(why);
});

test('a socket is given to its group, by number or by name', async () => {
  const own = process.getgid?.() ?? 0;
  await at(join(directory, 'number.sock'), String(own));
  expect(statSync(join(directory, 'number.sock')).gid).toBe(own);
  if (process.getuid?.() !== 0) return;
  await at(join(directory, 'name.sock'), 'daemon');
  expect(statSync(join(directory, 'name.sock')).gid).toBe(Number(execFileSync('id', ['-g', 'daemon']).toString()));
});

test('a group that is not there leaves no socket behind', async () => {
  const path = join(directory, 'a.sock');
  expect(await failureOf(at(path, 'no-such-group'))).toContain('there is no group no-such-group');
  expect(() => statSync(path)).toThrow('ENOENT');
});

test('closing the door removes its socket', async () => {
  const path = join(directory, 'a.sock');
  const server = newServer();
  await listen(server, { path, group: null });
  await new Promise((resolve) => server.close(resolve));
  expect(() => statSync(path)).toThrow('ENOENT');
});

test('port 0 takes any, and says which', async () => {
  const { address } = await listen(newServer(), { address: '127.0.0.1:0' });
  expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  expect(await failureOf(listen(newServer(), { address }))).toContain('another process listens there');
});

test('text that is no address is refused', async () => {
  expect(await failureOf(listen(newServer(), { address: 'localhost:80' }))).toContain('no address with a port');
});

test('a connection that can not be accepted ends nothing but itself', async () => {
  const server = newServer();
  const path = join(directory, 'a.sock');
  await listen(server, { path, group: null });
  // As Node reports EMFILE when libuv has lost its spare descriptor.
  expect(() => server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))).not.toThrow();
  expect(await greeting(path)).toBe('hello');
});
