import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

const STAGES = {
  'node-initialize': 'node/fast',
  'pod-ready': 'pod/fast',
  'pod-complete': 'pod/fast',
  'pod-delete': 'pod/fast',
}

interface Expression {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}
interface Stage {
  readonly spec: { readonly selector: { readonly matchExpressions: Expression[] } }
}

/** A tag of which there is no image: pods of it never get ready. */
export const ABSENT = 'absent'

/** What becomes of nodes and pods in kwok's own stages, but for these: what never restarts ends, and well. */
const CHANGES: Readonly<Record<string, (all: readonly Expression[]) => readonly Expression[]>> = {
  'pod-ready': all => [
    ...all,
    {
      key: `.spec.containers.[].image | select( endswith(":${ABSENT}") )`,
      operator: 'DoesNotExist',
    },
  ],
  // Its own ends the pods of Jobs alone, and what `helm test` makes is none.
  'pod-complete': all => [
    ...all.filter(({ key }) => !key.includes('ownerReferences')),
    { key: '.spec.restartPolicy', operator: 'In', values: ['Never'] },
  ],
}

/** Configuration of kwok, from the folder in which its module has its stages. */
export const kwokStages = (folder: string): string =>
  Object.entries(STAGES)
    .map(([name, path]) => {
      const { spec, ...stage } = parse(
        readFileSync(join(folder, path, `${name}.yaml`), 'utf8'),
      ) as Stage
      const change = CHANGES[name]
      if (change === undefined) return stringify({ ...stage, spec })
      const matchExpressions = change(spec.selector.matchExpressions)
      return stringify({ ...stage, spec: { ...spec, selector: { matchExpressions } } })
    })
    .join('---\n')

/** A node that holds any number of pods and runs none. */
export const fakeNode = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-of-${name}` },
  },
  status: { allocatable: { cpu: 1000, memory: '2Ti', pods: 1000 } },
})
