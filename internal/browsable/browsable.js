// The pages work without this script. It adds buttons that copy commands, and counts
// characters as the API does: in code points.
'use strict';
for (const pre of document.querySelectorAll('.curl pre')) {
  if (!navigator.clipboard) break;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet copy';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = 'Copied';
  });
  pre.after(button);
}
for (const area of document.querySelectorAll('[data-count]')) {
  const limits = document.getElementById('help-' + area.id)?.querySelector('span');
  if (!limits) continue;
  const text = limits.textContent;
  const count = () => {
    const used = [...area.value].length;
    limits.textContent = used ? used + ' of ' + area.dataset.count + ' characters.' : text;
    limits.classList.toggle('over', used > Number(area.dataset.count));
  };
  area.addEventListener('input', count);
  count();
}
