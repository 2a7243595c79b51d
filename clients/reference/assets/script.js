// The search box, and the lines of the map that belong to the box one points at.

const box = document.getElementById('search');
const found = document.getElementById('found');
const said = document.getElementById('said');
const MOST = 30;
let entries;

async function load() {
  entries ??= fetch('/reference/index.json').then((answer) => answer.json());
  return entries;
}

/** Names that are or begin with what is asked come first, then names that contain it, then descriptions. */
function rank([coordinate, , about], words) {
  const name = coordinate.toLowerCase();
  const text = `${name} ${about.toLowerCase()}`;
  if (!words.every((word) => text.includes(word))) return 0;
  const [first] = words;
  const last = name.slice(name.indexOf('.') + 1);
  const isRoot = /^(Query|Mutation|Subscription)\./.test(coordinate) ? 0.5 : 0;
  if (name === first || last === first) return 4 + isRoot;
  if (name.startsWith(first) || last.startsWith(first)) return 3 + isRoot;
  return (name.includes(first) ? 2 : 1) + isRoot;
}

async function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return show([]);
  const ranked = (await load()).map((entry) => [rank(entry, words), entry]).filter(([score]) => score > 0);
  ranked.sort(([a, x], [b, y]) => b - a || x[0].length - y[0].length);
  show(ranked.map(([, entry]) => entry));
}

function show(entries) {
  found.replaceChildren(...entries.slice(0, MOST).map(item));
  found.hidden = entries.length === 0;
  said.textContent = !box.value ? '' : entries.length === 0 ? 'Nothing found.' : `${entries.length} found.`;
}

function item([coordinate, page, about]) {
  const link = document.createElement('a');
  link.href = `/reference/${page}#${coordinate}`;
  const name = document.createElement('code');
  name.textContent = coordinate;
  const words = document.createElement('span');
  words.textContent = about;
  link.append(name, words);
  const entry = document.createElement('li');
  entry.append(link);
  return entry;
}

box.addEventListener('focus', load);
box.addEventListener('input', search);
box.form.addEventListener('submit', (event) => {
  event.preventDefault();
  found.querySelector('a')?.click();
});
found.addEventListener('click', () => show([]));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') show([]);
  if (event.key === '/' && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
    event.preventDefault();
    box.focus();
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') move(event);
});

/** Arrow keys go through what was found. */
function move(event) {
  const links = [box, ...found.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  if (at < 0 || links.length === 1) return;
  event.preventDefault();
  links[(at + (event.key === 'ArrowDown' ? 1 : links.length - 1)) % links.length].focus();
}

for (const node of document.querySelectorAll('.map a')) {
  const lines = [...document.querySelectorAll('.map path')].filter((line) =>
    line.dataset.ends.split(' ').includes(node.dataset.page),
  );
  const light = (isLit) => {
    node.closest('svg').classList.toggle('dim', isLit);
    for (const line of lines) line.classList.toggle('lit', isLit);
  };
  for (const event of ['mouseenter', 'focus']) node.addEventListener(event, () => light(true));
  for (const event of ['mouseleave', 'blur']) node.addEventListener(event, () => light(false));
}

if (matchMedia('(max-width: 800px)').matches) document.querySelector('.pages details').open = false;
