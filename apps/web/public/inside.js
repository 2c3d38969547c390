import { artOf } from './art.js'
import { age, h, short } from './dom.js'

/** The steps of a page's trace as a funnel that narrows from left to right. */
export const funnelOf = ({ trace = [], origin }, shown) => {
  // Heights by logarithm, from the page's 12 % to the widest step's 100 %.
  const least = Math.max(1, shown)
  const most = Math.log(Math.max(least + 1, ...trace.map(step => step.out)) / least)
  const height = n => 12 + (n <= least ? 0 : (88 * Math.log(n / least)) / most)
  const block = (kind, from, to, name, figures, details) =>
    h(
      'li',
      { class: kind, title: details.join('\n') },
      h('span', { class: 'flow', '--in': height(from), '--out': height(to) }),
      h('b', {}, name),
      h('span', {}, figures),
      h('small', {}, details.join(', ')),
    )
  const steps = trace.map(({ step, kind, in: from, out, ms, counts, failures, rung }) => {
    const broken = rung !== undefined || failures !== undefined
    const details = [
      ...(rung ? [rung] : []),
      ...Object.entries(failures ?? {}).map(each => each.join(': ')),
      ...Object.entries(counts ?? {})
        .filter(([, n]) => n > 0)
        .map(([name, n]) => `${name} ${short(n)}`),
    ]
    const figures = [out === from ? '' : `${short(out)} · `, `${short(ms)} ms`]
    const classes = `${kind} ${broken ? 'degraded' : ''}`
    return block(classes, kind === 'retrieve' ? out : from, out, step, figures, details)
  })
  return [
    ...steps,
    block('page', trace.at(-1)?.out ?? shown, shown, 'page', short(shown), [origin]),
  ]
}

const table = (caption, ...rows) => h('table', {}, h('caption', {}, caption), h('tbody', {}, rows))
const row = (name, ...cells) =>
  h(
    'tr',
    {},
    h('th', { scope: 'row' }, name),
    cells.map(cell => h('td', {}, cell)),
  )
const bar = (from, to, kind) =>
  h('span', { class: `bar ${kind}`, '--from': `${100 * from}%`, '--to': `${100 * to}%` })

/** Each term of the value, begun where the one before ended. */
const waterfall = ({ value, score, terms }) => {
  let to = 0
  const steps = Object.entries(terms).map(([head, term]) => ({
    head,
    term,
    from: to,
    to: (to += term),
  }))
  const low = Math.min(0, ...steps.map(step => step.to))
  const high = Math.max(low + 1e-9, ...steps.map(step => step.to))
  const at = x => (x - low) / (high - low)
  const span = (a, b, kind) => bar(at(Math.min(a, b)), at(Math.max(a, b)), kind)
  return table(
    'Value: what each probability is worth',
    steps.map(({ head, term, from, to }) =>
      row(head, span(from, to, term < 0 ? 'minus' : 'plus'), (term < 0 ? '' : '+') + short(term)),
    ),
    row('value', span(0, value, 'total'), short(value)),
    score !== value && row('after integrity', span(0, score, 'total'), short(score)),
  )
}

/** How an item got its place: every rank, probability, term and move. */
export const explanationOf = (place, { itemId, sources, explanation }, item = {}) => {
  const about = [item.topics?.join(', '), item.author, age(item.createdAt)].filter(Boolean)
  const lines = [about.join(' · '), `found by ${sources.join(', ') || 'the whole pool'}`]
  const subject = h(
    'div',
    { class: 'subject' },
    artOf(itemId, item.topics?.[0]),
    h(
      'p',
      {},
      h('b', {}, itemId),
      lines.map(line => [h('br'), line]),
    ),
  )
  if (!explanation)
    return [subject, h('p', {}, 'No model ranked this card: the page is a fallback.')]
  const { retrieval, firstStage, secondStage, value, moves } = explanation
  const most = Math.max(1e-9, ...Object.values(secondStage.probabilities))
  const rank = n => (n > 1e9 ? '–' : `#${short(n)}`)
  return [
    subject,
    table(
      'Rank and score by stage',
      row('retrieval', rank(retrieval.rank), short(retrieval.score)),
      row('first stage', rank(firstStage.rank), short(firstStage.score)),
      row('second stage', rank(secondStage.rank), short(value.score)),
      row('on the page', rank(place + 1), ''),
    ),
    table(
      'What the viewer would do (bars by square root)',
      Object.entries(secondStage.probabilities).map(([head, p]) =>
        row(head, bar(0, Math.sqrt(p / most), ''), `${short(100 * p)} %`),
      ),
    ),
    waterfall(value),
    moves.length === 0
      ? h('p', {}, 'No rule moved it.')
      : table(
          'Moved by rules',
          moves.map(({ rule, from, to, why }) => row(rule, `${from} → ${to}`, why)),
        ),
  ]
}

/** Where an item that was expected left the funnel. */
export const absenceOf = ({ itemId, place, leftAt, reason, steps }) => {
  const verdict = place
    ? `${itemId} is here, at place ${place}.`
    : `${itemId} left at ${leftAt ?? 'once'}:`
  return [
    h('p', { class: place ? 'here' : 'gone' }, h('b', {}, verdict), place ? '' : ` ${reason}`),
    table(
      'Its way through the funnel',
      steps.map(({ step, rank, reason }) => row(step, rank ? `#${short(rank)}` : '–', reason)),
    ),
  ]
}

/** Settings worth turning by hand; GROUP stands for the viewer's. */
const KNOBS = [
  ...['value.like.GROUP', 'value.save.GROUP', 'value.share.GROUP', 'value.see_less.GROUP'],
  ...[
    'sources.similar.weight.GROUP',
    'sources.trending.weight.GROUP',
    'sources.fresh.weight.GROUP',
  ],
  ...['rerank.topicCap', 'rerank.mmrLambda', 'rerank.exploreEvery'],
]

/** Sliders for those; `change` gets key and value, null to take the override back. */
export const knobsOf = (settings, group, change) =>
  KNOBS.map(knob => knob.replace('GROUP', group)).map(key => {
    const { value, overridden, default: usual, min, max, whole, unit, doc } = settings[key]
    const top = Math.min(max, Math.max(4 * usual, 2 * value, whole ? 10 : 1))
    const output = h('output', {}, `${short(value)} ${unit}`)
    const range = { type: 'range', min, max: top, step: whole ? 1 : top / 100, value }
    const reset = { type: 'button', disabled: !overridden, 'aria-label': `Reset ${key}` }
    return h(
      'div',
      { class: 'knob' },
      h('label', { for: `knob-${key}`, title: doc }, key),
      output,
      h('input', {
        ...{ ...range, id: `knob-${key}` },
        oninput: ({ target }) => (output.value = `${short(Number(target.value))} ${unit}`),
        onchange: ({ target }) => change(key, Number(target.value)),
      }),
      h('button', { ...reset, onclick: () => change(key, null) }, '↺'),
    )
  })
