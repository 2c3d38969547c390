import { artOf, tint } from './art.js'
import { age, h, svg } from './dom.js'

/** What a viewer can do to a card: the event, its opposite where there is one, and its words. */
export const ACTIONS = [
  { type: 'like', undo: 'unlike', label: 'Like' },
  { type: 'save', undo: 'unsave', label: 'Save' },
  { type: 'share', label: 'Share' },
  { type: 'see_less', label: 'See less like this' },
  { type: 'hide_author', label: 'Hide the author' },
]

/** How a card stands against the page it is compared with: places gained, or `new`. */
const badgeOf = change => {
  if (!change) return null
  if (change === 'new') return h('span', { class: 'badge new' }, 'new')
  const [kind, arrow] = change > 0 ? ['up', '▲'] : ['down', '▼']
  const label = `moved ${kind} ${Math.abs(change)}`
  return h('span', { class: `badge ${kind}`, 'aria-label': label }, arrow, Math.abs(change))
}

const icon = name =>
  svg('svg', { 'aria-hidden': 'true' }, svg('use', { href: `icons.svg#${name}` }))

/** One card; `on` is told of `open`, `why` and every action. */
export const cardOf = ({ place, entry, item = {}, change, pressed, on }) => {
  const { itemId, sources } = entry
  const [topic = 'untagged'] = item.topics ?? []
  const name = `${topic}, item ${itemId}`
  const button = (type, label, attributes, ...children) =>
    h(
      'button',
      { type: 'button', 'aria-label': `${label}: ${name}`, onclick: () => on(type), ...attributes },
      children,
    )
  const kind = change === 'new' ? 'is-new' : change > 0 ? 'is-up' : ''
  return h(
    'li',
    { class: `card ${kind}`, 'data-item': itemId },
    button(
      ...['open', 'Open', { class: 'open' }, artOf(itemId, topic)],
      h('span', { class: 'place' }, place + 1),
      badgeOf(change),
      h('strong', {}, topic),
    ),
    h('p', {}, `${item.author ?? ''} · ${itemId}`, h('span', {}, age(item.createdAt))),
    h(
      'p',
      { class: 'chips' },
      sources.map(source => h('span', { class: 'source', '--dot': tint(source) }, source)),
    ),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': name },
      ACTIONS.map(({ type, undo, label }) => {
        const on = undo !== undefined && pressed(type)
        const state = { title: label, 'data-action': type, 'aria-pressed': undo && String(on) }
        return button(on ? undo : type, label, state, icon(type))
      }),
      button('why', 'Why', { class: 'why' }, 'why'),
    ),
  )
}

/** Lets cards that stay glide from where they were; `draw` replaces them. */
export const glide = (grid, draw) => {
  const places = () =>
    [...grid.children].map(card => [card.dataset.item, card.getBoundingClientRect()])
  const before = new Map(places())
  draw()
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  for (const [i, [item, to]] of places().entries()) {
    const from = before.get(item)
    const start = from
      ? { transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }
      : { opacity: 0, transform: 'scale(.95)' }
    grid.children[i].animate([start, {}], { duration: 380, easing: 'cubic-bezier(.2, .8, .2, 1)' })
  }
}
