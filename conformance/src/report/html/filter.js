// Without this script the page is a list of all cases. The choice stands in the address, after '#', so that it
// can be sent to somebody.
const form = document.getElementById('filters');
const cases = [...document.querySelectorAll('.cases > li')];

function show() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  for (const select of form.querySelectorAll('select')) {
    select.value = chosen.get(select.name) ?? '';
  }
  let shown = 0;
  for (const item of cases) {
    const fits = ['group', 'result'].every(
      (name) => !chosen.get(name) || item.dataset[name] === chosen.get(name),
    );
    item.hidden = !fits;
    shown += fits;
  }
  form.querySelector('output').textContent = `${shown} of ${cases.length} cases`;
}

form.addEventListener('change', () => {
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value) chosen.set(name, value);
  }
  location.hash = chosen.toString();
});
addEventListener('hashchange', show);
form.hidden = false;
show();
