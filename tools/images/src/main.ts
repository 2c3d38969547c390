import { exploreImage } from './explore-image.ts'
import { inspect, whyNoPodman } from './podman.ts'
import { kafkaImage, prometheusImage, redisImage } from './stand-ins.ts'

// node tools/images/src/main.ts [explore|redis|kafka|prometheus]…: makes those images that are not here yet.
const IMAGES = {
  explore: async () => {
    const image = await exploreImage()
    const megabytes = Number(await inspect(image, '{{.Size}}')) / 1e6
    console.log(`images: ${image}, ${megabytes.toFixed(0)} MB with its base`)
  },
  redis: redisImage,
  kafka: kafkaImage,
  prometheus: prometheusImage,
}

const why = whyNoPodman()
if (why !== undefined) {
  console.error(`images: ${why}; with Docker: docker build -f deploy/Dockerfile -t explore .`)
  process.exit(1)
}
const names = process.argv.slice(2)
for (const name of names.length === 0 ? ['explore'] : names) {
  const make = IMAGES[name as keyof typeof IMAGES]
  if (make === undefined) throw new Error(`there is no image ${name}: ${Object.keys(IMAGES)}`)
  await make()
}
