#!/usr/bin/env node
// `npm run sbom [-- FILE]`: what a running Tickwire is made of, as CycloneDX 1.5, from the lockfile.
// npm stamps each list with the time, a random number and the name of the folder; the same lockfile shall give the same bytes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const [file = 'tickwire.cdx.json'] = process.argv.slice(2)
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'))
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const words = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only']
const list = JSON.parse(execFileSync('npm', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))

// npm's own `--omit dev` leaves out what a development tool needs, too: ws among them.
const running = new Set([`${name}@${version}`])
for (const [path, entry] of Object.entries(packages))
  if (path !== '' && !entry.dev) running.add(`${path.split('node_modules/').at(-1)}@${entry.version}`)
const runs = reference => running.has(reference)
const byKey = key => (one, other) => (one[key] < other[key] ? -1 : 1)
list.components = list.components.filter(one => runs(one['bom-ref'])).sort(byKey('bom-ref'))
list.dependencies = list.dependencies
  .filter(one => runs(one.ref))
  .map(one => ({ ...one, dependsOn: one.dependsOn.filter(runs).sort() }))
  .sort(byKey('ref'))
delete list.metadata.timestamp
list.metadata.component.name = name

// A name of its content, in the form of a UUID whose bits are the owner's (version 8).
delete list.serialNumber
const hex = createHash('sha256').update(JSON.stringify(list)).digest('hex')
const uuid = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)]
const { bomFormat, specVersion, $schema, ...rest } = list
writeFileSync(
  file,
  `${JSON.stringify({ $schema, bomFormat, specVersion, serialNumber: `urn:uuid:${uuid.join('-')}`, ...rest }, null, 2)}\n`,
)
process.stdout.write(`${file}: ${list.components.length} packages\n`)
