// Brings the table to life: sorting, filters, opening a bug, permalinks, the keyboard.
// All text comes from logs that anyone may have written, so it only ever becomes text nodes: no innerHTML, no URLs.
(() => {
  'use strict';

  const index = JSON.parse(document.getElementById('index').textContent);
  const clusters = index.clusters;
  const table = document.getElementById('clusters');
  const body = table.tBodies[0];
  const byName = new Map();
  const opened = new Map(); // name → its detail row
  let ordered = clusters; // as the rows stand
  let limit = 500; // rows shown; a browser takes its time over thousands

  // ── Building blocks ─────────────────────────────────────────────────────────────────────────────────────────────
  const build = (make) => (tag, attributes, ...children) => {
    const node = make(tag);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false && child !== ''));
    return node;
  };
  const html = build((tag) => document.createElement(tag));
  const svg = build((tag) => document.createElementNS('http://www.w3.org/2000/svg', tag));

  const number = (value) => value.toLocaleString('en');
  const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
  const moment = (text) => (text ?? '').replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');

  // ── Sorting ─────────────────────────────────────────────────────────────────────────────────────────────────────
  const text = (key) => (a, b) => key(a).localeCompare(key(b), 'en', { numeric: true });
  const statusOrder = ['returned', 'new', 'grown', 'known', '', 'fixed', 'duplicate', 'ignored'];
  const orders = {
    rank: { label: 'rank', compare: (a, b) => a.rank - b.rank },
    title: { label: 'title', compare: text((c) => c.title) },
    severity: { label: 'severity', compare: (a, b) => (a.severity ?? 0) - (b.severity ?? 0), falling: true },
    count: { label: 'crashes', compare: (a, b) => a.count - b.count, falling: true },
    last: { label: 'last seen', compare: text((c) => c.last_seen ?? ''), falling: true },
    kernel: { label: 'kernel', compare: text((c) => c.kernels[0] ?? '') },
    status: { label: 'status', compare: (a, b) => statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) },
  };
  const sorted = { key: 'rank', falling: false };

  function sortBy(key, falling) {
    const sign = falling ? -1 : 1;
    ordered = [...clusters].sort((a, b) => sign * orders[key].compare(a, b) || a.rank - b.rank);
    body.replaceChildren(...ordered.flatMap((c) => (opened.has(c.name) ? [c.row, opened.get(c.name)] : [c.row])));
    noteOrder(key, falling);
    applyFilters();
  }

  /** Shows by what the rows are sorted. */
  function noteOrder(key, falling) {
    sorted.key = key;
    sorted.falling = falling;
    for (const head of table.tHead.querySelectorAll('th[data-sort]')) {
      if (head.dataset.sort === key) head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    document.getElementById('sort-by').value = key;
  }

  function prepareSorting() {
    const choice = document.getElementById('sort-by');
    for (const [key, { label }] of Object.entries(orders)) choice.append(html('option', { value: key }, label));
    choice.addEventListener('change', () => sortBy(choice.value, Boolean(orders[choice.value].falling)));
    for (const head of table.tHead.querySelectorAll('th[data-sort]')) {
      const key = head.dataset.sort;
      const button = html('button', { type: 'button' }, head.textContent);
      button.addEventListener('click', () => {
        sortBy(key, sorted.key === key ? !sorted.falling : Boolean(orders[key].falling));
      });
      head.replaceChildren(button);
    }
  }

  // ── Filters ─────────────────────────────────────────────────────────────────────────────────────────────────────
  const filters = document.getElementById('filters');
  const search = document.getElementById('filter-text');
  const choices = {
    kind: { select: document.getElementById('filter-kind'), of: (c) => [c.kind || 'other'] },
    kernel: { select: document.getElementById('filter-kernel'), of: (c) => c.kernels },
    arch: { select: document.getElementById('filter-arch'), of: (c) => c.arches },
    status: { select: document.getElementById('filter-status'), of: (c) => (c.status ? [c.status] : []) },
  };

  const searchable = (c) =>
    [c.name, c.title, c.alt_titles, c.type, c.guilty, c.file, c.functions, c.family, c.kernels]
      .flat().filter(Boolean).join('\n').toLowerCase();

  function fits(cluster, words) {
    for (const { select, of } of Object.values(choices)) {
      if (select.value !== '' && !of(cluster).includes(select.value)) return false;
    }
    return words.every((word) => cluster.searchable.includes(word));
  }

  function applyFilters() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = [];
    for (const cluster of ordered) {
      const fit = fits(cluster, words);
      if (fit) shown.push(cluster);
      cluster.row.hidden = !fit || (shown.length > limit && !opened.has(cluster.name));
      if (opened.has(cluster.name)) opened.get(cluster.name).hidden = !fit;
    }
    document.getElementById('nothing').hidden = shown.length > 0;
    const more = document.getElementById('more');
    more.hidden = shown.length <= limit;
    more.textContent = `Show all ${number(shown.length)}`;
    document.getElementById('shown').textContent =
      shown.length === clusters.length ? plural(shown.length, 'bug', 'bugs') : `${number(shown.length)} of ${number(clusters.length)} bugs`;
    for (const button of document.querySelectorAll('.kinds button')) {
      button.setAttribute('aria-pressed', String(button.dataset.kind === choices.kind.select.value));
    }
    drawShare(shown.length === clusters.length ? [] : shown);
  }

  function resetFilters() {
    filters.reset();
    noteOrder(sorted.key, sorted.falling); // the form's reset also resets its choice of order
    applyFilters();
  }

  function prepareFilters() {
    for (const { select, of } of Object.values(choices)) {
      const counts = new Map();
      for (const value of clusters.flatMap(of)) counts.set(value, (counts.get(value) ?? 0) + 1);
      const names = [...counts.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
      for (const name of names) select.append(html('option', { value: name }, `${name} (${number(counts.get(name))})`));
      select.parentElement.hidden = names.length === 0;
      select.addEventListener('change', applyFilters);
    }
    search.addEventListener('input', applyFilters);
    filters.addEventListener('submit', (event) => event.preventDefault());
    document.getElementById('filter-reset').addEventListener('click', (event) => {
      event.preventDefault();
      resetFilters();
    });
    for (const item of document.querySelectorAll('.kinds li')) {
      const button = html('button', { type: 'button', 'data-kind': item.dataset.kind, 'aria-pressed': 'false' }, [...item.childNodes]);
      button.addEventListener('click', () => {
        const { select } = choices.kind;
        select.value = select.value === item.dataset.kind ? '' : item.dataset.kind;
        applyFilters();
      });
      item.append(button);
    }
    document.getElementById('more').addEventListener('click', () => {
      limit = Infinity;
      applyFilters();
    });
    filters.hidden = false;
  }

  // ── Timeline ────────────────────────────────────────────────────────────────────────────────────────────────────
  const timeline = document.getElementById('timeline');

  function binsOf(some) {
    const bins = new Map();
    for (const [bin, count] of some.flatMap((cluster) => cluster.bins ?? [])) bins.set(bin, (bins.get(bin) ?? 0) + count);
    return bins;
  }

  const bars = (bins, highest, kind) =>
    [...bins].map(([bin, count]) => {
      const height = Math.max(2, (count / highest) * 100);
      return svg('rect', { class: kind, x: bin + 0.08, y: 100 - height, width: 0.84, height });
    });

  /** Lays the crashes of the bugs that are shown over the bars of all. */
  function drawShare(some) {
    if (!timeline) return;
    for (const bar of timeline.querySelectorAll('.some')) bar.remove();
    timeline.classList.toggle('shared', some.length > 0);
    timeline.append(...bars(binsOf(some), index.timeline.highest, 'some'));
  }

  // ── What an open bug shows ──────────────────────────────────────────────────────────────────────────────────────
  function frameRow(frame, guilty) {
    const classes = [frame.inline && 'inlined', frame.reliable === false && 'unreliable', guilty && 'guilty'];
    const offset = frame.offset === undefined ? '' : `+0x${frame.offset.toString(16)}${frame.size ? `/0x${frame.size.toString(16)}` : ''}`;
    return html('li', { class: classes.filter(Boolean).join(' ') },
      html('span', {}, html('span', { class: 'function' }, frame.function ?? frame.address ?? '?'), html('span', { class: 'offset' }, offset)),
      frame.module && html('span', { class: 'module' }, `[${frame.module}]`),
      frame.inline && html('span', { class: 'chip' }, 'inlined'),
      frame.reliable === false && html('span', { class: 'chip' }, 'not reliable'),
      guilty && html('span', { class: 'chip verdict' }, 'look here first'),
      frame.file && html('span', { class: 'where' }, frame.line ? `${frame.file}:${frame.line}` : frame.file));
  }

  const plainName = (name) => (name ?? '').replace(/(?:\.(?:isra|constprop|part|cold|llvm)(?:\.\d+)*)+$/, '');

  function stackBlock(stack, guilty, isOpen) {
    // The first sound frame of the guilty function, else the first at all.
    const candidates = stack.role === 'crash' && guilty ? stack.frames.filter((frame) => plainName(frame.function) === plainName(guilty.function)) : [];
    const marked = candidates.find((frame) => frame.reliable !== false) ?? candidates[0];
    const list = html('ol', { class: 'frames' }, stack.frames.map((frame) => frameRow(frame, frame === marked)));
    if (marked?.reliable === false) list.classList.add('everything');
    const doubtful = stack.frames.filter((frame) => frame.reliable === false).length;
    const block = html('details', { open: isOpen },
      html('summary', {}, `${stack.role} stack `, html('span', { class: 'count' }, plural(stack.frames.length - doubtful, 'frame', 'frames'))), list);
    if (stack.left_out) block.append(html('p', { class: 'quiet' }, `${plural(stack.left_out, 'frame is', 'frames are')} left out.`));
    if (doubtful > 0 && doubtful < stack.frames.length) {
      const toggle = html('button', { type: 'button', class: 'tool', 'aria-pressed': String(list.classList.contains('everything')) },
        `with ${plural(doubtful, 'unreliable frame', 'unreliable frames')}`);
      toggle.addEventListener('click', () => toggle.setAttribute('aria-pressed', String(list.classList.toggle('everything'))));
      block.append(toggle);
    } else if (doubtful > 0) {
      list.classList.add('everything');
    }
    return block;
  }

  function codeBlock(lines) {
    return [html('h3', {}, 'Code around the trap'),
      html('ol', { class: 'code', tabindex: '0', 'aria-label': 'Disassembly' }, lines.map((line) => {
        const trap = line.startsWith('*');
        return html('li', { class: trap ? 'trap' : undefined }, line.replace(/^\*/, ' '));
      }))];
  }

  function evidence(data) {
    const crash = data.representative?.crash ?? {};
    const stacks = (crash.stacks ?? []).filter((stack) => stack.frames.length > 0);
    const first = Math.max(0, stacks.findIndex((stack) => stack.role === 'crash'));
    return html('div', { class: 'evidence' },
      stacks.length > 0 && html('h3', {}, 'Stacks'),
      stacks.map((stack, i) => stackBlock(stack, data.guilty, i === first)),
      crash.code?.disassembly ? codeBlock(crash.code.disassembly) : '',
      crash.report && html('details', {}, html('summary', {}, 'Report as printed'), html('pre', { tabindex: '0' }, crash.report)),
      data.left_out && html('p', { class: 'quiet' }, data.left_out));
  }

  const fact = (name, value) => (value === undefined || value === '' ? [] : [html('dt', {}, name), html('dd', {}, value)]);

  function lead({ guilty }) {
    if (!guilty?.function) return '';
    const place = guilty.file ? ` at ${guilty.file}${guilty.line ? `:${guilty.line}` : ''}` : '';
    return html('p', { class: 'lead' }, 'Look first at ', html('strong', {}, guilty.function), guilty.module ? ` [${guilty.module}]` : '',
      place, guilty.why ? `: ${guilty.why}.` : '.');
  }

  function facts(data) {
    const { signature, representative } = data;
    return [
      html('h3', {}, 'Facts'),
      html('dl', { class: 'facts' },
        fact('Name', html('a', { href: `#${encodeURIComponent(data.name)}`, class: 'mono' }, data.name)),
        fact('Family', signature?.family && html('code', {}, signature.family)),
        fact('Type', data.type),
        fact('Crashes', data.logs === undefined ? number(data.count) : `${number(data.count)} in ${plural(data.logs, 'log', 'logs')}`),
        fact('First seen', moment(data.first_seen)), fact('Last seen', moment(data.last_seen)),
        fact('Kernels', (data.kernels ?? []).join(', ')), fact('Architectures', (data.arches ?? []).join(', ')),
        fact('Source file', data.guilty_file),
        fact('Shown crash', representative && html('code', {}, `${representative.file}, byte ${number(representative.start_byte ?? 0)}`)),
        fact('Duplicate of', data.mark?.of && html('a', { href: `#${encodeURIComponent(data.mark.of)}` }, data.mark.of))),
    ];
  }

  function spark(cluster) {
    if (!timeline || !cluster.bins?.length) return [];
    const highest = Math.max(...cluster.bins.map(([, count]) => count));
    return [html('h3', {}, 'When'), svg('svg', { class: 'spark', viewBox: `0 0 ${index.timeline.bins} 100`, preserveAspectRatio: 'none', role: 'img', 'aria-label': 'When it crashed' },
      bars(new Map(cluster.bins), highest, undefined))];
  }

  const list = (heading, items) =>
    items.length > 0 ? [html('h3', {}, heading), html('ul', { class: 'plain' }, items.map((item) => html('li', {}, item)))] : '';

  const nearMiss = (near) => [
    byName.has(near.name) ? html('a', { href: `#${encodeURIComponent(near.name)}` }, near.title ?? near.name) : (near.title ?? near.name ?? near.signature),
    html('span', { class: 'score' }, near.score === undefined ? '' : ` ${Math.round(near.score * 100)}% alike`),
    near.why ? html('div', { class: 'under' }, near.why) : '',
  ];

  function members(data) {
    const rows = (data.members ?? []).map((member) => html('tr', {},
      html('td', {}, member.file), html('td', { class: 'number' }, number(member.start_byte ?? 0)),
      html('td', {}, member.title === data.title ? '' : member.title), html('td', {}, [member.kernel, member.arch].filter(Boolean).join(' ')),
      html('td', {}, moment(member.seen))));
    if (rows.length === 0) return '';
    const head = html('tr', {}, ['Log', 'Byte', 'Other title', 'Kernel', 'Seen'].map((name, i) => html('th', { scope: 'col', class: i === 1 ? 'number' : undefined }, name)));
    return html('details', { class: 'logs', open: rows.length <= 8 },
      html('summary', {}, 'Logs ', html('span', { class: 'count' }, number(rows.length + (data.members_left_out ?? 0)))),
      html('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Logs' }, html('table', { class: 'members' }, html('thead', {}, head), html('tbody', {}, rows))),
      data.members_left_out && html('p', { class: 'quiet' }, `${plural(data.members_left_out, 'more crash is', 'more crashes are')} left out; ktriage triage --json lists all.`));
  }

  function detailOf(cluster) {
    const data = JSON.parse(document.getElementById(`data-${cluster.name}`).textContent);
    const side = html('div', { class: 'side' }, facts(data), ...spark(cluster),
      list('Why these crashes are one bug', data.merged_because ?? []),
      list('Also titled', data.alt_titles ?? []),
      list('Near misses', (data.near ?? []).map(nearMiss)));
    const cell = html('td', { colspan: '7' }, lead(data), html('div', { class: 'columns' }, evidence(data), side), members(data));
    return html('tr', { class: 'detail', id: `detail-${cluster.name}` }, cell);
  }

  // ── Opening and closing ─────────────────────────────────────────────────────────────────────────────────────────
  function open(cluster) {
    if (opened.has(cluster.name)) return;
    const detail = detailOf(cluster);
    opened.set(cluster.name, detail);
    cluster.row.after(detail);
    cluster.row.classList.add('open');
    cluster.button.setAttribute('aria-expanded', 'true');
    cluster.button.setAttribute('aria-controls', detail.id);
  }

  function close(cluster) {
    opened.get(cluster.name)?.remove();
    opened.delete(cluster.name);
    cluster.row.classList.remove('open');
    cluster.button.setAttribute('aria-expanded', 'false');
    cluster.button.removeAttribute('aria-controls');
  }

  function toggle(cluster) {
    if (opened.has(cluster.name)) {
      close(cluster);
    } else {
      open(cluster);
      history.replaceState(null, '', `#${encodeURIComponent(cluster.name)}`);
    }
  }

  function followLink() {
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch {
      // A link that is no name of ours leads nowhere.
    }
    const cluster = byName.get(name);
    if (!cluster) return;
    open(cluster);
    if (cluster.row.hidden) resetFilters();
    cluster.button.focus({ preventScroll: true });
    cluster.row.scrollIntoView({ block: 'start' });
  }

  function prepareRows() {
    clusters.forEach((cluster, i) => {
      cluster.rank = i + 1;
      cluster.row = body.rows[i];
      cluster.searchable = searchable(cluster);
      byName.set(cluster.name, cluster);
      const title = cluster.row.querySelector('.title');
      cluster.button = html('button', { type: 'button', tabindex: '0', 'aria-expanded': 'false' }, title.textContent);
      title.replaceChildren(cluster.button);
    });
    body.addEventListener('click', (event) => {
      const row = event.target.closest('tr.row');
      const isSelecting = String(getSelection()) !== '' && !event.target.closest('button');
      if (!row || isSelecting || event.target.closest('a')) return;
      toggle(byName.get(row.id));
    });
  }

  // ── Keyboard ────────────────────────────────────────────────────────────────────────────────────────────────────
  function move(row, step) {
    let next = row;
    do next = step > 0 ? next.nextElementSibling : next.previousElementSibling;
    while (next && (next.hidden || !next.classList.contains('row')));
    next?.querySelector('.title button').focus();
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = event.target.closest?.('input, select');
    if (event.key === '/' && !typing) {
      event.preventDefault();
      search.focus();
      return;
    }
    const row = event.target.closest?.('#clusters > tbody > tr');
    if (!row) return;
    const owner = row.classList.contains('detail') ? row.previousElementSibling : row;
    if (event.key === 'Escape' && opened.has(owner.id)) {
      close(byName.get(owner.id));
      byName.get(owner.id).button.focus();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && event.target.closest('.title')) {
      event.preventDefault();
      move(owner, event.key === 'ArrowDown' ? 1 : -1);
    }
  }

  prepareRows();
  prepareSorting();
  prepareFilters();
  noteOrder('rank', false);
  applyFilters();
  document.addEventListener('keydown', onKey);
  addEventListener('hashchange', followLink);
  followLink();
})();
