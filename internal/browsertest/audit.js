// Returns a sentence for each obstacle to reading or using the page. Contrast is
// computed as in WCAG 2.2.
(() => {
  const found = [];
  const describe = (e) => '<' + e.tagName.toLowerCase() + (e.id ? ' id=' + e.id : '') + '> "' + e.textContent.trim().slice(0, 40) + '"';

  const channels = (color) => {
    const numbers = color.match(/[\d.]+/g).map(Number);
    return { rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
  };
  const luminance = ({ rgb }) => {
    const [r, g, b] = rgb.map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (e) => {
    for (; e; e = e.parentElement) {
      const color = channels(getComputedStyle(e).backgroundColor);
      if (color.alpha === 1) return color;
      if (color.alpha > 0) found.push(describe(e) + ' has a translucent background');
    }
    return { rgb: [255, 255, 255] };
  };
  const contrast = (e, style, what) => {
    const [light, dark] = [luminance(channels(style.color)), luminance(background(e))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
    if (ratio < (large ? 3 : 4.5)) found.push(describe(e) + what + ' has a contrast of ' + ratio.toFixed(2));
  };

  for (const e of document.querySelectorAll('body *')) {
    if (!e.checkVisibility()) continue;
    if ([...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim())) contrast(e, getComputedStyle(e), '');
    if (e.placeholder) contrast(e, getComputedStyle(e, '::placeholder'), ' (placeholder)');
  }

  const name = (e) => (e.getAttribute('aria-label') || e.textContent || e.alt || '').trim();
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!e.labels.length || !name(e.labels[0])) found.push(describe(e) + ' has no label');
    for (const id of (e.getAttribute('aria-describedby') || '').split(' ').filter(Boolean)) {
      if (!document.getElementById(id)) found.push(describe(e) + ' is described by ' + id + ', which does not exist');
    }
  }
  for (const e of document.querySelectorAll('a, button, summary')) if (!name(e)) found.push(describe(e) + ' has no name');
  for (const e of document.querySelectorAll('img:not([alt])')) found.push(describe(e) + ' has no alternative text');
  const landmarks = [...document.querySelectorAll('nav')].map((e) => e.getAttribute('aria-label'));
  if (landmarks.includes(null)) found.push('a nav has no name');
  if (new Set(landmarks).size !== landmarks.length) found.push('two navs have the same name: ' + landmarks);

  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push('the id ' + id + ' is not unique');
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map((e) => Number(e.tagName[1]));
  if (levels.filter((l) => l === 1).length !== 1 || levels[0] !== 1) found.push('the headings do not begin with one h1');
  if (levels.some((l, i) => i && l > levels[i - 1] + 1)) found.push('the headings skip a level');
  for (const landmark of ['header', 'main', 'footer']) if (!document.querySelector(landmark)) found.push('there is no ' + landmark);
  if (!document.documentElement.lang) found.push('the language is missing');
  if (!document.title) found.push('the title is missing');
  // Not innerWidth: a phone zooms out until all of a page that is too wide fits.
  if (document.scrollingElement.scrollWidth > document.documentElement.clientWidth) found.push('the page is wider than the window');
  return found;
})()
