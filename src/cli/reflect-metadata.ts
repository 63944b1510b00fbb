/*
 * The three functions of the Reflect metadata proposal that @peculiar/x509's container asks for, imported before it.
 * Promise: adds nothing where a full polyfill is there already. Owner: certificates.ts, its only importer.
 */

type Metadata = Map<unknown, unknown>;

const stored = new WeakMap<object, Metadata>();

const ownMetadata = (key: unknown, target: object): unknown => stored.get(target)?.get(key);

function metadata(key: unknown, target: object): unknown {
  for (let each: object | null = target; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    if (stored.get(each)?.has(key)) return ownMetadata(key, each);
  }
  return undefined;
}

function define(key: unknown, value: unknown, target: object): void {
  const known = stored.get(target) ?? new Map<unknown, unknown>();
  stored.set(target, known.set(key, value));
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: metadata, getOwnMetadata: ownMetadata, defineMetadata: define });
}
