#!/usr/bin/env node
// Run after every update of dependencies: `npm run lockfile`.
// A registry that carries only this machine's platform makes npm leave the other platforms' optional packages out of
// the lockfile, and `npm ci` then refuses it ("Missing: … from lock file"). This adds them back: version, os, cpu.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = 'package-lock.json'
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const CPUS = ['arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'arm']

const lock = JSON.parse(readFileSync(FILE, 'utf8'))
const added = []
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (lock.packages[path]) continue
    const words = name.split(/[/-]/)
    const os = words.find(word => SYSTEMS.includes(word))
    const cpu = CPUS.find(one => words.includes(one))
    if (!os || !cpu) throw new Error(`${FILE}: cannot tell the platform of the missing optional package ${name}`)
    lock.packages[path] = { version, cpu: [cpu], ...(entry.dev && { dev: true }), optional: true, os: [os] }
    added.push(name)
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${FILE}: ${added.length} entries added\n`)
