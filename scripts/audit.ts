import { type Command, InvalidArgumentError, Option } from 'commander'
import { examples, globalsOf as globals } from './help.ts'
import { parseCount } from './value.ts'

/** The tree of `tickwire audit`. */
export function addAudit(program: Command): void {
  const audit = program
    .command('audit')
    .description('what happened to keys, accounts, logins, limits and settings; nobody can change it unseen')
    .addHelpText('before', examples('tickwire audit tail', 'tickwire audit verify'))
  audit
    .command('tail')
    .description('the newest records')
    .option('-n, --count <n>', 'how many (default: 20)', parseCount)
    .option('--follow', 'and each new one, until Ctrl-C')
    .option('--action <pattern>', 'only these, such as key.* or auth.refused')
    .addHelpText(
      'before',
      examples('tickwire audit tail', 'tickwire audit tail -n 100 --action "key.*"', 'tickwire audit tail --follow'),
    )
    .action(async (options, command) => (await import('./commands/audit.ts')).tailAudit(globals(command), options))
  audit
    .command('verify')
    .description('prove that no record was changed, added or taken away; else name the first')
    .addHelpText('before', examples('tickwire audit verify'))
    .action(async (_, command) => (await import('./commands/audit.ts')).verifyAudit(globals(command)))
  audit
    .command('export')
    .description('records to stdout, proven on the way')
    .option('--since <time>', 'from this on, such as 2026-11-01 or 2026-11-01T09:15:00Z', parseMoment)
    .option('--until <time>', 'up to, and not including, this', parseMoment)
    .addOption(
      new Option('--as <format>', 'one JSON object or one row on each line').choices(['jsonl', 'csv']).default('jsonl'),
    )
    .addHelpText(
      'before',
      examples(
        'tickwire audit export > audit.jsonl',
        'tickwire audit export --since 2026-11-01 --as csv > november.csv',
      ),
    )
    .action(async (options, command) => (await import('./commands/audit.ts')).exportAudit(globals(command), options))
}

/** Milliseconds since 1970; a day alone begins at midnight UTC. */
function parseMoment(text: string): number {
  const at = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(at))
    throw new InvalidArgumentError('It is a day or a time, such as 2026-11-01 or 2026-11-01T09:15:00Z.')
  return at
}
