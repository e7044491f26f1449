// A supervised process without a job. Arguments: name, what it does, and a file that is told of its end.
import { appendFileSync } from 'node:fs'

const [name, behaviour, file] = process.argv.slice(2)
const ready = () => process.send({ kind: 'ready', details: { name } })

process.on('message', () => {})
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => {
  if (behaviour === 'stubborn') return
  appendFileSync(file, `${name}\n`)
  process.exit(0)
})

if (behaviour === 'dies') process.exit(3)
if (behaviour === 'refuses')
  process.send(
    { kind: 'fatal', code: 'PORT_TAKEN', message: 'Port 1 is taken', next: 'use another', exitCode: 78 },
    () => process.exit(78),
  )
else ready()
