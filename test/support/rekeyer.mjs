// Rekeys a vault, and kills itself without warning just before its Nth touch of the disk: `rekeyer.mjs DATA KEYFILE N`.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const [root = '', keyFile = '', last = '0'] = process.argv.slice(2)
let left = Number(last)

const counted = (owner, name) => {
  const plain = owner[name]
  owner[name] = function (...words) {
    if (isArmed && left-- === 0) process.kill(process.pid, 'SIGKILL')
    return plain.apply(this, words)
  }
}

let isArmed = false
for (const name of ['openSync', 'writeFileSync', 'fsyncSync', 'renameSync', 'rmSync', 'chownSync']) counted(fs, name)
syncBuiltinESMExports()
const dist = new URL('../../dist/shared/store/', import.meta.url)
const { Vault } = await import(new URL('vault.js', dist).href)
const { Database } = await import(new URL('database.js', dist).href)
const { dataFolder } = await import(new URL('folder.js', dist).href)
for (const name of ['write', 'atomically', 'rows']) counted(Database.prototype, name)

const vault = Vault.open(dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') } }), { keyFile })
isArmed = true
vault.rekey()
isArmed = false
vault.close()
process.stdout.write(String(Number(last) - left))
