import { expect, it } from 'vitest'
import { CLASSIC, type Features, featureNames, readFeatures } from '../../proxy/features.ts'

it.each<[value: unknown, features: Features | undefined]>([
  [undefined, undefined],
  [null, undefined],
  [[], CLASSIC],
  [['seq', 'count'], { ...CLASSIC, seq: true, count: true }],
  [['telepathy', 7, null, 'gap', 'gap'], { ...CLASSIC, gap: true }],
  [['toString', '__proto__'], CLASSIC],
])('features are read from %j', (value, features) => {
  expect(readFeatures(value)).toEqual(features)
})

it.each(['seq', 1, true, { seq: true }])(
  'features that are no array are refused, with the names there are: %j',
  value => {
    expect(readFeatures(value)).toBe(
      'features must be an array of names: seq, count, gap, batch, slow, resume, state, source, shutdown, stamps, recent',
    )
  },
)

it('what is granted is named in one order, whatever the order it was asked in', () => {
  expect(featureNames(readFeatures(['resume', 'slow', 'batch', 'gap', 'count', 'seq']) as Features)).toEqual([
    'seq',
    'count',
    'gap',
    'batch',
    'slow',
    'resume',
  ])
  expect(featureNames(CLASSIC)).toEqual([])
})
