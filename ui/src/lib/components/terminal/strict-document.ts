/**
 * A document for a terminal that writes styles as text, under a policy that allows none but the page's own.
 *
 * xterm.js puts colours and sizes into `style` elements and `style` attributes. The content security policy refuses both, and rightly so
 * for whatever came from outside. What a script of ours sets through the object model is allowed, so this document hands out elements
 * that take the one for the other: a `style` element fills a constructed style sheet, an attribute becomes declarations.
 */

/** The document of the page but for that, and how to take the styles away again. */
export function strictDocument(real: Document = document): { document: Document; dispose: () => void } {
  const sheets = new Set<CSSStyleSheet>();

  function createElement(name: string): HTMLElement {
    if (name === 'style') return styles();
    const element = real.createElement(name);
    if (name === 'span') declarations(element);
    return element;
  }

  /** Stands in the page where the `style` element would, and is nothing but a name for its sheet. */
  function styles(): HTMLElement {
    const stand = real.createElement('span');
    stand.hidden = true;
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    real.adoptedStyleSheets = [...real.adoptedStyleSheets, sheet];
    Object.defineProperty(stand, 'textContent', { set: (text: string) => sheet.replaceSync(text) });
    return stand;
  }

  return {
    // Everything else is the real document's, called upon itself: its methods refuse to work on anything else.
    document: new Proxy(real, {
      get(target, key) {
        if (key === 'createElement') return createElement;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    dispose() {
      real.adoptedStyleSheets = real.adoptedStyleSheets.filter((sheet) => !sheets.has(sheet));
    },
  };
}

function declarations(element: HTMLElement): void {
  const plain = element.setAttribute.bind(element);
  Object.defineProperty(element, 'setAttribute', {
    value(name: string, value: string) {
      if (name === 'style') element.style.cssText = value;
      else plain(name, value);
    },
  });
}
