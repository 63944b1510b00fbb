// `npm run soak`: the long forms, one after the other; everything else as in vitest.config.ts.
import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/soak/**/*.test.ts'], exclude: [], fileParallelism: false },
});
