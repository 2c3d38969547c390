export { EXPLORE, whyNoImage } from './explore-image.ts'
export { whyNoPodman } from './podman.ts'
export { output, run } from './run.ts'
