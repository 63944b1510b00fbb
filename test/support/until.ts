// Waits for a condition instead of a while: polls every few milliseconds, and says what it waited for when it gives up.

/**
 * Resolves with the first truthy value of `condition`.
 * @param what for the error: "receiver has 10 frames"
 * @param msMax gives up after this many milliseconds, 20 s unless told
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  msMax = 20_000,
): Promise<Exclude<Awaited<T>, undefined | null | false | 0 | ''>> {
  const giveUpAt = performance.now() + msMax;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<Awaited<T>, undefined | null | false | 0 | ''>;
    if (performance.now() > giveUpAt) throw new Error(`waited ${msMax} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
