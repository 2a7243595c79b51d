/** Everything from our own origin, named by content; the editor apart, because it is most of it and changes rarely. */

import { defineConfig } from 'vite';

export default defineConfig({
  base: '/explorer/',
  build: {
    emptyOutDir: true,
    license: { fileName: 'licenses.md' },
    target: 'es2022',
    cssTarget: ['chrome125', 'firefox128', 'safari18'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 6000,
    rolldownOptions: {
      onLog(level, log, report) {
        // Libraries made for frameworks with server components mark their files so; here it means nothing.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  worker: { format: 'es' },
});
