// The attackers of one proxy, in a process of their own: attacker.ts PORT [WEAPON,…]. Answers each line on stdin with
// what became of each weapon so far.
import { createInterface } from 'node:readline'
import { type Tally, WEAPONS } from './weapon.ts'

const [port, names] = process.argv.slice(2)
const wanted = names?.split(',')
const tallies: Record<string, Tally> = {}

for (const { name, fire } of WEAPONS) {
  if (wanted && !wanted.includes(name)) continue
  const tally: Tally = { tries: 0, open: 0, ended: 0, how: {} }
  tallies[name] = tally
  fire({ port: Number(port) }, tally)
}

createInterface({ input: process.stdin })
  .on('line', () => process.stdout.write(`${JSON.stringify(tallies)}\n`))
  .on('close', () => process.exit(0))
