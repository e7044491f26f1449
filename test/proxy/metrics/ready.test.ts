import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { LABELS } from '../../../proxy/metrics/table.ts'
import { ROOT } from '../../support/source.ts'
import { type Opened, openRig } from './scrape.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string }
}

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}

const read = (name: string) => readFileSync(join(ROOT, 'proxy/metrics', name), 'utf8')
const alerts = parse(read('alerts.yml')) as { groups: readonly { rules: readonly Rule[] }[] }
const dashboard = JSON.parse(read('grafana.json')) as { panels: readonly Panel[] }
const rules = alerts.groups.flatMap(group => group.rules)
const targets = dashboard.panels.flatMap(panel => panel.targets)
const expressions = [...rules, ...targets].map(({ expr }) => expr)

/** Words of the language of queries, and the two names that Prometheus adds by itself. */
const WORDS = /^(sum|by|and|rate|increase|time|histogram_quantile|le|up|job)$/

/** What an expression names besides: metrics, and labels. */
const namesIn = (expression: string): string[] =>
  (expression.replace(/"[^"]*"|\[[^\]]*\]/g, '').match(/[a-z_]{2,}/g) ?? []).filter(name => !WORDS.test(name))

const isLabel = (name: string) => LABELS.includes(name as never)

let opened: Opened
/** Every name that is told, with those that histograms have. */
let told: ReadonlySet<string>

beforeAll(async () => {
  opened = await openRig()
  const types = [...opened.told.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  told = new Set(types.flatMap(([, name = '', type]) => (type === 'histogram' ? [`${name}_bucket`] : [name])))
})

afterAll(() => opened.rig.close())

describe('the dashboard and the rules that come along', () => {
  it('name only metrics that /metrics tells, and labels that these have', () => {
    expect(expressions.length).toBeGreaterThan(25)
    for (const expression of expressions) {
      const strange = namesIn(expression).filter(name => !told.has(name) && !isLabel(name))
      expect(strange, expression).toEqual([])
    }
  })

  it('leave no metric unseen that somebody ought to look at', () => {
    const used = new Set(expressions.flatMap(namesIn))
    for (const name of [
      'feed_state',
      'feed_tick_delay_seconds_bucket',
      'bus_sequence_gaps_total',
      'proxy_outbox_bytes',
    ])
      expect(used).toContain(name)
  })

  it('tell with each alert what to do next', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    for (const { alert, labels, annotations } of rules) {
      expect(annotations.summary, alert).toMatch(/; next - \S/)
      expect(['warning', 'critical'], alert).toContain(labels.severity)
    }
  })

  it('show only labels of closed lists', () => {
    const shown = [
      ...`${read('alerts.yml')} ${targets.map(({ legendFormat }) => legendFormat).join(' ')}`.matchAll(
        /\{\{ ?(?:\$labels\.)?([a-z_]+)/g,
      ),
    ]
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.map(([, name = '']) => name).filter(name => !isLabel(name))).toEqual([])
  })
})
