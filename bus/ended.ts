import type { Socket } from 'zeromq'

/** Resolves when the socket has let go of its address, which happens on another thread some time after its close. */
export const ended = (socket: Socket): Promise<void> =>
  new Promise(resolve => {
    socket.events.on('end', () => resolve())
  })
