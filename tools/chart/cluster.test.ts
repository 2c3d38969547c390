import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ownCluster } from './own-cluster.ts'

const cluster = ownCluster()
const rendered = (size: string) => cluster.helm('template', 'shop', ...cluster.preset(size))

it.each(['small', 'medium', 'large'])(
  'the API server takes every document of the %s preset',
  async size => {
    const text = await rendered(size)
    const documents = parseAllDocuments(text).filter(document => document.toJS() !== null)
    const said = await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], text)
    expect(documents.length).toBeGreaterThan(40)
    expect(said.match(/ (created|configured) \(server dry run\)/g)).toHaveLength(documents.length)
  },
)

it('and would not take a field that is none, a selector that selects nothing of its own, a pod with a right', async () => {
  const text = await rendered('small')
  const wrong = [
    text.replace('revisionHistoryLimit', 'revisionHistoryLimits'),
    text.replace(
      /(kind: Deployment[^]*?matchLabels:\s+app.kubernetes.io\/name: )explore/,
      '$1other',
    ),
    text.replaceAll('allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true'),
  ]
  for (const each of wrong) {
    expect(each).not.toBe(text)
    const applied = cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], each)
    await expect(applied).rejects.toMatchObject({ code: 1 })
  }
})
