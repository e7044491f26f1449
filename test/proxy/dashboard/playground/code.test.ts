import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type Conversation, codeOf, LANGUAGES } from '../../../../proxy/dashboard/playground/code.ts'

const conversation: Conversation = {
  address: 'ws://127.0.0.1:8765/',
  features: ['seq', 'state'],
  message: {
    action: 'subscribe',
    symbols: [{ symbol: 'M&M', exchange: 'NSE' }],
    mode: 'Depth',
    depth: 20,
    isIt: true,
    nothing: null,
    "it's": 'a "text" with MESSAGE, $HOME and `ticks`',
  },
}

/** What a shell makes of the words of a command. */
function wordsOf(code: string, environment: Record<string, string>): string[] {
  const script = `wscat() { printf '%s\\0' "$@"; }\n${code}`
  return execFileSync('/bin/sh', ['-c', script], { env: environment, encoding: 'utf8' }).split('\0').slice(0, -1)
}

describe('code of a conversation', () => {
  it.each(LANGUAGES)('in %s reads the key from the environment and has no placeholder left', language => {
    const code = codeOf(language, conversation)
    expect(code).toContain('TICKWIRE_API_KEY')
    expect(code).not.toMatch(/\b(ADDRESS|HELLO)\b|tw_live_|ticket/)
    expect(code).toContain(conversation.address)
  })

  it('in Node says the message as JavaScript', () => {
    const [, literal = ''] = /const message = (.*)/.exec(codeOf('Node', conversation)) ?? []
    const text = execFileSync(process.execPath, ['-e', `process.stdout.write(JSON.stringify(${literal}))`])
    expect(JSON.parse(String(text))).toEqual(conversation.message)
  })

  it('in Python says the message as Python', () => {
    const [, literal = ''] = /^message = (.*)$/m.exec(codeOf('Python', conversation)) ?? []
    const text = execFileSync('/usr/bin/python3', ['-c', `import json\nprint(json.dumps(${literal}))`])
    expect(JSON.parse(String(text))).toEqual(conversation.message)
  })

  it('for wscat is one command whose two messages survive the shell', () => {
    const words = wordsOf(codeOf('wscat', conversation), { TICKWIRE_API_KEY: 'the key' })
    expect(words.slice(0, 4)).toEqual(['--connect', conversation.address, '--wait', '-1'])
    const messages = words.flatMap((word, nth) => (words[nth - 1] === '--execute' ? [JSON.parse(word) as unknown] : []))
    expect(messages).toEqual([
      { action: 'authenticate', api_key: 'the key', features: ['seq', 'state'] },
      conversation.message,
    ])
  })

  it('asks for no features when there are none', () => {
    for (const language of LANGUAGES)
      expect(codeOf(language, { ...conversation, features: [] })).not.toMatch(/features/)
  })
})
