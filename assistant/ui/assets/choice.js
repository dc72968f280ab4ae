/* A choice among a few: the browser's own list, which every keyboard, screen reader and phone knows. Its names are
   written as text, never as markup. */
const paired = () => (props.choices || []).map((one) => (Array.isArray(one) ? one : [one, one]));

const show = () => {
  const field = element.querySelector('select');
  if (!field) return;
  const named = paired();
  element.querySelector('.name').textContent = props.label || '';
  element.querySelector('.info').textContent = props.info || '';
  element.querySelector('.info').hidden = !props.info;
  field.replaceChildren(...named.map(([name]) => Object.assign(document.createElement('option'), { textContent: name })));
  field.selectedIndex = named.findIndex(([, value]) => value === props.value);
};

element.addEventListener('change', (event) => {
  if (!event.target.matches('select')) return;
  event.stopPropagation();
  props.value = paired()[event.target.selectedIndex][1];
  trigger('input');
});
watch(['value', 'choices', 'label', 'info'], show);
show();
