// The first searches of a fresh process, each timed from inside: data folder, feed and words from the command line.

import { InstrumentBook } from '../../dist/shared/store/book.js'
import { dataFolder } from '../../dist/shared/store/folder.js'

const [dataDir, feed, ...texts] = process.argv.slice(2)
const book = new InstrumentBook(dataFolder({ dataDir, bus: { runDir: dataDir } }))
const took = texts.map(text => {
  const before = performance.now()
  book.search(feed, text, 20)
  return performance.now() - before
})
process.stdout.write(JSON.stringify(took))
