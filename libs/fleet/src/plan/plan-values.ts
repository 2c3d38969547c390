import type { Plan } from './plan-fleet.ts'

const camel = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The plan as values of the Helm chart. Memory is limited to what is requested; CPU is not limited. */
export const planValues = ({ wish, services, shards, partitions }: Plan): string => {
  const { rps, items, users, events } = wish
  const blocks = services.map(
    ({ service, replicas, cpu, memoryMb }) => `${camel(service)}:
  replicas: ${replicas}${service === 'ann-index' ? `\n  shards: ${shards}` : ''}
  resources:
    requests:
      cpu: ${Math.ceil(cpu * 1000)}m
      memory: ${memoryMb}Mi
    limits:
      memory: ${memoryMb}Mi`,
  )
  return `# Made by: explore plan --rps ${rps} --items ${items} --users ${users} --events ${events} --values
${blocks.join('\n')}
kafka:
  partitions: ${partitions}
`
}
