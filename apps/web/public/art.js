import { svg } from './dom.js'

/** 32-bit FNV-1a. */
const hash = text =>
  [...text].reduce((h, c) => Math.imul(h ^ c.codePointAt(0), 0x01000193) >>> 0, 0x811c9dc5)

/** Numbers in [0, 1) from a seed (mulberry32): the same item always gets the same picture. */
const randomOf = seed => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const times = (n, make) => Array.from({ length: n }, (_, i) => make(i))
const between = (random, low, high) => low + (high - low) * random()

/** Shapes on 100 × 100; a topic has one of these motifs, drawn by each item's own numbers. */
const MOTIFS = {
  rings: (r, ink) => {
    const at = { cx: between(r, 20, 80), cy: between(r, 20, 80), fill: 'none', 'stroke-width': 3.5 }
    return times(6, i => svg('circle', { ...at, r: 8 + i * between(r, 9, 13), stroke: ink(i) }))
  },
  dunes: (r, ink) =>
    times(5, i => {
      const [a, b, c, d] = times(4, () => 28 + i * 15 + between(r, -16, 16))
      return svg('path', { d: `M0 ${a}C30 ${b} 60 ${c} 100 ${d}V100H0Z`, fill: ink(i) })
    }),
  columns: (r, ink) =>
    times(8, i => {
      const y = between(r, 10, 80)
      return svg('rect', { x: 3 + i * 12, y, width: 9, height: 120, rx: 4.5, fill: ink(i) })
    }),
  peaks: (r, ink) =>
    times(4, i => {
      const [x, y] = [between(r, 10, 90), 18 + i * 16 + between(r, 0, 10)]
      return svg('path', { d: `M${x - 58} 104L${x} ${y}L${x + 58} 104Z`, fill: ink(i) })
    }),
  orbs: (r, ink) =>
    times(7, i =>
      svg('circle', { cx: 100 * r(), cy: 100 * r(), r: between(r, 6, 24), fill: ink(i) }),
    ),
  petals: (r, ink) => {
    const [x, y, turn] = [between(r, 30, 70), between(r, 30, 70), 360 * r()]
    const at = { cx: x, cy: y - 24, rx: 9, ry: 24 }
    return times(9, i =>
      svg('ellipse', { ...at, fill: ink(i), transform: `rotate(${turn + i * 40} ${x} ${y})` }),
    )
  },
}

/** A colour for a word. */
export const tint = word => `hsl(${hash(word) % 360} 80% 58%)`

let pictures = 0

/** A picture for an item that has none: colours and motif of its topic, arrangement of its id. */
export const artOf = (id, topic = id) => {
  const [random, ofTopic] = [randomOf(hash(id)), randomOf(hash(topic))]
  const hue = 360 * ofTopic()
  const other = hue + between(ofTopic, 35, 125)
  const motif = Object.values(MOTIFS)[Math.floor(6 * ofTopic())]
  const ink = i =>
    `hsl(${(i % 2 ? hue : other) + 12 * random()} 78% ${48 + 8 * (i % 4)}% / ${i % 3 ? 0.8 : 1})`
  const stop = (offset, colour) => svg('stop', { offset, 'stop-color': colour })
  const name = `art-${pictures++}`
  const turn = `rotate(${Math.round(90 * random())} .5 .5)`
  const ground = [stop(0, `hsl(${hue} 62% 34%)`), stop(1, `hsl(${other} 68% 20%)`)]
  const frame = { viewBox: '0 0 100 100', preserveAspectRatio: 'xMidYMid slice' }
  return svg(
    'svg',
    { ...frame, class: 'art', 'aria-hidden': 'true' },
    svg('linearGradient', { id: name, gradientTransform: turn }, ground),
    svg('rect', { width: 100, height: 100, fill: `url(#${name})` }),
    motif(random, ink),
  )
}
