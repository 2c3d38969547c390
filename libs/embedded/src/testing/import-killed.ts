import { homeAt } from '../home.ts'
import { importData } from '../jobs/import-data.ts'

// node import-killed.ts HOME FILE AT: imports the file, and dies once so much of it is applied. For tests.
const [home, file, at] = process.argv.slice(2) as [string, string, string]
await importData(
  homeAt(home),
  { paths: [file], mapping: 'generic', maxRejects: 0, now: Date.UTC(2026, 0, 2) },
  (stage, fraction) => {
    if (stage === 'apply' && fraction >= Number(at)) process.kill(process.pid, 'SIGKILL')
  },
)
