import { Chart } from './chart/chart.tsx'
import { Depth } from './depth/depth.tsx'
import { sessions } from './desk.ts'
import { Feeds } from './feeds/feeds.tsx'
import { Header } from './header/header.tsx'
import { Lag } from './lag/lag.tsx'
import { Log } from './log/log.tsx'
import { Operator } from './operator/operator.tsx'
import { Playground } from './playground/playground.tsx'
import { kept, oneOf } from './settings.ts'
import { SignIn } from './signin/signin.tsx'
import { Watch } from './watch/watch.tsx'

const TABS = ['feeds', 'lag', 'log', 'playground', 'operator'] as const
type Tab = (typeof TABS)[number]

const TAB_WORDS: Readonly<Record<Tab, string>> = {
  feeds: 'Feeds',
  lag: 'Lag',
  log: 'Log',
  playground: 'Playground',
  operator: 'Operator',
}

export const tab = kept<Tab>('tab', 'feeds', oneOf(...TABS))

/** The whole page: the watch on the left, book and chart on the right, everything about the system below. */
export function App() {
  const session = sessions.current.value
  if (!session) return <SignIn />
  const tabs = TABS.filter(one => one !== 'operator' || session.admin)
  const shown = tabs.find(one => one === tab.value) ?? 'feeds'
  return (
    <>
      <Header />
      <main class="desk">
        <Watch />
        <div class="instrument">
          <Depth />
          <Chart />
        </div>
        <div class="drawer">
          <div class="tabs" role="tablist" aria-label="System">
            {tabs.map(one => (
              <button
                key={one}
                type="button"
                role="tab"
                id={`tab-${one}`}
                aria-selected={one === shown}
                aria-controls="tab-panel"
                onClick={() => {
                  tab.value = one
                }}
              >
                {TAB_WORDS[one]}
              </button>
            ))}
          </div>
          <div class="panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${shown}`}>
            {shown === 'feeds' && <Feeds />}
            {shown === 'lag' && <Lag />}
            {shown === 'log' && <Log />}
            {shown === 'playground' && <Playground />}
            {shown === 'operator' && <Operator />}
          </div>
        </div>
      </main>
    </>
  )
}
