import type { ComponentType } from 'preact'
import { Banner } from './banner/banner.tsx'
import { Chart } from './chart/chart.tsx'
import { Depth } from './depth/depth.tsx'
import { sessions } from './desk.ts'
import { Feeds } from './feeds/feeds.tsx'
import { Header } from './header/header.tsx'
import { Ribbon } from './header/ribbon.tsx'
import { Lag } from './lag/lag.tsx'
import { Log } from './log/log.tsx'
import { Operator } from './operator/operator.tsx'
import { PLACES, type Place, place, TABS, type Tab, tab } from './place.ts'
import { Playground } from './playground/playground.tsx'
import { SignIn } from './signin/signin.tsx'
import { TabList } from './tablist.tsx'
import { Watch } from './watch/watch.tsx'

const TAB_WORDS: Readonly<Record<Tab, string>> = {
  feeds: 'Feeds',
  lag: 'Lag',
  log: 'Log',
  playground: 'Playground',
  operator: 'Operator',
}

const PANELS: Readonly<Record<Tab, ComponentType>> = {
  feeds: Feeds,
  lag: Lag,
  log: Log,
  playground: Playground,
  operator: Operator,
}

const PLACE_WORDS: Readonly<Record<Place, string>> = { watch: 'Watch', depth: 'Depth', chart: 'Chart', more: 'More' }

/** The whole page: the watch on the left, book and chart on the right, everything about the system below. */
export function App() {
  const session = sessions.current.value
  if (!session) return <SignIn />
  const tabs = TABS.filter(one => one !== 'operator' || session.admin)
  const shown = tabs.find(one => one === tab.value) ?? 'feeds'
  const Panel = PANELS[shown]
  return (
    <>
      <Header />
      <Ribbon />
      <Banner />
      <main class="desk" data-place={place.value}>
        <Watch />
        <div class="instrument">
          <Depth />
          <Chart />
        </div>
        <section class="drawer" aria-label="System">
          <TabList
            label="System"
            id="tab"
            controls="tab-panel"
            tabs={tabs}
            words={TAB_WORDS}
            shown={shown}
            onShow={one => {
              tab.value = one
            }}
          />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
          <div class="panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${shown}`} tabIndex={0}>
            <Panel />
          </div>
        </section>
      </main>
      <nav class="places" aria-label="Parts of the page">
        {PLACES.map(one => (
          <button
            key={one}
            type="button"
            aria-current={place.value === one ? 'page' : undefined}
            onClick={() => {
              place.value = one
            }}
          >
            {PLACE_WORDS[one]}
          </button>
        ))}
      </nav>
    </>
  )
}
