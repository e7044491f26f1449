// A forwarder in a process of its own, so that a test can kill it: node forwarder.mjs PUBLISH SUBSCRIBE
import { Proxy as Forwarding, XPublisher, XSubscriber } from 'zeromq'

const [publish, subscribe] = process.argv.slice(2)
const input = new XSubscriber({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 100_000 })
const output = new XPublisher({ linger: 0, sendHighWaterMark: 100_000, receiveHighWaterMark: 0 })
await input.bind(publish)
await output.bind(subscribe)
await new Forwarding(input, output).run()
