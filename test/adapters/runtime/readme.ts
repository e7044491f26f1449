import { readFileSync } from 'node:fs'

const readme = readFileSync(new URL('../../../adapters/README.md', import.meta.url), 'utf8')

/** What adapters/README.md shows as `<folder>/manifest.mjs`, as it stands there. */
function example(folder: string): string {
  const text = new RegExp(`\`\`\`js\n(// ${folder}/manifest\\.mjs\n[^]*?)\`\`\``).exec(readme)?.[1]
  if (!text) throw new Error(`adapters/README.md holds no ${folder}/manifest.mjs`)
  return text
}

/** Its adapter with a source. */
export const readmeExample = (): string => example('my-adapter')

/** Its adapter with a session. */
export const readmeBroker = (): string => example('my-broker')
