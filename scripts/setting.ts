import { TickwireError } from '../shared/errors.ts'
import { isFeedName } from '../shared/market/topic.ts'
import { isSecretName } from '../shared/redaction.ts'

/** `key=value`. The value stays the text it is: only the adapter knows whether 007 is a number or a name. */
export function readSetting(text: string): [string, string] {
  const at = text.indexOf('=')
  const key = text.slice(0, at)
  const value = text.slice(at + 1)
  if (at < 1)
    throw new TickwireError('USAGE', `--set ${isSecretName(text) ? '…' : text} is no key=value`, {
      next: 'write it as --set key=value, for instance --set rate=100',
    })
  if (isSecretName(key))
    throw new TickwireError('USAGE', `--set ${key}: secrets have no place on a command line`, {
      next: 'revoke that secret if it was real: command lines are seen by others and kept in histories',
    })
  return [key, value]
}

/** Throws USAGE for a name that no feed can have, with one that it can; `command` is what to type again. */
export function requireFeedName(name: string, command: string): void {
  if (isFeedName(name)) return
  throw new TickwireError('USAGE', `${name} is no feed name: 1 to 32 of A-Z, 0-9 and -, and no exchange code`, {
    next: `${command} ${nearName(name)} …`,
  })
}

/** A feed name like the one that was meant. */
function nearName(name: string): string {
  const near = name
    .toUpperCase()
    .replace(/[^A-Z0-9-]/g, '-')
    .slice(0, 30)
  return isFeedName(near) ? near : `${near}-1`
}
