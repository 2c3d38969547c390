import { call, carry, describe, eventOf, flushSeen, getPage, ifAllowed, sawIt } from './api.js'
import { artOf } from './art.js'
import { ACTIONS, cardOf, glide } from './cards.js'
import { $, h, short } from './dom.js'
import { absenceOf, explanationOf, funnelOf, knobsOf } from './inside.js'

/** What is on the screen: whose page, its cards with the request they came by, what was pressed. */
const state = { user: '', group: '', cards: [], changes: new Map(), pressed: new Set(), facts: {} }

// One thing at a time, in order; what goes wrong is shown, and can be tried again.

let last = Promise.resolve()
const run = task => {
  last = last.then(async () => {
    $('grid').setAttribute('aria-busy', 'true')
    $('alert').replaceChildren()
    await task().catch(problem => showProblem(problem, task))
    $('grid').setAttribute('aria-busy', 'false')
  })
}

const showProblem = (problem, task) => {
  const { code = 'BROKEN', message, hint, requestId } = problem
  const words = [message, hint, requestId && `request ${requestId}`].filter(Boolean)
  const button = (text, onclick) => h('button', { type: 'button', onclick }, text)
  $('alert').replaceChildren(
    ...[h('b', {}, code), h('span', {}, words.join(' · '))],
    ...(code === 'UNAUTHENTICATED' && task ? [keyForm(task)] : []),
    ...(task ? [button('Try again', () => run(task))] : []),
    button('Dismiss', () => $('alert').replaceChildren()),
  )
}

/** Asks for what the server wants to know its callers by, then does `task` once more. */
const keyForm = task => {
  const input = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true })
  const onsubmit = event => {
    event.preventDefault()
    carry(input.value.trim())
    run(task)
  }
  return h(
    'form',
    { onsubmit },
    h('label', { for: 'key' }, 'Key or token'),
    input,
    h('button', {}, 'Use'),
  )
}

// The page.

/** Calls a card's `seen` once it was in view for a moment. */
const inView = new IntersectionObserver(
  entries => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(target.timer)
      if (isIntersecting) target.timer = setTimeout(target.seen, 700)
    }
  },
  { threshold: 0.6 },
)

const pressKey = (type, itemId) => `${state.user} ${type} ${itemId}`

const draw = async () => {
  const items = await describe(state.cards.map(({ entry }) => entry.itemId))
  const focused = $('grid').contains(document.activeElement)
  inView.disconnect()
  const cards = state.cards.map((shown, place) => {
    const { entry, requestId } = shown
    const { itemId } = entry
    const card = cardOf({
      ...{ place, entry, item: items.get(itemId), change: state.changes.get(itemId) },
      pressed: type => state.pressed.has(pressKey(type, itemId)),
      on: type => act(type, place, shown),
    })
    card.seen = () => {
      if (shown.seen || !$('remember').checked) return
      shown.seen = true
      sawIt(eventOf('impression', state.user, { itemId, requestId, position: place }))
    }
    inView.observe(card)
    return card
  })
  glide($('grid'), () => $('grid').replaceChildren(...cards))
  if (focused) $('grid').focus({ preventScroll: true })
  $('empty').hidden = cards.length > 0
}

const follow = ({ nextCursor }) => {
  $('more').hidden = nextCursor === null
  $('more').dataset.cursor = nextCursor ?? ''
}

const cardsOf = ({ items, requestId }) => items.map(entry => ({ entry, requestId }))

/** Shows a first page, marked against `before`: the page as it would have been. */
const show = async (page, before) => {
  const old = new Map(before?.items.map(({ itemId }, place) => [itemId, place]))
  const changeOf = ({ itemId, sources }, place) => {
    if (old.has(itemId)) return old.get(itemId) - place
    // Exploration draws anew for every page: that is no effect of anything.
    return String(sources) === 'explore-cold' ? 0 : 'new'
  }
  const changes = before ? page.items : []
  state.changes = new Map(changes.map((entry, place) => [entry.itemId, changeOf(entry, place)]))
  state.cards = cardsOf(page)
  state.group = page.group
  await draw()
  follow(page)
  $('funnel').replaceChildren(...funnelOf(page, page.items.length))
  const known = new Set(Object.values(state.facts[page.userId] ?? {}))
  const facts = [
    `${page.group} viewer`,
    ...known,
    `ranked ${page.origin}`,
    page.bundle ?? 'no models',
  ]
  $('facts').replaceChildren(
    ...facts.map(fact => h('span', {}, fact)),
    ...page.degraded.map(rung => h('span', { class: 'degraded' }, rung)),
  )
}

const load = async user => {
  await flushSeen()
  const page = await getPage(user, { explain: true })
  state.user = user
  document.title = `${user} · Explore`
  $('news').replaceChildren()
  await show(page)
  await drawKnobs()
}

const loadMore = async () => {
  await flushSeen()
  const page = await getPage(state.user, { cursor: $('more').dataset.cursor, explain: true })
  const first = state.cards.length
  state.cards.push(...cardsOf(page))
  await draw()
  follow(page)
  $('grid').children[first]?.querySelector('button').focus()
}

// What changes it.

/**
 * Asks for the page, does `change`, and asks again: both answers know of the same impressions, so what
 * differs between them is the change's effect.
 */
const compare = async (change, words, topic) => {
  await flushSeen()
  const before = await getPage(state.user)
  await change()
  const start = performance.now()
  const after = await getPage(state.user, { explain: true })
  const ms = Math.round(performance.now() - start)
  await show(after, before)
  const changes = [...state.changes.values()]
  const badge = (kind, sign, test) =>
    h('span', { class: `badge ${kind}` }, `${sign} ${changes.filter(test).length}`)
  $('news').replaceChildren(
    ...words,
    h('span', {}, 'The next request, answered in ', h('b', {}, `${ms} ms`), ', brings'),
    ...(changes.some(change => change !== 0)
      ? [
          badge('new', 'new', change => change === 'new'),
          badge('up', '▲', change => change > 0),
          badge('down', '▼', change => change < 0),
        ]
      : [h('span', {}, 'the same page.')]),
    ...(topic ? [await topicNews(topic, before, after)] : []),
  )
  scrollTo({ top: 0 })
}

const topicNews = async (topic, ...pages) => {
  const ids = pages.map(page => page.items.map(({ itemId }) => itemId))
  const items = await describe(ids.flat())
  const [was, is] = ids.map(of => of.filter(id => items.get(id)?.topics?.includes(topic)).length)
  return h('span', {}, `${topic}: `, h('b', {}, `${was} → ${is}`), ` of ${ids[1].length}`)
}

const act = (type, place, { entry, requestId }) => {
  const { itemId } = entry
  const about = { itemId, requestId, position: place }
  if (type === 'why' || type === 'open') {
    run(() => explain(place, entry))
    if (type === 'open') run(() => call('POST', '/v1/events', eventOf('click', state.user, about)))
    return
  }
  const event = eventOf(type, state.user, about)
  run(async () => {
    const topic = (await describe([itemId])).get(itemId)?.topics?.[0]
    const words = [artOf(itemId, topic), h('b', {}, `${type.replace('_', ' ')} ${itemId}.`)]
    const send = async () => {
      await call('POST', '/v1/events', event)
      const undone = ACTIONS.find(({ undo }) => undo === type)
      if (undone) state.pressed.delete(pressKey(undone.type, itemId))
      else state.pressed.add(pressKey(type, itemId))
    }
    await compare(send, words, topic)
  })
}

// What is inside it.

const PANELS = ['explain', 'absent', 'tune']
const buttonOf = name => document.querySelector(`[data-panel=${name}]`)

const openPanel = name => {
  $('panel').hidden = name === undefined
  for (const each of PANELS) {
    $(each).hidden = each !== name
    buttonOf(each).setAttribute('aria-expanded', String(each === name))
  }
}

const explain = async (place, entry) => {
  const items = await describe([entry.itemId])
  $('explanation').replaceChildren(...explanationOf(place, entry, items.get(entry.itemId)))
  openPanel('explain')
}

const ask = async itemId => {
  await flushSeen()
  const { absent } = await getPage(state.user, { explainItem: itemId })
  $('absence').replaceChildren(...absenceOf(absent))
}

const drawKnobs = async () => {
  const { settings } = await ifAllowed(call('GET', '/v1/settings'), { settings: undefined })
  if (settings === undefined) {
    $('knobs').replaceChildren(h('p', {}, 'This key may not read the settings.'))
    return
  }
  const turn = async (key, value) => {
    const words = [h('b', {}, value === null ? `${key} reset.` : `${key} = ${short(value)}.`)]
    try {
      await compare(() => call('PATCH', '/v1/settings', { [key]: value }), words)
    } finally {
      await drawKnobs()
      $(`knob-${key}`).focus()
    }
  }
  const change = (key, value) => run(() => turn(key, value))
  $('knobs').replaceChildren(...knobsOf(settings, state.group, change))
}

// What the visitor sets in motion.

const start = async () => {
  const { users } = await ifAllowed(call('GET', '/v1/users?limit=200'), { users: [] })
  state.facts = Object.fromEntries(users.map(({ id, attributes }) => [id, attributes]))
  $('users').replaceChildren(...users.map(({ id }) => h('option', { value: id })))
  $('user').value = decodeURIComponent(location.hash.slice(1)) || users[0]?.id || 'newcomer'
  await load($('user').value)
}

const onSubmit = (form, input, then) =>
  $(form).addEventListener('submit', event => {
    event.preventDefault()
    then($(input).value.trim())
  })

onSubmit('who', 'user', user => {
  const hash = `#${encodeURIComponent(user)}`
  if (location.hash === hash) run(start)
  else location.hash = hash
})
onSubmit('ask', 'missing', itemId => run(() => ask(itemId)))
addEventListener('hashchange', () => run(start))
// The hash names the viewer, so the link must not set it.
document.querySelector('.skip').addEventListener('click', event => {
  event.preventDefault()
  $('grid').focus()
})
addEventListener('keydown', ({ key }) => key === 'Escape' && openPanel())
addEventListener('pagehide', () => flushSeen({ keepalive: true }).catch(() => {}))
$('user').addEventListener('focus', ({ target }) => target.select())
$('more').addEventListener('click', () => run(loadMore))
$('close').addEventListener('click', () => openPanel())
for (const name of PANELS) {
  const isOpen = () => buttonOf(name).getAttribute('aria-expanded') === 'true'
  buttonOf(name).addEventListener('click', () => openPanel(isOpen() ? undefined : name))
}
setInterval(() => $('alert').childElementCount === 0 && flushSeen().catch(showProblem), 3000)

openPanel()
run(start)
