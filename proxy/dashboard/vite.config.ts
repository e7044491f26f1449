import { defineConfig } from 'vite'

/** The page is built into the package beside the compiled proxy, which serves it. */
export default defineConfig({
  root: import.meta.dirname,
  // The page may lie behind a path of a reverse proxy.
  base: './',
  build: {
    outDir: '../../dist/proxy/dashboard',
    emptyOutDir: true,
    target: 'es2022',
    // Data addresses are no part of what the headers of the proxy allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
