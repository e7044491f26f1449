import { readFileSync } from 'node:fs'

/** The adapter that adapters/README.md shows, as it stands there. */
export function readmeExample(): string {
  const readme = readFileSync(new URL('../../../adapters/README.md', import.meta.url), 'utf8')
  const example = /```js\n(\/\/ my-adapter\/manifest\.mjs\n.*?)```/s.exec(readme)?.[1]
  if (!example) throw new Error('adapters/README.md holds no my-adapter/manifest.mjs')
  return example
}
