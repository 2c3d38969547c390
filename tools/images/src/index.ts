export { EXPLORE, whyNoImage } from './explore-image.ts'
export { whyNoPodman } from './podman.ts'
export { output, run } from './run.ts'
export { kafkaImage, prometheusImage, redisImage } from './stand-ins.ts'
