// The forwarder of the build, in a process that can be stopped: node lossforwarder.mjs PUBLISH SUBSCRIBE MARK
import { startForwarder } from '../../dist/bus/forwarder.js'

const [publish, subscribe, mark] = process.argv.slice(2)
await startForwarder({ addresses: { publish, subscribe }, highWaterMark: Number(mark) })
