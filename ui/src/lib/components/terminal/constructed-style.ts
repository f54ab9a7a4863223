/**
 * An element that does what a `style` element does, under a content security policy that allows no inline style: its text becomes a
 * constructed style sheet, which only a script of the page itself can make. The build gives it to the terminal's library.
 */
class ConstructedStyle extends HTMLElement {
  readonly #sheet = new CSSStyleSheet();

  override set textContent(text: string) {
    this.#sheet.replaceSync(text);
  }

  connectedCallback(): void {
    this.hidden = true;
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#sheet];
  }

  disconnectedCallback(): void {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
  }
}

/** Makes it known; more than once is as good as once. */
export function defineConstructedStyle(): void {
  if (!customElements.get('constructed-style')) customElements.define('constructed-style', ConstructedStyle);
}
