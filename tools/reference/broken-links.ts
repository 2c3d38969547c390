import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SKIPPED = ['**/node_modules', '.git', '.nx', '.explore']
const CODE = /^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[^\n]*$|(`+)(?!`)[^\n]*?[^`]\2(?!`)/gm
const LINK = /\]\(<?(?<to>[^)>\s]+)>?(?:\s+"[^"]*")?\)|\b(?:href|src)="(?<attribute>[^"]+)"/g
const HEADING = /^#{1,6}\s+(?<text>.+?)\s*#*$/gm

/** Links in the tree's Markdown that lead to no file, or to no heading of it: `file: target`. */
export const brokenLinks = (root: string): readonly string[] =>
  globSync('**/*.md', { cwd: root, exclude: SKIPPED })
    .sort()
    .flatMap(file => {
      const text = readFileSync(join(root, file), 'utf8')
      return linksOf(text)
        .filter(link => !leads(root, file, link))
        .map(link => `${file}: ${link}`)
    })

/** Where a text links to within the tree; what merely looks like a link in code is none. */
const linksOf = (text: string): readonly string[] =>
  [...text.replace(CODE, '').matchAll(LINK)]
    .map(({ groups }) => groups!.to ?? groups!.attribute!)
    .filter(link => !/^[a-z][a-z+.-]*:/i.test(link))

const leads = (root: string, file: string, link: string): boolean => {
  const [path, anchor] = link.split('#', 2).map(decodeURIComponent)
  const target = path
    ? join(root, path.startsWith('/') ? '' : dirname(file), path)
    : join(root, file)
  const stat = statSync(target, { throwIfNoEntry: false })
  if (stat === undefined) return false
  if (!anchor || !target.endsWith('.md')) return true
  return anchorsOf(readFileSync(target, 'utf8')).has(anchor)
}

/** The anchors that GitHub gives to headings; the second of the same name ends in -1. */
const anchorsOf = (text: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const { groups } of text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(HEADING)) {
    const slug = groups!
      .text!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}
