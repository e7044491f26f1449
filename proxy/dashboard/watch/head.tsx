// biome-ignore-all lint/a11y/useSemanticElements: the heading of a grid that is no table
// biome-ignore-all lint/a11y/useFocusableInteractive: what is in it can be focused
import { type SortColumn, shown, sort } from './choices.ts'
import { nextSort } from './sorting.ts'

/** The heading of the list; each column sorts by itself, once each way, then no longer. */
export function Head() {
  return (
    <div class="headings" role="rowgroup">
      <div class="head" role="row" aria-rowindex={1}>
        <Heading by="name" title="Symbol" words="Symbol and exchange" isText />
        {shown.value.map(({ id, title, words, isText }) => (
          <Heading key={id} by={id} title={title} words={words} isText={isText === true} />
        ))}
      </div>
    </div>
  )
}

interface HeadingOf {
  readonly by: SortColumn
  readonly title: string
  readonly words: string
  readonly isText: boolean
}

function Heading({ by, title, words, isText }: HeadingOf) {
  const direction = sort.value?.by === by ? sort.value.direction : 'none'
  const kind = by === 'name' ? 'name' : isText ? 'cell words' : 'cell'
  return (
    <div class={kind} role="columnheader" aria-sort={direction}>
      <button
        type="button"
        title={`${words}: sort`}
        aria-label={`${title}: ${words}`}
        onClick={() => {
          sort.value = nextSort(sort.value, by, isText)
        }}
      >
        {title}
        <span class="order" aria-hidden="true">
          {direction === 'none' ? '' : direction === 'ascending' ? '▲' : '▼'}
        </span>
      </button>
    </div>
  )
}
