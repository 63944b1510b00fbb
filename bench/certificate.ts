/*
 * A throw-away CA and a certificate for 127.0.0.1, for measurements over TLS: made by the program's own `sluice receive --tls`
 * code, out of the built dist/. Never leaves its directory.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateFiles } from './messages.js';

/** What is used of dist/cli/certificates.js: PEM texts. */
interface CertificateMaker {
  makeIdentity: (
    hosts: readonly string[],
    clock: { wall(): number },
  ) => Promise<{ readonly ca: string; readonly cert: string; readonly key: string }>;
}

/** Writes ca.pem, cert.pem and key.pem into an existing directory. */
export async function makeCertificate(directory: string): Promise<CertificateFiles> {
  const made = new URL('../dist/cli/certificates.js', import.meta.url).href;
  const { makeIdentity } = (await import(made)) as CertificateMaker;
  const identity = await makeIdentity(['127.0.0.1'], { wall: () => Date.now() });
  const files = { ca: join(directory, 'ca.pem'), cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  writeFileSync(files.ca, identity.ca);
  writeFileSync(files.cert, identity.cert);
  writeFileSync(files.key, identity.key, { mode: 0o600 });
  return files;
}
