import { ExploreError } from '@explore/explore'
import { openLmdb } from '../open-lmdb.ts'

/* Opens a folder as a user for whom permissions hold, which they do not for root. */
if (process.getuid?.() === 0) process.setuid!(65_534)
try {
  await openLmdb(process.argv[2]!).close()
  console.log('opened')
} catch (error) {
  console.log(error instanceof ExploreError ? error.code : error)
}
