// A receiver in a process of its own, so that a test can kill it: node subscriber.mjs SUBSCRIBE PREFIX
import { Subscriber } from 'zeromq'

const [subscribe, prefix] = process.argv.slice(2)
const socket = new Subscriber()
socket.connect(subscribe)
socket.subscribe(prefix)
for await (const _ of socket);
