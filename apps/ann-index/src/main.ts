import { runStage } from '@explore/gateway'

await runStage('ann-index')
