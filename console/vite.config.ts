/** Builds the console into files that the server sends as they are; the page of it is completed for each request. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // The console may be served at any prefix, also behind a proxy that removes one.
  base: './',
  build: {
    outDir: '../dist/console/app',
    emptyOutDir: true,
    // An image in a style sheet would be a data URL, which the policy of the page does not allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    target: 'es2022',
    rolldownOptions: {
      onLog: (level, log, print) => {
        // Libraries mark what servers that render pages have to leave to browsers. There is no such server here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') print(level, log);
      },
    },
  },
  server: { proxy: { '/latchkey': process.env.LATCHKEY_URL ?? 'http://127.0.0.1:3000' } },
});
