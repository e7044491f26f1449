import type { Command as Subcommand } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  clearCommand,
  clientCommands,
  feedCommands,
  type OperatorView,
  ratesOf,
} from '../../../proxy/dashboard/operator/figures.ts'
import { createProgram } from '../../../scripts/program.ts'

const view = (now: number, ticks: number, id = 'P-1'): OperatorView => ({
  now,
  proxy: { id, startedAt: 0, busConnected: true, topics: 1 },
  workers: [],
  clients: { delivered: ticks * 2, clients: 1 },
  ticks: { ticks },
  bus: { lostLanes: 0 },
  keys: [],
  feeds: [],
  clientList: [],
  moreClients: 0,
  events: [],
})

describe('rates of the operator view', () => {
  it('are what each counter grew by, per second', () => {
    expect(ratesOf(view(5000, 300), view(3000, 100))).toMatchObject({ 'ticks.ticks': 100, 'clients.delivered': 200 })
  })

  it('are not told before there are two looks, nor across a restart, nor of what has shrunk', () => {
    expect(ratesOf(view(5000, 300), undefined)).toEqual({})
    expect(ratesOf(view(5000, 300, 'P-2'), view(3000, 100))).toEqual({})
    expect(ratesOf(view(5000, 50), view(3000, 100))['ticks.ticks']).toBeUndefined()
  })
})

describe('commands of the operator view', () => {
  const program = createProgram('1.0.0')
  const exists = (command: string): boolean => {
    let at: Subcommand | undefined = program
    for (const word of command.split(' ').slice(1)) {
      if (at?.commands.length === 0) return true
      at = at?.commands.find(one => one.name() === word)
      if (!at) return false
    }
    return at !== undefined
  }

  it('are commands there are, for a feed in whatever state and for each client', () => {
    const states = ['starting', 'live', 'quiet', 'suspect', 'down', 'auth_required', 'parked']
    const all = [...states.flatMap(state => feedCommands({ name: 'ANGEL', state })), ...clientCommands({ keyId: 'k1' })]
    expect(all.length).toBeGreaterThan(10)
    expect(all.filter(({ command }) => !exists(command))).toEqual([])
    expect(exists('tickwire adapter explode X')).toBe(false)
  })

  it('name nothing of a client that came with no key, and never a key itself', () => {
    expect(clientCommands({ keyId: undefined })).toEqual([])
    expect(clearCommand('http://127.0.0.1:8765/')).toContain('$TICKWIRE_API_KEY')
  })
})
