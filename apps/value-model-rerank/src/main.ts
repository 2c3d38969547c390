import { runStage } from '@explore/gateway'

await runStage('value-model-rerank')
