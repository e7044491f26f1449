// A supervised process without a job. Arguments: name, what it does, and a file that is told of its end and of SIGUSR2.
import { appendFileSync } from 'node:fs'

const [name, behaviour, file] = process.argv.slice(2)
const ready = () => process.send({ kind: 'ready', details: { name } })

process.on('message', () => {})
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => {
  if (behaviour === 'stubborn' || behaviour === 'deaf') return
  appendFileSync(file, `${name}\n`)
  process.exit(0)
})

process.on('SIGUSR2', () => appendFileSync(file, 'here\n'))

if (behaviour === 'dies') process.exit(3)
if (behaviour === 'refuses')
  process.send(
    { kind: 'fatal', code: 'PORT_TAKEN', message: 'Port 1 is taken', next: 'use another', exitCode: 78 },
    () => process.exit(78),
  )
else if (behaviour === 'misset')
  process.send({ kind: 'fatal', code: 'CONFIG_INVALID', message: 'rate is 0', exitCode: 78 }, () => process.exit(78))
else if (behaviour === 'deaf') appendFileSync(file, 'here\n')
else if (behaviour !== 'starts') ready()
if (behaviour === 'stays') setInterval(() => process.send({ kind: 'alive' }), 1000)
