/**
 * What GraphiQL gets wrong for assistive technology, put right as it appears. Its tabs are list items that hold buttons
 * and call themselves tabs, which hides the buttons: they become a list of buttons, one of them current. Entries of its
 * history are all called "Set active": they get back the name that one sees.
 */

export function repair(root: HTMLElement): void {
  const observer = new MutationObserver(() => apply(root));
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['role', 'aria-selected'] });
}

function apply(root: HTMLElement): void {
  root.querySelector('.graphiql-tabs')?.removeAttribute('role');
  become(root.querySelector('#graphiql-session'), 'role', 'region');
  for (const entry of root.querySelectorAll('.graphiql-history-item-label')) entry.removeAttribute('aria-label');
  for (const tab of root.querySelectorAll('.graphiql-tab')) {
    tab.removeAttribute('role');
    tab.removeAttribute('aria-selected');
    become(tab.querySelector('button'), 'aria-current', String(tab.classList.contains('graphiql-tab-active')));
  }
}

/** Sets an attribute only where it changes: setting it is seen by the observer, even to the same value. */
function become(element: Element | null, attribute: string, value: string): void {
  if (element && element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}
