import { runStage } from '@explore/gateway'

await runStage('retrieval-sources')
